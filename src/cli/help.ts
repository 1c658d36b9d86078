import type { Option } from "./args.ts";
import { type Command, help } from "./command.ts";
import { exitHelp } from "./exit.ts";
import { formatPairs } from "./table.ts";

const program = "waldur-calendar";

/** Returns the help that lists commands: all of them, or one group. */
export function commandsHelp(commands: readonly Command[]): string {
  return [
    `Usage: ${program} COMMAND [OPTIONS]\n`,
    section(
      "Commands",
      formatPairs(commands.map(({ name, operands, summary }) => [[name, ...operands].join(" "), summary])),
    ),
    `${program} COMMAND --help explains its options. Commands with --server work on a running service, with ADMIN_TOKEN.`,
    `${program} --version prints the version.\n`,
    section("Exit codes", formatPairs(exitHelp)),
  ].join("\n");
}

/** Returns the help of one command. */
export function commandHelp({ name, summary, operands, options, notes }: Command): string {
  return [
    `Usage: ${[program, name, ...operands].join(" ")} [OPTIONS]\n`,
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.\n`,
    section("Options", formatPairs([...options, help].map((given) => [signOf(given), given.help]))),
    ...(notes.length === 0 ? [] : [`${notes.join("\n")}\n`]),
    section("Exit codes", formatPairs(exitHelp)),
  ].join("\n");
}

function signOf({ name, value, many }: Option): string {
  return `--${name}${value === null ? "" : ` ${value}`}${many ? " …" : ""}`;
}

function section(title: string, lines: string): string {
  return `${title}:\n${lines.replace(/^/gm, "  ").trimEnd()}\n`;
}

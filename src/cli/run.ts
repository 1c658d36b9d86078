import { findMisspelt } from "../config/config.ts";
import { AppError, messageOf } from "../errors.ts";
import { nearest } from "../config/nearest.ts";
import { endSentence } from "../lib/sentence.ts";
import { type Client, makeClient } from "./api-client.ts";
import { type Arguments, readArguments } from "./args.ts";
import { type Command, help, server } from "./command.ts";
import { commands } from "./commands/index.ts";
import { exitCode, exits } from "./exit.ts";
import { commandsHelp, commandHelp } from "./help.ts";
import type { Api, Runtime } from "./runtime.ts";

/** Runs one command line, given without the program's name, and returns the exit code. Never rejects. */
export async function runCli(words: readonly string[], runtime: Runtime): Promise<number> {
  try {
    return await runWords(words, runtime);
  } catch (error) {
    runtime.stderr(`waldur-calendar: ${endSentence(messageOf(error))}\n`);
    return exitCode(error);
  }
}

async function runWords(words: readonly string[], runtime: Runtime): Promise<number> {
  if (words[0] === "--version") {
    runtime.stdout(`${runtime.version}\n`);
    return exits.ok;
  }
  const wantsHelp = asksForHelp(words);
  const command = commands.find(({ name }) => name.split(" ").every((part, index) => words[index] === part));
  if (command !== undefined) {
    if (!wantsHelp) return runCommand(command, words.slice(command.name.split(" ").length), runtime);
    runtime.stdout(commandHelp(command));
    return exits.ok;
  }
  const [first, second] = words;
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  const shown = group.length === 0 ? commands : group;
  const isHelp = first === "help" || first === undefined || first.startsWith("-") || group.length > 0;
  if (wantsHelp && isHelp) {
    runtime.stdout(commandsHelp(shown));
    return exits.ok;
  }
  const typed = group.length > 0 && second !== undefined ? `${first} ${second}` : first;
  if (typed === undefined || (group.length > 0 && second === undefined)) {
    runtime.stderr(commandsHelp(shown));
    return exits.usage;
  }
  throw unknownCommand(typed, words.slice(0, 2).join(" "));
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const typed = end < 0 ? words : words.slice(0, end);
  return words[0] === "help" || typed.some((word) => word === "--help" || word === "-h");
}

/** Makes the error for a command that there is not; `words` are the first two that were typed. */
function unknownCommand(typed: string, words: string): AppError {
  const names = commands.map(({ name }) => name);
  const groups = names.flatMap((name) => (name.includes(" ") ? [name.replace(/ .*/, "")] : []));
  const near = nearest(words, names, 2) ?? nearest(typed, [...groups, ...names], 3);
  const hint = near === null ? "--help lists them" : `did you mean ${near}?`;
  return new AppError("bad_input", `there is no command ${typed}; ${hint}`);
}

async function runCommand(command: Command, words: readonly string[], runtime: Runtime): Promise<number> {
  const args = readArguments(words, [...command.options, help], command.operands);
  let opened: { readonly api: Api; readonly client: Client } | undefined;
  const client = async (): Promise<Client> => {
    opened ??= await openClient(args, runtime);
    // `check` has them among its findings.
    if (args.value(server) === null && command.name !== "check") warnOfMisspelt(runtime);
    return opened.client;
  };
  try {
    return await command.run({ args, runtime, client });
  } finally {
    await opened?.api.close();
  }
}

function warnOfMisspelt({ env, stderr }: Runtime): void {
  for (const line of findMisspelt(env)) stderr(`waldur-calendar: ${line}\n`);
}

async function openClient(args: Arguments, runtime: Runtime): Promise<{ api: Api; client: Client }> {
  const options = { server: readServer(args.value(server)), adminToken: runtime.env["ADMIN_TOKEN"]?.trim() || null };
  if (options.server !== null && options.adminToken === null) {
    const missing = "ADMIN_TOKEN: is missing; give the one that the server was started with";
    throw new AppError("bad_config", [missing, ...findMisspelt(runtime.env)].join("\n"));
  }
  const api = await runtime.api(options);
  return { api, client: makeClient(api, options) };
}

function readServer(text: string | null): string | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || /[?#@]/.test(text)) {
    throw new AppError("bad_input", "--server takes the address of a service, such as https://calendar.example.org");
  }
  return url.href.replace(/(?<!\/)\/+$/, "");
}

import { AppError, messageOf } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { type Client, makeClient } from "./api-client.ts";
import { type Args, parseArgs } from "./args.ts";
import { type Command, help, server } from "./command.ts";
import { commands } from "./commands/index.ts";
import { exitCode, exits } from "./exit.ts";
import { commandsHelp, commandHelp } from "./help.ts";
import type { Api, World } from "./runtime.ts";

/** Runs one command line, without the program's name; gives the exit code. Never rejects. */
export async function runCli(words: readonly string[], world: World): Promise<number> {
  try {
    return await runWords(words, world);
  } catch (error) {
    world.stderr(`waldur-calendar: ${messageOf(error)}\n`);
    return exitCode(error);
  }
}

async function runWords(words: readonly string[], world: World): Promise<number> {
  const wantsHelp = asksForHelp(words);
  const command = commands.find(({ name }) => name.split(" ").every((part, index) => words[index] === part));
  if (command !== undefined) {
    if (!wantsHelp) return runCommand(command, words.slice(command.name.split(" ").length), world);
    world.stdout(commandHelp(command));
    return exits.ok;
  }
  const [first, second] = words;
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  const shown = group.length === 0 ? commands : group;
  const isPlea = first === "help" || first === undefined || first.startsWith("-") || group.length > 0;
  if (wantsHelp && isPlea) {
    world.stdout(commandsHelp(shown));
    return exits.ok;
  }
  const typed = group.length > 0 && second !== undefined ? `${first} ${second}` : first;
  if (typed === undefined || (group.length > 0 && second === undefined)) {
    world.stderr(commandsHelp(shown));
    return exits.usage;
  }
  throw unknownCommand(typed);
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const typed = end < 0 ? words : words.slice(0, end);
  return words[0] === "help" || typed.some((word) => word === "--help" || word === "-h");
}

function unknownCommand(typed: string): AppError {
  const names = commands.map(({ name }) => name);
  const near = nearest(typed, names, 3);
  const hint = near === null ? "--help lists them" : `did you mean ${near}?`;
  return new AppError("bad_input", `there is no command ${typed}; ${hint}`);
}

async function runCommand(command: Command, words: readonly string[], world: World): Promise<number> {
  const args = parseArgs(words, [...command.options, help], command.operands);
  let opened: { readonly api: Api; readonly client: Client } | undefined;
  const client = async (): Promise<Client> => {
    opened ??= await openClient(args, world);
    return opened.client;
  };
  try {
    return await command.run({ args, world, client });
  } finally {
    await opened?.api.close();
  }
}

async function openClient(args: Args, world: World): Promise<{ api: Api; client: Client }> {
  const options = { server: readServer(args.value(server)), adminToken: world.env["ADMIN_TOKEN"]?.trim() || null };
  if (options.server !== null && options.adminToken === null) {
    throw new AppError("bad_config", "ADMIN_TOKEN: is missing; give the one that the server was started with");
  }
  const api = await world.api(options);
  return { api, client: makeClient(api, options) };
}

function readServer(text: string | null): string | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || /[?#@]/.test(text)) {
    throw new AppError("bad_input", "--server takes the address of a service, such as https://calendar.example.org");
  }
  return url.href.replace(/\/+$/, "");
}

import { type Arguments, type Option, option, toggle } from "./args.ts";
import type { Client } from "./api-client.ts";
import type { Runtime } from "./runtime.ts";

/** One command, from which its help and its parser are made. */
export interface Command {
  /** One word, or two for a command of a group: `feeds add`. */
  readonly name: string;
  readonly summary: string;
  /** Names of what must stand besides options. */
  readonly operands: readonly string[];
  readonly options: readonly Option[];
  /** More lines for its help. */
  readonly notes: readonly string[];
  /** Gives the exit code. Throws `AppError`. */
  readonly run: (call: CommandCall) => Promise<number>;
}

/** One call of a command. */
export interface CommandCall {
  readonly args: Arguments;
  readonly runtime: Runtime;
  /** The API that `--server` names; opened on first use, closed after the command. */
  readonly client: () => Promise<Client>;
}

export const json = toggle("json", "print JSON");
export const server = option(
  "server",
  "URL",
  "work on the service at this address, with ADMIN_TOKEN from the environment",
);
export const help = toggle("help", "print this");

/** Prints a value as JSON. */
export function printJson(runtime: Runtime, value: unknown): void {
  runtime.stdout(`${JSON.stringify(value, null, 2)}\n`);
}

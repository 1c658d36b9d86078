import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The path of a program, in a folder or on PATH; null when it is not installed. */
export function findProgram(name: string, folder: string | null = null): string | null {
  const folders = folder === null ? (process.env["PATH"] ?? "").split(delimiter) : [folder];
  return folders.map((one) => join(one, name)).find((path) => existsSync(path)) ?? null;
}

/**
 * Says plainly what is left out because something is missing, and how to install it. With CI=true that is an error: there
 * everything must be installed.
 */
export function sayMissing(what: string, how: string): void {
  const message = `${what} is left out: ${how}`;
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`${message}\n`);
}

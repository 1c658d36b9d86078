import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Returns the path of a program, in a folder or on PATH; null when it is not installed. */
export function findProgram(name: string, folder: string | null = null): string | null {
  const folders = folder === null ? (process.env["PATH"] ?? "").split(delimiter) : [folder];
  return folders.map((one) => join(one, name)).find(mayRun) ?? null;
}

/**
 * Writes to standard error what is left out because something is missing, and how to install it. Throws with CI=true:
 * there nothing may be left out.
 */
export function sayMissing(what: string, how: string): void {
  const message = `${what} is left out: ${how}`;
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`${message}\n`);
}

/** Returns true when all these programs are installed, for `describe.runIf`; calls `sayMissing` when one is not. */
export function installed(programs: readonly string[], how: string): boolean {
  const missing = programs.filter((program) => findProgram(program) === null);
  if (missing.length === 0) return true;
  sayMissing(`what needs ${programs.join(" and ")} (${missing.join(" and ")} missing)`, how);
  return false;
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

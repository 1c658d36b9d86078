import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Whether all these programs are on this machine, for `describe.runIf`. Where one is missing it says what is skipped
 * and how to install it; with CI=true that is an error, for there nothing may go untried.
 */
export function installed(programs: readonly string[], how: string): boolean {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return true;
  const problem = `${missing.join(" and ")} missing, so what needs ${programs.join(" and ")} is skipped: ${how}`;
  if (process.env["CI"] === "true") throw new Error(problem);
  process.stderr.write(`${problem}\n`);
  return false;
}

function isThere(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

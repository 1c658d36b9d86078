import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "./process.ts";

/** Returns the commands of a section of docs/deployment.md, a block each. */
export async function commandsOf(section: string): Promise<string[]> {
  const page = await readFile(join(repository, "docs/deployment.md"), "utf8");
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = ""]) => block);
}

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

const store = join(import.meta.dirname, "../../../src/store");

/** Returns the names of the exported functions and constants of a file that have a statement in them. */
function withStatement(text: string): string[] {
  return text
    .split(/^(?=export |async function |function |const )/m)
    .filter((part) => /\bstatement\(|\bsql\.(?:all|first|join|run|batch)\(/.test(part))
    .flatMap((part) => part.match(/^export (?:async )?(?:function|const) (\w+)/)?.[1] ?? []);
}

it("the contract suite calls each function of the store that has a statement: engines differ in what they refuse", async () => {
  const files = (await readdir(store, { recursive: true })).filter((name) => /^(?!sql).*\.ts$/.test(name));
  const texts = await Promise.all(files.map(async (name) => readFile(join(store, name), "utf8")));
  const found = texts.flatMap(withStatement);
  expect(found.length).toBeGreaterThan(120);
  const tests = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".test.ts"));
  const called = await Promise.all(
    [...tests.map((name) => join(import.meta.dirname, name)), join(import.meta.dirname, "../../rows.ts")].map(
      async (path) => readFile(path, "utf8"),
    ),
  );
  const words = new Set(called.join("\n").match(/\w+/g));
  // Makes the statement of two that are called.
  words.add("addWhere");
  expect(found.filter((name) => !words.has(name))).toEqual([]);
});

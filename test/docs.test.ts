import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { migrate } from "../src/store/sql/migrate.ts";
import { readMigrations } from "../src/store/sql/migrations-node.ts";
import { openSqlite } from "../src/store/sql/sqlite.ts";

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .trim()
  .split("\n");
const pages = tracked.filter((path) => /^(docs\/.+|[A-Z]+)\.md$/.test(path));

/** Returns the text of a page without blocks of code, which hold no links. */
function prose(page: string): string {
  return readFileSync(page, "utf8").replaceAll(/^```.*?^```$/gms, "");
}

/** Returns the anchors of a page's headings, as GitHub makes them. */
function anchors(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("docs/storage.md", () => {
  it("says of each table what it holds", async () => {
    const sql = openSqlite(":memory:");
    await migrate(sql, await readMigrations("migrations"), 0);
    const tables = await sql.all(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name != 'd1_migrations'",
    );
    sql.close();
    const named = [...readFileSync("docs/storage.md", "utf8").matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(tables.map(({ name }) => name)));
  });
});

describe.each(pages)("%s", (page) => {
  it("names files that exist", () => {
    const named = readFileSync(page, "utf8").matchAll(/(?<![\w/.-])(?:[\w.-]+\/)*[\w.-]+\.(?:tsx?|mjs|sql)\b/g);
    const missing = [...named]
      .map(([path]) => path)
      .filter((path) => !tracked.some((file) => file === path || file.endsWith(`/${path}`)));
    expect(missing).toEqual([]);
  });

  it("links to files and headings that exist", () => {
    const broken = [...prose(page).matchAll(/(?:\]\(|src=")([^)\s"]+)[)"]/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page : normalize(join(dirname(page), path));
        if (!tracked.some((one) => one === file || one.startsWith(`${file}/`))) return true;
        return anchor !== undefined && !anchors(file).includes(anchor);
      });
    expect(broken).toEqual([]);
  });
});

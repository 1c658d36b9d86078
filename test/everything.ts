import type { World } from "./world.ts";

/** Returns every value of every table, as one text. */
export async function everything(world: World): Promise<string> {
  const tables = await world.deps.sql.all(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const rows = await Promise.all(tables.map(async ({ name }) => world.deps.sql.all(`SELECT * FROM "${name}"`)));
  return JSON.stringify(rows);
}

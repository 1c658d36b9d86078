import { migrate } from "../../../src/store/sql/migrate.ts";
import { readMigrations } from "../../../src/store/sql/migrations-node.ts";
import { openSqlite } from "../../../src/store/sql/sqlite.ts";

// A process of its own: migrates the file given first with the folder given second, and prints the names it applied.
const [, , file = "", folder = ""] = process.argv;
const sql = openSqlite(file);
process.stdout.write((await migrate(sql, await readMigrations(folder), 1_767_225_600)).join("\n"));
sql.close();

import { option, toggle } from "../args.ts";
import type { Command } from "../command.ts";
import { exits } from "../exit.ts";
import { readWhole } from "../option-values.ts";

const bookings = option("bookings", "N", "how many bookings the sample has, about 60 by default");
const still = toggle("still", "keep the sample unchanged: nothing happens in it by itself");
const replace = toggle("replace", "take the place of a file of that name, once the copy is whole");
const rotate = toggle("rotate", "put the new key first and reseal everything that is stored");

export const serve: Command = {
  name: "serve",
  summary: "run the service; without WALDUR_API_URL on a sample Waldur",
  operands: [],
  options: [],
  notes: ["Settings come from the environment: docs/configuration.md lists them and `check` prints them."],
  run: ({ runtime }) => runtime.serve(),
};

export const demo: Command = {
  name: "demo",
  summary: "run the service on a sample Waldur, whatever the settings are",
  operands: [],
  options: [bookings, still],
  notes: [],
  run: ({ args, runtime }) =>
    runtime.demo({ bookings: readWhole(args, bookings, { least: 0, most: 1_000_000 }) ?? 60, still: args.has(still) }),
};

export const keygen: Command = {
  name: "keygen",
  summary: "create a key for SECRET_KEYS",
  operands: [],
  options: [rotate],
  notes: ["The key is printed alone on a line; anyone who has it can open sealed secrets."],
  async run({ args, runtime }) {
    const made = await runtime.keygen({ rotate: args.has(rotate) });
    for (const note of made.notes) runtime.stderr(`${note}\n`);
    if (made.keys !== null) runtime.stdout(`${made.keys}\n`);
    return exits.ok;
  },
};

export const backup: Command = {
  name: "backup",
  summary: "copy the database into a file, whole, also while the service runs",
  operands: ["FILE"],
  options: [replace],
  notes: [
    "A plain copy of the database file lacks what was written last: use this one. Only its user can read it.",
    "On Workers: npx wrangler d1 export waldur-calendar --remote --output FILE",
  ],
  async run({ args, runtime }) {
    const made = await runtime.backup({ file: args.operands[0] ?? "", replace: args.has(replace) });
    runtime.stderr(`${made.file}: ${made.bytes} bytes, ${made.tables} tables, read through and whole.\n`);
    for (const note of made.notes) runtime.stderr(`${note}\n`);
    return exits.ok;
  },
};

export const copy: Command = {
  name: "copy",
  summary: "copy a database in a file into the one on a PostgreSQL server",
  operands: ["FILE"],
  options: [],
  notes: [
    "DATABASE_URL names an empty database. Stop the service first: what is written to FILE later is not copied.",
    "FILE stays as it is. The keys are not in it; keep SECRET_KEYS, or the key file in DATA_DIR.",
  ],
  async run({ args, runtime }) {
    const made = await runtime.copy({ file: args.operands[0] ?? "" });
    runtime.stderr(
      `${made.rows} rows of ${made.tables} tables from ${made.file} are in the database at DATABASE_URL.\n`,
    );
    return exits.ok;
  },
};

export const restore: Command = {
  name: "restore",
  summary: "put a copy in the place of the database, while the service is stopped",
  operands: ["FILE"],
  options: [],
  notes: [
    "The copy is read through first and stays where it is; the database before is kept beside the new one.",
    "On Workers: npx wrangler d1 execute waldur-calendar --remote --file FILE, into a new, empty database",
  ],
  async run({ args, runtime }) {
    const made = await runtime.restore({ file: args.operands[0] ?? "" });
    runtime.stderr(`${made.file}: ${made.bytes} bytes, ${made.tables} tables, read through and in place.\n`);
    if (made.kept !== null) runtime.stderr(`${made.kept} is the database before; remove it once all is well.\n`);
    for (const note of made.notes) runtime.stderr(`${note}\n`);
    return exits.ok;
  },
};

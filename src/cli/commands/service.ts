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

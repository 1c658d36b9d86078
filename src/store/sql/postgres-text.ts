import type { SqlValue } from "./port.ts";

/** A statement as PostgreSQL takes it, for parameters of certain types. */
export interface PostgresText {
  readonly text: string;
  /** The indices of the program's parameters in the order of PostgreSQL's. */
  readonly order: readonly number[];
}

/** A string, or a blob, or a quoted name; in them nothing is replaced. */
const literal = /([xX]?'(?:[^']|'')*'|"(?:[^"]|"")*")/;

/** The words that SQLite and PostgreSQL spell otherwise. Functions of `sqlite_` names are made by the first migration. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/--[^\n]*/g, ""],
  [/\bINDEXED BY \w+/g, ""],
  // SQLite keeps the order of the tables then; PostgreSQL has statistics.
  [/\bCROSS JOIN (\w+)(?=\s+ON\b)/g, "JOIN $1"],
  // Keeps SQLite from using an index.
  [/(?<=\s)\+(?=[a-z])/g, ""],
  [/\bIS NOT (?=\?)/g, "IS DISTINCT FROM "],
  [/\bIS (?=\?)/g, "IS NOT DISTINCT FROM "],
  [/\bjson_group_array\(json\((\w+)\)\)/g, "sqlite_json_group_array($1)"],
  [/\bjson_group_array\(/g, "json_agg("],
  [/\b(json_each|json_patch|json_array_length|json_insert|substr)\(/g, "sqlite_$1("],
  [/\bjson_(array|object)\(/g, "json_build_$1("],
  [/\binstr\(/g, "strpos("],
  [/\bmax\((?=[^(),]+,)/g, "greatest("],
  [/\bmin\((?=[^(),]+,)/g, "least("],
  [/\bCAST\((\w+) AS BLOB\)/g, "convert_to($1, 'UTF8')"],
  [
    /\bsqlite_master\b/g,
    `(SELECT 'table' AS type, table_name::text AS name FROM information_schema.tables
      WHERE table_schema = current_schema()) AS sqlite_master`,
  ],
];

/** The types of parameters, as one letter each; a null has none. */
export function typesOf(parameters: readonly SqlValue[]): string {
  return parameters
    .map((value) => (value === null ? "-" : typeof value === "string" ? "t" : Number.isSafeInteger(value) ? "i" : "f"))
    .join("");
}

const typeNames: Readonly<Record<string, string>> = { t: "text", i: "bigint", f: "float8" };

/**
 * Returns a statement of the program's one dialect, SQLite's (`port.ts`), as PostgreSQL takes it for parameters of these types
 * (`typesOf`): each with its type, since `?1 IS NULL` tells none, and a null as the word.
 */
export function translate(sql: string, types: string): PostgresText {
  const order: number[] = [];
  const place = (number: number): string => {
    const type = typeNames[types.charAt(number - 1)];
    if (type === undefined) return "NULL";
    if (!order.includes(number - 1)) order.push(number - 1);
    return `$${order.indexOf(number - 1) + 1}::${type}`;
  };
  const text = sql.split(literal).map((part, index) => {
    if (index % 2 === 1) return /^x/i.test(part) ? `'\\x${part.slice(2, -1)}'::bytea` : part;
    const spelt = spellings.reduce((so, [pattern, other]) => so.replace(pattern, other), part);
    return spelt.replace(/\?(\d+)/g, (_, number: string) => place(Number(number)));
  });
  return { text: text.join(""), order };
}

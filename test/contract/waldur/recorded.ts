import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";

const folder = join("test", "fixtures", "waldur");
const exchange = v.object({
  request: v.object({
    method: v.string(),
    path: v.string(),
    as: v.string(),
    headers: v.optional(v.record(v.string(), v.string())),
  }),
  response: v.object({ status: v.number(), headers: v.record(v.string(), v.string()), body: v.unknown() }),
});

/** One request to a real Waldur and its answer. */
export type Exchange = v.InferOutput<typeof exchange>;
export type Row = Record<string, unknown>;

/** The files of all recorded exchanges. */
export const names = readdirSync(folder).filter((name) => name.endsWith(".json"));

/** The exchange of a file, named with or without `.json`. */
export function recorded(name: string): Exchange {
  return v.parse(exchange, JSON.parse(readFileSync(join(folder, `${name.replace(/\.json$/, "")}.json`), "utf8")));
}

export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The rows of an answer that went well: one for a retrieve. */
export function rowsOf({ response: { body, status } }: Exchange): Row[] {
  if (status >= 300) return [];
  return Array.isArray(body) ? body.filter(isRow) : isRow(body) ? [body] : [];
}

import * as v from "valibot";
import { bookingStates, type Slot } from "../calendar/booking.ts";
import { faultText } from "../fault-text.ts";
import { readUuid } from "./parameters.ts";
import { readMicros, readSeconds } from "./time.ts";

/** A row that cannot be used, and why. */
export interface Skipped {
  /** Null when not even that can be read. */
  readonly uuid: string | null;
  readonly reason: string;
}

export type ReadRow<T> = { readonly value: T } | { readonly skipped: Skipped };

/** No event shows as much of a text; a row of the database could not hold any length. */
const longestText = 20_000;
/** Lists of lists are looked into so far. */
const deepest = 4;

/** Text, whatever a client once sent in its place: numbers as written, lists joined; nothing and objects give "". */
export const text = v.pipe(
  v.unknown(),
  v.transform((value) => asText(value, 0).slice(0, longestText).toWellFormed()),
);

function asText(value: unknown, depth: number): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value) && depth < deepest) return value.map((one) => asText(one, depth + 1)).join(", ");
  return "";
}

/** Makes the schema of a value read by a function that gives null for what does not fit. */
function columnSchema<T>(reader: (value: unknown) => T | null, wanted: string) {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const value = reader(dataset.value);
      if (value !== null) return value;
      addIssue({ message: wanted });
      return NEVER;
    }),
  );
}

/** Describes a value that should be an object, or a column that is missing. */
export const unfit = (issue: { readonly received: string }): string =>
  issue.received === "undefined" ? "is missing" : "is no object";

export const uuid = columnSchema(readUuid, "is no uuid");
export const micros = columnSchema(readMicros, "is no time");
const seconds = columnSchema(readSeconds, "is no time");
export const uuidOrNone = v.pipe(
  v.unknown(),
  v.transform((value) => readUuid(value) ?? ""),
);
export const state = v.picklist(bookingStates, "is a state this program does not know");

const slot = v.pipe(
  v.object({ start: seconds, end: seconds, backend_id: v.optional(text) }, unfit),
  v.transform(({ start, end, backend_id: backendId = "" }): Slot => ({ start, end, backendId })),
);
const slotId = v.fallback(v.object({ backend_id: text }), { backend_id: "" });

/** The slots that can be read, and the `backend_id` of each of the others; none that can is a fault. */
export const slots = v.pipe(
  v.nullish(v.array(v.unknown(), "is no list"), []),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const list = dataset.value;
    const good: Slot[] = [];
    const unread: string[] = [];
    for (const row of list) {
      const found = v.safeParse(slot, row);
      if (found.success) good.push(found.output);
      else unread.push(v.parse(slotId, row).backend_id);
    }
    if (good.length > 0 || list.length === 0) return { good: sortSlots(good), unread };
    const [issue] = v.safeParse(slot, list[0], { abortEarly: true }).issues ?? [];
    const first = { type: "array", origin: "value", input: list, key: 0, value: list[0] } as const;
    addIssue({ message: issue?.message ?? "is no slot", path: [first, ...(issue?.path ?? [])] });
    return NEVER;
  }),
);

/** `attributes` is whatever the client sent: what is not a schedule is left out. */
export const schedules = v.pipe(
  v.unknown(),
  v.transform((value) => {
    const list: unknown = typeof value === "object" && value !== null && "schedules" in value ? value.schedules : [];
    const found = (Array.isArray(list) ? list : []).flatMap((item: unknown): Slot[] => {
      if (typeof item !== "object" || item === null || !("start" in item) || !("end" in item)) return [];
      const [start, end] = [readSeconds(item.start), readSeconds(item.end)];
      return start === null || end === null ? [] : [{ start, end, backendId: "" }];
    });
    return sortSlots(found);
  }),
);

function sortSlots(list: readonly Slot[]): Slot[] {
  return list.toSorted((a, b) => a.start - b.start || a.end - b.end || (a.backendId < b.backendId ? -1 : 1));
}

/** Reads a row by its schema. */
export function readRow<const S extends v.GenericSchema, T>(
  schema: S,
  row: unknown,
  make: (output: v.InferOutput<S>) => T,
): ReadRow<T> {
  const found = v.safeParse(schema, row, { abortEarly: true, message: faultText });
  if (found.success) return { value: make(found.output) };
  const [issue] = found.issues;
  const rowUuid = typeof row === "object" && row !== null && "uuid" in row ? readUuid(row.uuid) : null;
  return { skipped: { uuid: rowUuid, reason: `${v.getDotPath(issue) ?? "row"} ${issue.message}` } };
}

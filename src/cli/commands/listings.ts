import { AppError } from "../../errors.ts";
import * as responses from "../../web/api/responses.ts";
import type { BookingJson } from "../../web/api/responses.ts";
import { type Client, type Query, readAnswer, withQuery } from "../api-client.ts";
import { type Arguments, option } from "../args.ts";
import { bookingParameters } from "./booking-options.ts";
import { type Command, json, printJson, server } from "../command.ts";
import { exits } from "../exit.ts";
import { type Progress, showProgress } from "../progress.ts";
import { formatTable } from "../table.ts";
import { formatInstant, readUuidOption, splitList } from "../option-values.ts";

export const providers: Command = {
  name: "providers",
  summary: "list the providers whose bookings the account may see",
  operands: [],
  options: [json, server],
  notes: [],
  async run({ args, runtime, client }) {
    const answer = await (await client()).json("GET", "/providers");
    if (args.has(json)) printJson(runtime, answer);
    else {
      const rows = readAnswer(responses.providers, answer).providers;
      runtime.stdout(
        formatTable(
          ["uuid", "managed", "name"],
          rows.map(({ uuid, name, own }) => [uuid, own ? "yes" : "no", name]),
        ),
      );
    }
    return exits.ok;
  },
};

/** The option with the columns to show. */
const fieldOptions = bookingParameters.filter(({ name }) => name === "field");

const provider = option("provider", "UUID", "bookings of this provider (its organisation's UUID)");

export const bookings: Command = {
  name: "bookings",
  summary: "list the bookings that Waldur has",
  operands: [],
  options: [provider, json, server, ...bookingParameters],
  notes: [
    "All pages are read unless --page names one. Times are UTC.",
    "What a booking shows is checked on it. Where Waldur ignores another option, a message names it, and the exit code is 5; that is found out once a day, so an upgrade of Waldur shows the day after.",
    "--field NAME shows this column of Waldur's, and no others; it may be repeated.",
  ],
  async run({ args, runtime, client }) {
    const columns = fieldOptions.flatMap((field) => args.values(field)).flatMap(splitList);
    const progress = showProgress(runtime);
    const listed = await readPages(await client(), args, progress).finally(progress.end);
    if (listed.skipped > 0) runtime.stderr(`${listed.skipped} bookings cannot be read and are left out.\n`);
    if (args.has(json)) {
      printJson(runtime, { bookings: listed.raw, count: listed.count, notApplied: listed.notApplied });
    } else if (columns.length > 0) {
      runtime.stdout(
        formatTable(
          columns,
          listed.rows.map((row) => columns.map((name) => columnText(row[name]))),
        ),
      );
    } else runtime.stdout(formatTable(heads, listed.bookings.map(bookingRow)));
    for (const name of listed.notApplied) runtime.stderr(`${notAppliedText(name)}\n`);
    return listed.notApplied.length === 0 ? exits.ok : exits.partly;
  },
};

/** Says what was not applied: a parameter that Waldur ignores, or `field=` and a column that no booking has. */
function notAppliedText(name: string): string {
  const [, column] = /^field=(.*)/.exec(name) ?? [];
  return column === undefined
    ? `this Waldur ignores --${name}: not applied`
    : `no booking of this Waldur has a column ${column}`;
}

/** Returns the value of a column for the table: texts as they are, anything else as JSON. */
function columnText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const heads = ["when", "state", "name", "offering", "customer", "requester", "uuid"];

function bookingRow(booking: BookingJson): string[] {
  const { state, name, offering, customer, requester, uuid } = booking;
  return [formatSlots(booking.slots), state, name, offering, customer, requester, uuid];
}

function formatSlots(slots: BookingJson["slots"]): string {
  const [first, ...others] = slots;
  if (first === undefined) return "no slots";
  const start = formatInstant(first.start);
  const end = formatInstant(first.end);
  const until = end.slice(0, 10) === start.slice(0, 10) ? end.slice(11) : end;
  return `${start.replace(/Z$/, "")} – ${until}${others.length === 0 ? "" : ` +${others.length}`}`;
}

interface Pages {
  readonly bookings: readonly BookingJson[];
  /** The bookings as the API sent them. */
  readonly raw: readonly unknown[];
  /** The columns of each booking that `--field` chose; none without it. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** On all pages; null where one page does not tell. */
  readonly count: number | null;
  /** Parameters that Waldur ignores. */
  readonly notApplied: readonly string[];
  /** Number of bookings that could not be read and are missing. */
  readonly skipped: number;
}

async function readPages(client: Client, args: Arguments, progress: Progress): Promise<Pages> {
  const query: Query = bookingParameters.flatMap((parameter) =>
    args.values(parameter).map((value) => [parameter.name, value] as const),
  );
  const uuid = args.value(provider);
  const path = uuid === null ? "/bookings" : `/providers/${readUuidOption("--provider", uuid)}/bookings`;
  const onlyOne = query.some(([name]) => name === "page");
  const all: BookingJson[] = [];
  const raw: unknown[] = [];
  const rows: Readonly<Record<string, unknown>>[] = [];
  const notApplied = new Set<string>();
  let left = 0;
  for (let page = 1; ;) {
    const paged: Query = onlyOne || page === 1 ? query : [...query, ["page", String(page)]];
    const answer = await client.json("GET", withQuery(path, paged));
    const found = readAnswer(responses.bookings, answer);
    const { next } = found;
    all.push(...found.bookings);
    rows.push(...(found.rows ?? []));
    raw.push(...(found.rows ?? rawBookings(answer)));
    for (const name of found.notApplied) notApplied.add(name);
    left += found.skipped.length;
    if (onlyOne || next === null) {
      const count = onlyOne ? found.count : raw.length + left;
      return { bookings: all, raw, rows, count, skipped: left, notApplied: [...notApplied] };
    }
    if (next <= page) throw new AppError("waldur_bad_answer", `page ${page} says that page ${next} follows it`);
    page = next;
    progress.show(found.count === null ? `${raw.length} bookings` : `${raw.length} of ${found.count} bookings`);
  }
}

function rawBookings(answer: unknown): readonly unknown[] {
  const listed = typeof answer === "object" && answer !== null && "bookings" in answer ? answer.bookings : [];
  return Array.isArray(listed) ? listed : [];
}

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
import { formatInstant, readUuidOption } from "../option-values.ts";

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

const provider = option("provider", "UUID", "bookings of this provider (its organisation's UUID)");

export const bookings: Command = {
  name: "bookings",
  summary: "list the bookings that Waldur has",
  operands: [],
  options: [provider, json, server, ...bookingParameters],
  notes: [
    "All pages are read unless --page names one. Times are UTC.",
    "Options with Waldur's names are passed to Waldur unchanged; its version decides which of them work.",
  ],
  async run({ args, runtime, client }) {
    const progress = showProgress(runtime);
    const listed = await readPages(await client(), args, progress).finally(progress.end);
    if (listed.skipped > 0) runtime.stderr(`${listed.skipped} bookings cannot be read and are left out.\n`);
    if (args.has(json)) printJson(runtime, { bookings: listed.raw, count: listed.count });
    else runtime.stdout(formatTable(heads, listed.bookings.map(bookingRow)));
    return exits.ok;
  },
};

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
  readonly count: number | null;
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
  let left = 0;
  for (let page = 1; ;) {
    const paged: Query = onlyOne || page === 1 ? query : [...query, ["page", String(page)]];
    const answer = await client.json("GET", withQuery(path, paged));
    const { bookings: some, count, next, skipped } = readAnswer(responses.bookings, answer);
    all.push(...some);
    raw.push(...rawBookings(answer));
    left += skipped.length;
    if (onlyOne || next === null) return { bookings: all, raw, count, skipped: left };
    if (next <= page) throw new AppError("waldur_bad_answer", `page ${page} says that page ${next} follows it`);
    page = next;
    progress.show(`${all.length} of ${count} bookings`);
  }
}

function rawBookings(answer: unknown): readonly unknown[] {
  const listed = typeof answer === "object" && answer !== null && "bookings" in answer ? answer.bookings : [];
  return Array.isArray(listed) ? listed : [];
}

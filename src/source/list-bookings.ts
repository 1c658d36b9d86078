import type { Booking, Slot } from "../calendar/booking.ts";
import type { ActingAccount } from "../account/find-source.ts";
import type { Deps } from "../deps.ts";
import { type Page, refusedNames, type WaldurClient } from "../waldur/client.ts";
import { type BookingQuery, doubtfulParameters, parseQuery } from "../waldur/parameters.ts";
import { walkPages } from "../waldur/pages.ts";
import { type RowCheck, rowChecks } from "../waldur/row-checks.ts";
import { type BookingColumns, type Order, readBooking, richFields } from "../waldur/schema.ts";
import { findIgnored } from "./ignored-parameters.ts";

const dayMicros = 86_400_000_000;

/**
 * Returns one page of the bookings that Waldur shows the account; `query` holds Waldur's own parameters, and `page`. What a
 * row shows is checked on the row, whatever the server does with the parameter; of the others those that it ignores are
 * named. `count` is null where only reading every page would tell. With `field` the rows have these columns, as Waldur has
 * them.
 */
export async function listBookings(
  deps: Deps,
  { client }: ActingAccount,
  { page: pageText = "1", ...given }: Record<string, string | string[]>,
) {
  const { field: columns = [], ...asked } = parseQuery(given);
  const page = Number(pageText);
  const checks = rowChecks(asked);
  const shown = [...(columns.length > 0 ? ["uuid", ...columns] : richFields), ...checks.map(({ column }) => column)];
  const listed = await readRows(client, asked, checks, page, [...new Set(shown)]);
  const orders =
    asked.order_state === undefined || listed.rows.length === 0
      ? null
      : await readOrderStates(client, asked, deps.budget.pages);
  const rows = listed.rows.filter(
    (row) =>
      checks.every(({ column, passes }) => !(column in row) || passes(row[column])) &&
      (orders === null || hasState(orders.get(String(row["uuid"])), asked)),
  );
  const proven = new Set(
    checks.filter(({ column }) => listed.rows.some((row) => column in row)).map(({ name }) => name),
  );
  const doubtful = doubtfulParameters.filter((name) => asked[name] !== undefined);
  const unproven =
    listed.rows.length === 0 ? [] : doubtful.filter((name) => !proven.has(name) && name !== "order_state");
  const missing = listed.rows.length === 0 ? [] : columns.filter((name) => listed.rows.every((row) => !(name in row)));
  const read = columns.length > 0 ? [] : rows.map(readBooking);
  const skipped = [...listed.skipped, ...read.flatMap((one) => ("skipped" in one ? [one.skipped] : []))];
  const whole = page === 1 && listed.next === null;
  const exact = rows.length === listed.rows.length && doubtful.length === 0 && !isWithinDay(asked);
  return {
    bookings: read.flatMap((one) => ("skipped" in one ? [] : [bookingJson(one.value)])),
    rows:
      columns.length > 0
        ? rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])))
        : null,
    skipped,
    count: whole ? rows.length + listed.skipped.length : exact ? listed.count : null,
    next: listed.next,
    notApplied: [...(await findIgnored(deps, client, unproven)), ...missing.map((name) => `field=${name}`)],
  };
}

/** Reads one page; a parameter that the server refuses and a row proves is left to the rows. */
async function readRows(
  client: WaldurClient,
  asked: BookingQuery,
  checks: readonly RowCheck[],
  page: number,
  columns: readonly string[],
): Promise<Page<BookingColumns>> {
  try {
    return await client.bookingRows(asked, page, columns);
  } catch (error) {
    const refused = refusedNames(error);
    if (refused.length === 0 || !refused.every((name) => checks.some((check) => check.name === name))) throw error;
    const rest = Object.entries(asked).filter(([name]) => !refused.includes(name));
    return client.bookingRows(Object.fromEntries(rest), page, columns);
  }
}

/** Reads the state of the order that made each booking, from the order list, of at most `most` pages. */
async function readOrderStates(
  client: WaldurClient,
  asked: BookingQuery,
  most: number,
): Promise<ReadonlyMap<string, Order["state"]>> {
  const { provider_uuid: providerUuid, customer_uuid: customerUuid, project_uuid: projectUuid } = asked;
  const filter = {
    ...(providerUuid && { providerUuid }),
    ...(customerUuid && { customerUuid }),
    ...(projectUuid && { projectUuid }),
  };
  const states = new Map<string, Order["state"]>();
  await walkPages(most, async (page) => {
    const listed = await client.orders(filter, page);
    for (const { type, bookingUuid, state } of listed.rows) if (type === "Create") states.set(bookingUuid, state);
    return listed;
  });
  return states;
}

/** Returns true when the order that made a booking is in one of the states asked for. */
function hasState(state: Order["state"] | undefined, { order_state: wanted = [] }: BookingQuery): boolean {
  return state !== undefined && wanted.includes(state);
}

/** Returns true when a time lies within a day: older servers widen it to that day. */
function isWithinDay({
  created,
  created_before: createdBefore,
  modified,
  modified_before: modifiedBefore,
}: BookingQuery): boolean {
  return [created, createdBefore, modified, modifiedBefore].some((at) => at !== undefined && at % dayMicros !== 0);
}

function bookingJson(booking: Booking) {
  return {
    uuid: booking.uuid,
    name: booking.name,
    state: booking.state,
    offering: booking.offeringName,
    provider: booking.providerName,
    customer: booking.customerName,
    project: booking.projectName,
    requester: booking.requesterName || booking.requesterUsername,
    slots: (booking.slots.length > 0 ? booking.slots : booking.schedules).map(slotJson),
  };
}

function slotJson({ start, end }: Slot) {
  return { start: new Date(start * 1000).toISOString(), end: new Date(end * 1000).toISOString() };
}

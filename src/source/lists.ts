import type { SlimBooking } from "../calendar/booking.ts";
import { accountClient } from "../account/client.ts";
import { epochSeconds } from "../lib/clock.ts";
import type { Deps, Fetch } from "../deps.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import { findSlimOfAll, listSlotlessOfAll, type SlimRow } from "../store/bookings/bookings.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { SourceRow } from "../store/sources/sources.ts";
import { apartSeconds } from "../waldur/clock.ts";
import type { Page, WaldurClient } from "../waldur/client.ts";
import type { Places } from "../waldur/schema.ts";
import { belongs, type Scope } from "../waldur/scope.ts";
import { overlapMicros } from "./marks.ts";
import { chooseNamed } from "./slotless.ts";
import { slimText } from "./run.ts";

/** Sources whose marks lag behind others by more read their own lists: the shared ones would be long. */
const mostLagMicros = 3_600_000_000;
/** Pages of a list that are read for all. */
const mostPages = 20;

type PlacedBooking = SlimBooking & Places;

/** Waldur's lists as one account sees them, read once for all of the sources that it reads. */
export interface Lists {
  /** Requests that they took. */
  readonly requests: number;
  /** Waldur's time before they were read, epoch milliseconds; null where it does not tell. */
  readonly serverDate: number | null;
  /** Returns true when they answer for the source. */
  readonly covers: (source: SourceRow) => boolean;
  /** Returns true when they say something of a source that is not stored yet. */
  readonly tellsOf: (source: SourceRow) => boolean;
  /** Returns a client that answers from these lists what polling asks of the source, and everything else as before. */
  readonly clientOf: (source: SourceRow, client: WaldurClient) => WaldurClient;
}

/** Returns those of these sources of one account that can be polled by shared lists, when there are several. */
export function listSharing(deps: Pick<Deps, "now">, sources: readonly SourceRow[]): readonly SourceRow[] {
  const aheadMicros = (deps.now() / 1000 + apartSeconds) * 1e6;
  const marked = sources.filter(
    ({ loadedAt, ordersMicros, bookingsMicros }) =>
      loadedAt !== null && ordersMicros <= aheadMicros && bookingsMicros <= aheadMicros,
  );
  const newest = Math.max(...marked.map(({ ordersMicros, bookingsMicros }) => Math.max(ordersMicros, bookingsMicros)));
  const near = marked.filter(
    ({ ordersMicros, bookingsMicros }) => newest - Math.min(ordersMicros, bookingsMicros) <= mostLagMicros,
  );
  return near.length > 1 ? near : [];
}

/**
 * Reads, with one request each as a rule, what has changed since the oldest of these sources' marks: the orders, the bookings,
 * and the requests that wait, where a source has some without slots. Resolves to null where a list is too long for that:
 * then each source reads its own. Throws Waldur's failures.
 */
export async function readLists(deps: Deps, account: AccountRow, sources: readonly SourceRow[]): Promise<Lists | null> {
  let serverDate: number | null = null;
  let requests = 0;
  const fetch: Fetch = async (request) => {
    requests += 1;
    return deps.fetch(request);
  };
  const client = await accountClient({ ...deps, fetch }, account, (date) => {
    serverDate = Math.min(serverDate ?? date, date);
  });
  const ordersSince = Math.min(...sources.map(({ ordersMicros }) => ordersMicros)) - overlapMicros;
  const bookingsSince = Math.min(...sources.map(({ bookingsMicros }) => bookingsMicros)) - overlapMicros;
  const slotless = await listSlotlessOfAll(
    deps.sql,
    sources.map(({ id }) => id),
    epochSeconds(deps),
  );
  const waits = sources.some(({ id }) => slotless.get(id)?.some(({ state }) => state === "Creating"));
  const readOrders = async () =>
    readAll(deps, async (page) => client.placedOrders({ modifiedMicros: Math.max(0, ordersSince) }, page));
  const readWaiting = async () =>
    waits ? readAll(deps, async (page) => client.placedBookings({ state: ["Creating"] }, page)) : [];
  const tellNews = (orders: Awaited<ReturnType<typeof readOrders>>): boolean =>
    orders?.some((order) => sources.some((source) => order.modifiedMicros > source.ordersMicros)) ?? true;
  const ordersRead = readOrders();
  const changesRead = readChanges(deps, account.id, client, Math.max(0, bookingsSince), async () =>
    tellNews(await ordersRead),
  );
  const waitingRead = ordersRead.then(readWaiting);
  const [orders, changes, waiting] = await Promise.all([ordersRead, changesRead, waitingRead]);
  if (orders === null || changes === null || waiting === null) return null;

  const known = await findSlimOfAll(deps.sql, [
    ...new Set([
      ...orders.map(({ bookingUuid }) => bookingUuid),
      ...changes.map(({ uuid }) => uuid),
      ...waiting.map(({ uuid }) => uuid),
    ]),
  ]);
  const named = new Set(chooseNamed([...slotless.values()].flat(), epochSeconds(deps)));
  const covered = new Set(sources.map(({ id }) => id));
  const none: ReadonlyMap<string, SlimRow> = new Map();
  const asked = new Map<string, ReturnType<WaldurClient["booking"]>>();
  return {
    requests,
    serverDate,
    covers: ({ id }) => covered.has(id),
    tellsOf(source) {
      const stored = known.get(source.id) ?? none;
      const differs = (row: SlimBooking): boolean => {
        const old = stored.get(row.uuid);
        return old === undefined || old.vanished || old.slim !== slimText(row);
      };
      const unread = new Set(slotless.get(source.id)?.map(({ uuid }) => uuid));
      return (
        orders.some(
          (order) =>
            isOf(order, source) &&
            (order.modifiedMicros > source.ordersMicros ||
              (order.type === "Create" && (stored.get(order.bookingUuid)?.orderState ?? order.state) !== order.state)),
        ) ||
        changes.some((row) => isOf(row, source) && differs(row)) ||
        waiting.some((row) => unread.has(row.uuid) && differs(row)) ||
        (slotless.get(source.id)?.some(({ uuid }) => named.has(uuid)) ?? false)
      );
    },
    clientOf(source, own) {
      const taken = new Set<string>();
      return {
        ...own,
        async orders(query, page) {
          const { modifiedMicros } = query;
          if (modifiedMicros === undefined || page !== 1) return own.orders(query, page);
          return wholePage(orders.filter((row) => isOf(row, source) && row.modifiedMicros >= modifiedMicros));
        },
        async slimBookings(query, page) {
          const { modified, state } = query;
          if (page !== 1) return own.slimBookings(query, page);
          if (modified !== undefined) return wholePage(changes.filter((row) => isOf(row, source)));
          return state === undefined
            ? own.slimBookings(query, page)
            : wholePage(waiting.filter((row) => isOf(row, source)));
        },
        async countBookings(query) {
          if (query.modified === undefined) return own.countBookings(query);
          return changes.filter((row) => isOf(row, source)).length;
        },
        async booking(uuid) {
          // Whoever asks twice wants another answer.
          if (taken.has(uuid)) return own.booking(uuid);
          taken.add(uuid);
          const answer = asked.get(uuid) ?? own.booking(uuid);
          asked.set(uuid, answer);
          return answer;
        },
      };
    },
  };
}

/** Returns true when a row is of the source's list, or does not tell. */
function isOf(row: Places, scope: Scope): boolean {
  return row.providerUuid === "" || row.offeringUuid === "" || belongs(row, scope);
}

function wholePage<T>(rows: readonly T[]): Page<T> {
  return { rows, skipped: [], count: rows.length, next: null };
}

/** Reads every page of a list; null where they are too many. */
async function readAll<T>(
  deps: Pick<Deps, "budget">,
  ask: (page: number) => Promise<Page<T>>,
): Promise<readonly T[] | null> {
  const rows: T[] = [];
  for (let page: number | null = 1; page !== null;) {
    if (page > Math.min(mostPages, deps.budget.pages)) return null;
    const listed: Page<T> = await ask(page);
    rows.push(...listed.rows);
    page = listed.next;
  }
  return rows;
}

/**
 * Reads the list of changed bookings. One of several pages, as where Waldur takes only a date for `modified`, is left alone
 * while its length and the orders (`hasNews`) stand still.
 */
async function readChanges(
  deps: Deps,
  accountId: string,
  client: WaldurClient,
  modified: number,
  hasNews: () => Promise<boolean>,
): Promise<readonly PlacedBooking[] | null> {
  const key = `changes:${accountId}`;
  const noted = Number((await readMeta(deps.sql, key)) ?? 0);
  if (noted > 0 && !(await hasNews()) && (await client.countBookings({ modified })) === noted) return [];
  let several = 0;
  const rows = await readAll(deps, async (page) => {
    const listed = await client.placedBookings({ modified }, page);
    if (page === 1) several = listed.next === null ? 0 : listed.count;
    return listed;
  });
  if (several !== noted) await writeMeta(deps.sql, key, String(several));
  return rows;
}

import type { OfferingFacts } from "../../calendar/event.ts";
import { readText } from "../sql/row.ts";
import { type Sql, type Statement, statement } from "../sql/port.ts";
import { flag, int, oneOf, orNull, type RowOf, table, text } from "../sql/table.ts";
import { scopeKinds } from "../../waldur/scope.ts";

export const sources = table("sources", {
  id: text,
  /** Whose list it is; null: the list is the same for everybody who holds the role. */
  accountId: orNull(text),
  kind: oneOf(scopeKinds, "visible"),
  /** 32 hex digits; "" for `visible`. */
  scopeUuid: text,
  /** The organisation whose roles open it; "" when any provider role does. */
  customerUuid: text,
  name: text,
  /** The reason for which Waldur shows only part of it; "" when it shows everything. */
  partial: text,
  createdAt: int,
  dueAt: int,
  /** Counts the changes of its bookings. */
  rev: int,
  /** Null until the first load is done. */
  loadedAt: orNull(int),
  /** The last good answer of Waldur, noted at most every ten minutes; `withLastReads` has the last one. */
  freshAt: orNull(int),
  failingSinceAt: orNull(int),
  /** An error code; "" while Waldur answers. */
  failure: text,
  /** Marks up to which the lists of orders and of bookings were read. */
  ordersMicros: int,
  bookingsMicros: int,
  /** The next page of a walk through the orders that spans runs, and the mark to keep at its end. */
  ordersPage: orNull(int),
  ordersNextMicros: int,
  /** Length of the list of changed bookings when it was last asked for; 0 while it fits on one page. */
  changesCount: int,
  /** The second the last sweep began. */
  sweepId: int,
  /** The next page of a sweep that spans runs; null while none is under way. */
  sweepPage: orNull(int),
  sweepCount: int,
  /** `createdMicros` of the last booking of the page before. */
  sweepAfterMicros: int,
  /** Waldur's clock when the sweep began; 0: unknown. */
  sweepMicros: int,
  /** Its next page is read with all columns: many of the page before had changed. */
  sweepRich: flag,
  /** Id of the last complete sweep. */
  sweptAt: int,
  sweepWanted: flag,
  /** JSON text, as `readOfferings` takes it. */
  offerings: text,
  offeringsAt: orNull(int),
  /** Report of a mass removal that was held back; "" for none. */
  held: text,
  /** Bookings that the last sweep could not use. */
  skipped: int,
});

/** One list Waldur can give an account, or everybody who holds a role. */
export type SourceRow = RowOf<typeof sources>;

/** Columns of a source that a run sets. */
export type SourceChange = Partial<Omit<SourceRow, "id">>;

/** A list that an account asks for, as `resolveSource` found it; its source may not be stored yet. */
export type NewSource = Pick<SourceRow, "kind" | "scopeUuid" | "customerUuid" | "name" | "partial"> & {
  readonly accountId: string;
};

/** Returns true for a list that is the same for everybody who holds a role in one organisation: it is read once for all. */
function isShared({ kind, customerUuid, partial }: Omit<NewSource, "accountId">): boolean {
  return customerUuid !== "" && (kind === "provider" || (kind === "offering" && partial === ""));
}

/** Returns every source, those due longest first. */
export async function listSources(sql: Sql): Promise<SourceRow[]> {
  return (await sql.all("SELECT * FROM sources ORDER BY due_at, id")).map(sources.read);
}

/** Returns the source of that id, or null. */
export async function findSource(sql: Sql, id: string): Promise<SourceRow | null> {
  const row = await sql.first("SELECT * FROM sources WHERE id = ?1", id);
  return row === null ? null : sources.read(row);
}

/** Returns the loaded sources that hold a booking. */
export async function listSourcesWith(sql: Sql, bookingUuid: string): Promise<SourceRow[]> {
  const rows = await sql.all(
    `SELECT sources.* FROM bookings INDEXED BY bookings_uuid JOIN sources ON sources.id = bookings.source_id
     WHERE bookings.uuid = ?1 AND sources.loaded_at IS NOT NULL`,
    bookingUuid,
  );
  return rows.map(sources.read);
}

/** Makes the source of that list unless it is there, due at once, and the account one of its readers. Resolves to its id. */
export async function addSource(
  sql: Sql,
  { accountId, ...list }: NewSource & { readonly id: string },
  nowAt: number,
): Promise<string> {
  const shared = isShared(list);
  const key = shared
    ? "(kind, scope_uuid) WHERE account_id IS NULL"
    : "(account_id, kind, scope_uuid) WHERE account_id IS NOT NULL";
  const { sql: insert, parameters } = sources.insert(
    { ...list, accountId: shared ? null : accountId, createdAt: nowAt, dueAt: nowAt },
    `ON CONFLICT ${key} DO UPDATE SET name = excluded.name, partial = excluded.partial,
       customer_uuid = excluded.customer_uuid, due_at = excluded.due_at
     RETURNING id`,
  );
  const row = await sql.first(insert, ...parameters);
  const id = row === null ? list.id : readText(row, "id");
  await sql.run(
    `INSERT INTO readers (source_id, account_id) VALUES (?1, ?2)
     ON CONFLICT (source_id, account_id) DO UPDATE SET lost = '', lost_at = NULL`,
    id,
    accountId,
  );
  return id;
}

/** Makes the statement that sets these columns of a source; null when there is nothing to set. */
export function changeSource(id: string, change: SourceChange): Statement | null {
  return sources.update(id, change);
}

/** Notes for many sources that Waldur had nothing new, at `freshAt` (epoch seconds), of what it lists up to `seenMicros`. */
export async function noteUnchanged(
  sql: Sql,
  ids: readonly string[],
  freshAt: number,
  seenMicros: number,
): Promise<void> {
  await sql.run(
    `UPDATE sources SET fresh_at = ?2, orders_micros = max(orders_micros, ?3), bookings_micros = max(bookings_micros, ?3)
     WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    freshAt,
    seenMicros,
  );
}

/** Notes that Waldur fails, since when, and when the source is due again. */
export async function noteSourceFailure(
  sql: Sql,
  id: string,
  { failure, failingSinceAt, dueAt }: Pick<SourceRow, "failure" | "dueAt"> & { readonly failingSinceAt: number },
): Promise<void> {
  await sql.run(
    "UPDATE sources SET failing_since_at = ?2, failure = ?3, due_at = ?4 WHERE id = ?1",
    id,
    failingSinceAt,
    failure,
    dueAt,
  );
}

/** Seconds after which a failure that goes on has been noted again, with room for one run that came late. */
const failureNotedSeconds = 2 * 3600;

/**
 * Returns the seconds for which Waldur was seen to fail until `nowAt` (epoch seconds). A failing source is due from when its
 * failure was last noted: where that is long ago, nobody looked since, or the clock was set forward.
 */
export function failedSeconds(
  { failingSinceAt, dueAt }: { readonly failingSinceAt: number; readonly dueAt: number },
  nowAt: number,
): number {
  return Math.max(0, Math.min(nowAt, dueAt + failureNotedSeconds) - failingSinceAt);
}

/** Makes the statement that gives sources another rev, by id. */
export function moveSources(revs: ReadonlyMap<string, number>): Statement {
  return statement(
    `WITH moved AS MATERIALIZED (SELECT value->>0 AS id, CAST(value->>1 AS BIGINT) AS rev FROM json_each(?1))
     UPDATE sources SET rev = moved.rev FROM moved
     WHERE sources.id IN (SELECT id FROM moved) AND sources.id = moved.id`,
    JSON.stringify([...revs]),
  );
}

/** Has these sources read with the next run. */
export async function makeDue(sql: Sql, ids: readonly string[], nowAt: number): Promise<void> {
  await sql.run(
    "UPDATE sources SET due_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))",
    JSON.stringify(ids),
    nowAt,
  );
}

/** Reads the offering facts in `SourceRow.offerings`. */
export function readOfferings(json: string): Map<string, OfferingFacts> {
  const facts = new Map<string, OfferingFacts>();
  const value: unknown = JSON.parse(json);
  if (typeof value !== "object" || value === null) return facts;
  for (const [uuid, entry] of Object.entries(value)) {
    if (typeof entry !== "object" || entry === null || !("name" in entry)) continue;
    const latitude = "latitude" in entry && typeof entry.latitude === "number" ? entry.latitude : null;
    const longitude = "longitude" in entry && typeof entry.longitude === "number" ? entry.longitude : null;
    const thumbnail = "thumbnail" in entry && typeof entry.thumbnail === "string" ? entry.thumbnail : "";
    facts.set(uuid, { name: String(entry.name), latitude, longitude, ...(thumbnail !== "" && { thumbnail }) });
  }
  return facts;
}

/** Returns the text kept in `SourceRow.offerings`; the same for the same facts in any order. */
export function writeOfferings(facts: ReadonlyMap<string, OfferingFacts>): string {
  return JSON.stringify(Object.fromEntries([...facts].toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

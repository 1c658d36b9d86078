import type { OfferingFacts } from "../calendar/event.ts";
import { readText } from "./sql/row.ts";
import { type Sql, type Statement, statement } from "./sql/port.ts";
import { type Codec, flag, int, oneOf, orNull, type RowOf, table, text } from "./sql/table.ts";
import { type ScopeKind, scopeKinds } from "../waldur/scope.ts";

const kinds = oneOf(scopeKinds, "visible");
/** The first word for `visible` was `mine`, and the database keeps it: its table takes no other. */
const scopeKind: Codec<ScopeKind> = {
  read: kinds.read,
  write: (kind) => (kind === "visible" ? "mine" : kind),
};

const sources = table("sources", {
  id: text,
  accountId: text,
  kind: scopeKind,
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
  /**
   * The loss of its account in Waldur: the role that opens it, its user's being active, or the roles that showed some of its
   * bookings; "" for nothing.
   */
  lost: oneOf(["", "role", "inactive", "part"], ""),
  /** Since when, as far as we know; null for nothing. */
  lostAt: orNull(int),
  /** Time at which who-am-I last showed the role. */
  accessAt: orNull(int),
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

/** One list Waldur can give an account. */
export type SourceRow = RowOf<typeof sources>;

/** Columns of a source that a run sets. */
export type SourceChange = Partial<Omit<SourceRow, "id">>;

/** Losses of an account after which nothing of its source can be read. */
export type LostAccess = "role" | "inactive";

/** Returns what the source's account has lost so that nothing of it can be read; null while it can. */
export function lostAccess({ lost }: Pick<SourceRow, "lost">): LostAccess | null {
  return lost === "role" || lost === "inactive" ? lost : null;
}

/** Returns the time, epoch seconds, from which what the source's account has lost is not shown any more; null when it lost nothing. */
export function clearTime(
  { accessClearHours }: { readonly accessClearHours: number },
  { lostAt }: Pick<SourceRow, "lostAt">,
): number | null {
  return lostAt === null ? null : lostAt + accessClearHours * 3600;
}

/** A source that may not be stored yet: a list that Waldur can give an account, as `resolveSource` found it. */
export type NewSource = Pick<SourceRow, "accountId" | "kind" | "scopeUuid" | "customerUuid" | "name" | "partial">;

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
     WHERE bookings.uuid = ?1 AND sources.loaded_at IS NOT NULL AND sources.lost NOT IN ('role', 'inactive')`,
    bookingUuid,
  );
  return rows.map(sources.read);
}

/** Makes the account's source over that list unless it is there, due at once. Resolves to its id. */
export async function addSource(sql: Sql, source: NewSource & { readonly id: string }, nowAt: number): Promise<string> {
  const { sql: insert, parameters } = sources.insert(
    { ...source, createdAt: nowAt, dueAt: nowAt },
    `ON CONFLICT (account_id, kind, scope_uuid) DO UPDATE SET name = excluded.name, partial = excluded.partial,
       customer_uuid = excluded.customer_uuid, lost = '', lost_at = NULL, access_at = NULL, due_at = excluded.due_at
     RETURNING id`,
  );
  const row = await sql.first(insert, ...parameters);
  return row === null ? source.id : readText(row, "id");
}

/** Makes the statement that sets these columns of a source; null when there is nothing to set. */
export function changeSource(id: string, change: SourceChange): Statement | null {
  return sources.update(id, change);
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
    `WITH moved AS MATERIALIZED (SELECT value->>0 AS id, value->>1 AS rev FROM json_each(?1))
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
    facts.set(uuid, { name: String(entry.name), latitude, longitude });
  }
  return facts;
}

/** Returns the text kept in `SourceRow.offerings`; the same for the same facts in any order. */
export function writeOfferings(facts: ReadonlyMap<string, OfferingFacts>): string {
  return JSON.stringify(Object.fromEntries([...facts].toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

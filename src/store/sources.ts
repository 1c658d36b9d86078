import type { OfferingFacts } from "../calendar/event.ts";
import { int, intOrNull, text } from "./row.ts";
import { type Sql, type SqlRow, type SqlValue, type Statement, statement } from "./sql.ts";
import { type ScopeKind, scopeKinds } from "../waldur/scope.ts";

/** One list Waldur can give an account. */
export interface SourceRow {
  readonly id: string;
  readonly accountId: string;
  readonly kind: ScopeKind;
  /** 32 hex digits; "" for `mine`. */
  readonly scopeUuid: string;
  /** The organisation whose roles open it; "" when any provider role does. */
  readonly customerUuid: string;
  readonly name: string;
  readonly partial: string;
  readonly createdAt: number;
  readonly dueAt: number;
  readonly rev: number;
  readonly loadedAt: number | null;
  readonly freshAt: number | null;
  readonly failingSinceAt: number | null;
  readonly failure: string;
  readonly access: "ok" | "lost";
  readonly accessAt: number | null;
  readonly ordersMicros: number;
  readonly bookingsMicros: number;
  readonly ordersPage: number | null;
  readonly ordersNextMicros: number;
  readonly sweepId: number;
  readonly sweepPage: number | null;
  readonly sweepCount: number;
  readonly sweepAfterMicros: number;
  readonly sweptAt: number;
  readonly sweepWanted: boolean;
  /** JSON text, as `readOfferings` takes it. */
  readonly offerings: string;
  readonly offeringsAt: number | null;
  readonly held: string;
  readonly skipped: number;
}

/** Columns of a source that a run may set, by their name in `SourceRow`. */
const columns = {
  name: "name",
  partial: "partial",
  dueAt: "due_at",
  rev: "rev",
  loadedAt: "loaded_at",
  freshAt: "fresh_at",
  failingSinceAt: "failing_since_at",
  failure: "failure",
  access: "access",
  accessAt: "access_at",
  ordersMicros: "orders_micros",
  bookingsMicros: "bookings_micros",
  ordersPage: "orders_page",
  ordersNextMicros: "orders_next_micros",
  sweepId: "sweep_id",
  sweepPage: "sweep_page",
  sweepCount: "sweep_count",
  sweepAfterMicros: "sweep_after_micros",
  sweptAt: "swept_at",
  sweepWanted: "sweep_wanted",
  offerings: "offerings",
  offeringsAt: "offerings_at",
  held: "held",
  skipped: "skipped",
} as const;

export type SourceChange = Partial<Pick<SourceRow, keyof typeof columns>>;

/** A source that may not be stored yet: a list that Waldur can give an account, as `resolveSource` found it. */
export type NewSource = Pick<SourceRow, "accountId" | "kind" | "scopeUuid" | "customerUuid" | "name" | "partial">;

/** Every source, those due longest first. */
export async function listSources(sql: Sql): Promise<SourceRow[]> {
  return (await sql.all("SELECT * FROM sources ORDER BY due_at, id")).map(readSource);
}

/** The source of that id, or null. */
export async function findSource(sql: Sql, id: string): Promise<SourceRow | null> {
  const row = await sql.first("SELECT * FROM sources WHERE id = ?1", id);
  return row === null ? null : readSource(row);
}

/** The loaded sources that hold a booking. */
export async function listSourcesWith(sql: Sql, bookingUuid: string): Promise<SourceRow[]> {
  const rows = await sql.all(
    `SELECT sources.* FROM bookings INDEXED BY bookings_uuid JOIN sources ON sources.id = bookings.source_id
     WHERE bookings.uuid = ?1 AND sources.loaded_at IS NOT NULL AND sources.access = 'ok'`,
    bookingUuid,
  );
  return rows.map(readSource);
}

/** The account's source over that list, made if it is not there, and due at once. Resolves to its id. */
export async function addSource(
  sql: Sql,
  source: Pick<SourceRow, "id" | "accountId" | "kind" | "scopeUuid" | "customerUuid" | "name" | "partial">,
  nowAt: number,
): Promise<string> {
  const row = await sql.first(
    `INSERT INTO sources (id, account_id, kind, scope_uuid, customer_uuid, name, partial, created_at, due_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
     ON CONFLICT (account_id, kind, scope_uuid) DO UPDATE SET name = excluded.name, partial = excluded.partial,
       customer_uuid = excluded.customer_uuid, access = 'ok', access_at = NULL, due_at = excluded.due_at
     RETURNING id`,
    source.id,
    source.accountId,
    source.kind,
    source.scopeUuid,
    source.customerUuid,
    source.name,
    source.partial,
    nowAt,
  );
  return row === null ? source.id : text(row, "id");
}

/** The statement that sets these columns of a source; null when there is nothing to set. */
export function changeSource(id: string, change: SourceChange): Statement | null {
  const sets: string[] = [];
  const values: SqlValue[] = [id];
  for (const [key, column] of Object.entries(columns)) {
    const value = Object.entries(change).find(([name]) => name === key)?.[1];
    if (value === undefined) continue;
    values.push(typeof value === "boolean" ? Number(value) : value);
    sets.push(`${column} = ?${values.length}`);
  }
  if (sets.length === 0) return null;
  return statement(`UPDATE sources SET ${sets.join(", ")} WHERE id = ?1`, ...values);
}

/** The statement that gives sources another rev, by id. */
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

/** Offering facts out of `SourceRow.offerings`. */
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

/** The text kept in `SourceRow.offerings`; the same for the same facts in any order. */
export function writeOfferings(facts: ReadonlyMap<string, OfferingFacts>): string {
  return JSON.stringify(Object.fromEntries([...facts].toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function readSource(row: SqlRow): SourceRow {
  const kind = text(row, "kind");
  return {
    id: text(row, "id"),
    accountId: text(row, "account_id"),
    kind: scopeKinds.find((known) => known === kind) ?? "mine",
    scopeUuid: text(row, "scope_uuid"),
    customerUuid: text(row, "customer_uuid"),
    name: text(row, "name"),
    partial: text(row, "partial"),
    createdAt: int(row, "created_at"),
    dueAt: int(row, "due_at"),
    rev: int(row, "rev"),
    loadedAt: intOrNull(row, "loaded_at"),
    freshAt: intOrNull(row, "fresh_at"),
    failingSinceAt: intOrNull(row, "failing_since_at"),
    failure: text(row, "failure"),
    access: text(row, "access") === "lost" ? "lost" : "ok",
    accessAt: intOrNull(row, "access_at"),
    ordersMicros: int(row, "orders_micros"),
    bookingsMicros: int(row, "bookings_micros"),
    ordersPage: intOrNull(row, "orders_page"),
    ordersNextMicros: int(row, "orders_next_micros"),
    sweepId: int(row, "sweep_id"),
    sweepPage: intOrNull(row, "sweep_page"),
    sweepCount: int(row, "sweep_count"),
    sweepAfterMicros: int(row, "sweep_after_micros"),
    sweptAt: int(row, "swept_at"),
    sweepWanted: int(row, "sweep_wanted") === 1,
    offerings: text(row, "offerings"),
    offeringsAt: intOrNull(row, "offerings_at"),
    held: text(row, "held"),
    skipped: int(row, "skipped"),
  };
}

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { actAs, actAsOperator, resolveSource } from "../../../src/account/find-source.ts";
import { ensureTokenAccount } from "../../../src/account/sign-in.ts";
import { addFeed } from "../../../src/feed/commands.ts";
import { newProfile } from "../../../src/feed/profile.ts";
import { environmentAccount } from "../../../src/store/accounts/accounts.ts";
import { type FeedRow, listFeeds } from "../../../src/store/feeds.ts";
import { listReadSources } from "../../../src/store/sources/readers.ts";
import { listSources } from "../../../src/store/sources/sources.ts";
import { migrate } from "../../../src/store/sql/migrate.ts";
import { readMigrations } from "../../../src/store/sql/migrations-node.ts";
import type { Sql, SqlRow } from "../../../src/store/sql/port.ts";
import { insertTarget } from "../../../src/store/targets.ts";
import { tick } from "../../../src/tick.ts";
import { insertRow, newTarget } from "../../rows.ts";
import { makeWorld, type World } from "../../world.ts";
import { sqliteEngines, migrationsFolder, type Opened } from "./engines.ts";

const always = { nightHours: { from: 0, to: 0 } };
/** A source of the version before, of which each account had its own. */
const own = "0wn50urce0000000";

/**
 * A world whose service has two feeds over a provider, of the operator and of its manager, one over all that the operator
 * sees, a mirror, a decision and a booking that is gone.
 */
async function begin() {
  const world = await makeWorld({ bookings: 20, config: always });
  const { deps, sample } = world;
  const first = await world.addFeed({ pastDays: 60 });
  const account = await ensureTokenAccount(deps, sample.tokens.providerManager, "192.0.2.1");
  const list = await resolveSource(await actAs(deps, account), "provider", sample.providerUuid);
  const busy = newProfile(deps.config, list.name, { pastDays: 60, detail: "busy" });
  const feeds: FeedRow[] = [
    first,
    await addFeed(deps, list, newProfile(deps.config, list.name, { pastDays: 60 }), null),
    await addFeed(deps, list, busy, null),
  ];
  const all = await resolveSource(await actAsOperator(deps), "visible", "");
  feeds.push(await addFeed(deps, all, newProfile(deps.config, all.name, {}), null));
  await world.tick();
  const provided = sample.bookings.filter(({ offering }) => offering.customer.uuid === sample.providerUuid);
  sample.unlink(provided.at(-1)?.uuid ?? "");
  for (let sweeps = 0; sweeps < 2; sweeps += 1) {
    world.wait(600);
    await world.tick();
  }
  const nowAt = deps.now() / 1000;
  await deps.sql.batch([
    insertTarget(newTarget("t", { feedId: feeds[1]?.id ?? "" }), nowAt),
    ...[...provided.entries()].slice(0, 5).map(([n, { uuid }]) =>
      insertRow("ledger", {
        target_id: "t",
        uid: `${uuid}-1`,
        generation: n,
        href: `/calendars/manager/${n}.ics`,
        etag: n === 0 ? null : `"${n}"`,
        state: (["new", "synced", "update", "left", "retired"] as const)[n] ?? "synced",
        wanted_hash: `wanted ${n}`,
        event_rev: n,
        pushed_hash: `pushed ${n}`,
        intent_hash: "",
        remote_hash: `remote ${n}`,
        start_at: nowAt + n,
        end_at: nowAt + n + 60,
        attempts: n,
        next_at: 0,
        failure: "",
        restores: n,
        restored_at: nowAt,
      }),
    ),
    insertRow("decisions", {
      id: "d",
      made_at: nowAt,
      booking_uuid: provided[0]?.uuid ?? "",
      action: "accept",
      result: "done",
      via: "sign-in",
      feed_id: feeds[1]?.id ?? "",
      account_id: account.id,
      username: "manager",
      full_name: "Manager",
      by_operator: 0,
      address: "",
    }),
  ]);
  return { world, feeds, manager: account.id };
}
type Begun = Awaited<ReturnType<typeof begin>>;

/** Writes a world's database as the version before had it: each account with a source, and bookings, of its own. */
async function writeBefore(sql: Sql, { world, manager }: Begun): Promise<void> {
  const from = world.deps.sql;
  const columnsOf = async (of: Sql, table: string): Promise<string[]> =>
    (await of.all(`SELECT name FROM pragma_table_info('${table}')`)).map(({ name }) => String(name));
  const copy = async (table: string, change: (row: SqlRow) => readonly SqlRow[] = (row) => [row]): Promise<void> => {
    const wanted = await columnsOf(sql, table);
    const kept = (row: SqlRow): SqlRow =>
      Object.fromEntries(wanted.flatMap((name) => (name in row ? [[name, row[name] ?? null]] : [])));
    const rows = (await from.all(`SELECT * FROM ${table}`)).flatMap(change).map(kept);
    for (let at = 0; at < rows.length; at += 50) {
      await sql.batch(rows.slice(at, at + 50).map((row) => insertRow(table, row)));
    }
  };
  const provider = (await listSources(from)).find(({ kind }) => kind === "provider")?.id ?? "";
  const twice = (row: SqlRow): SqlRow[] => (row["source_id"] === provider ? [row, { ...row, source_id: own }] : [row]);
  await copy("accounts");
  await copy("sources", (row) => {
    const { account_id: account = null, kind = "" } = row;
    const before = {
      ...row,
      account_id: account ?? environmentAccount,
      kind: kind === "visible" ? "mine" : kind,
      lost: "",
      access_at: row["fresh_at"] ?? null,
    };
    return row["id"] === provider ? [before, { ...before, id: own, account_id: manager }] : [before];
  });
  await copy("bookings", twice);
  await copy("runs", twice);
  await copy("feeds", (row) => [row["account_id"] === manager ? { ...row, source_id: own } : row]);
  for (const table of ["addresses", "events", "targets", "ledger", "decisions", "meta"]) await copy(table);
}

/** Everything that subscribers get: body and ETag at each address. */
async function served(world: World, sql: Sql, feeds: readonly FeedRow[]) {
  const deps = { ...world.deps, sql };
  return Promise.all(
    feeds.map(async (feed) => {
      const answer = await world.app.fetch(new Request(await world.address(feed)), deps);
      return { status: answer.status, etag: answer.headers.get("ETag"), body: await answer.text() };
    }),
  );
}

describe.each(sqliteEngines)("a database of the version before the shared sources, over $engine,", ({ open }) => {
  let opened: Opened;
  let sql: Sql;
  let begun: Begun;

  beforeEach(async () => {
    begun = await begin();
    opened = await open();
    ({ sql } = opened);
    const all = await readMigrations(migrationsFolder);
    const before = all.slice(
      0,
      all.findIndex(({ name }) => name.endsWith("_shared.sql")),
    );
    await migrate(sql, before, 0);
    await writeBefore(sql, begun);
  });
  afterEach(async () => opened.close());

  const upgrade = async (): Promise<void> => {
    await migrate(sql, await readMigrations(migrationsFolder), 0);
  };
  const run = async () => tick({ ...begun.world.deps, sql });
  const provider = async () => (await listSources(sql)).filter(({ kind }) => kind === "provider");

  it("has one source for both afterwards, and no subscriber or mirror sees a change", async () => {
    const { world, feeds, manager } = begun;
    const before = await served(world, world.deps.sql, feeds);
    expect(before.every(({ status, body }) => status === 200 && body.includes("BEGIN:VEVENT"))).toBe(true);
    const kept = async (of: Sql) => [
      await of.all("SELECT * FROM addresses ORDER BY hash"),
      await of.all("SELECT * FROM events ORDER BY feed_id, uid"),
      await of.all("SELECT * FROM targets"),
      await of.all("SELECT * FROM ledger"),
      await of.all("SELECT * FROM decisions"),
      await of.all("SELECT id, token, session_no, kind FROM accounts ORDER BY id"),
      await of.all(
        "SELECT id, account_id, slug, salt, secret, epoch, rev, revised_at, state, links FROM feeds ORDER BY id",
      ),
    ];
    const rows = await kept(world.deps.sql);
    expect(rows[3]).toHaveLength(5);
    await upgrade();
    expect(await served(world, sql, feeds)).toEqual(before);
    expect(await kept(sql)).toEqual(rows);
    expect(await provider()).toMatchObject([{ accountId: null, id: feeds[0]?.sourceId }]);
    expect(await sql.all("PRAGMA foreign_key_check")).toEqual([]);
    const readers = (await listReadSources(sql)).map(({ kind, accountId }) => [kind, accountId]);
    expect(new Set(readers)).toEqual(
      new Set([
        ["provider", manager],
        ["provider", environmentAccount],
        ["visible", environmentAccount],
      ]),
    );

    for (let minutes = 0; minutes < 2; minutes += 1) {
      world.wait(60);
      world.requests();
      expect((await run()).sources.map(({ failure }) => failure)).toEqual(["", ""]);
      expect(await served(world, sql, feeds)).toEqual(before);
    }
    expect(world.requests().filter((line) => line.includes("/marketplace-orders/"))).toHaveLength(1);
    expect((await listFeeds(sql)).every(({ renderedRev }) => renderedRev > 0)).toBe(true);
  });

  it("shows both what changes after it", async () => {
    const { world, feeds } = begun;
    await upgrade();
    const { uuid = "" } =
      world.sample.bookings.find(
        ({ state, offering }) => state === "OK" && offering.customer.uuid === world.sample.providerUuid,
      ) ?? {};
    world.sample.rename(uuid, "After the upgrade");
    world.wait(60);
    await run();
    const [one, other] = await served(world, sql, feeds);
    for (const answer of [one, other]) expect(answer?.body).toContain("After the upgrade");
  });

  it("keeps two sources where slots were numbered otherwise, for numbers make UIDs", async () => {
    const { world, feeds } = begun;
    const before = await served(world, world.deps.sql, feeds);
    // The other service met the slot first as another one's successor.
    await sql.run(
      `UPDATE bookings SET slots = json_set(slots, '$[0].n', 2) WHERE source_id = ?1 AND json_array_length(slots) = 1
         AND uuid = (SELECT uuid FROM bookings WHERE source_id = ?1 AND json_array_length(slots) = 1 LIMIT 1)`,
      own,
    );
    await sql.run(
      `UPDATE bookings SET slots = json_insert(slots, '$[#]', json_object('start', 1, 'end', 2, 'backendId', 'was', 'n', 1,
         'real', json('true'), 'gone', json('true'))) WHERE source_id = ?1 AND slots->>'$[0].n' = 2 AND json_array_length(slots) = 1`,
      own,
    );
    await upgrade();
    expect(new Set((await provider()).map(({ id, accountId }) => [id, accountId]))).toEqual(
      new Set([
        [feeds[0]?.sourceId, null],
        [own, begun.manager],
      ]),
    );
    expect(await served(world, sql, feeds)).toEqual(before);
    world.wait(60);
    await run();
    expect((await listFeeds(sql)).filter(({ sourceId }) => sourceId === own)).toHaveLength(2);
    expect(await served(world, sql, feeds)).toEqual(before);
  });

  it("keeps two sources where one has a booking that the other lacks, unless that is about to be read", async () => {
    const { world, feeds } = begun;
    const before = await served(world, world.deps.sql, feeds);
    const lacks = `source_id = ?1 AND uuid = (SELECT uuid FROM bookings WHERE vanished_at IS NULL ORDER BY created_micros LIMIT 1)`;
    await sql.run(`DELETE FROM bookings WHERE ${lacks}`, feeds[0]?.sourceId ?? "");
    await upgrade();
    expect(await provider()).toHaveLength(2);
    expect(await served(world, sql, feeds)).toEqual(before);
  });

  it("keeps of two the one that reads, though the other is the operator's", async () => {
    const { world, feeds } = begun;
    const before = await served(world, world.deps.sql, feeds);
    await sql.run(
      "UPDATE sources SET failing_since_at = 1, failure = 'waldur_refused_token' WHERE id = ?1",
      feeds[0]?.sourceId ?? "",
    );
    await upgrade();
    expect(await provider()).toMatchObject([{ id: own, accountId: null, failure: "" }]);
    world.wait(60);
    await run();
    expect(await served(world, sql, feeds)).toEqual(before);
  });

  it("takes over what only one of them knows: of bookings that are gone, of orders, of places, and what was lost", async () => {
    const { world, feeds } = begun;
    const kept = feeds[0]?.sourceId ?? "";
    await sql.run("DELETE FROM bookings WHERE source_id = ?1 AND vanished_at IS NOT NULL", kept);
    await sql.run("UPDATE bookings SET order_uuid = NULL WHERE source_id = ?1", kept);
    await sql.run(`UPDATE sources SET offerings = '{}' WHERE id = ?1`, kept);
    await sql.run("UPDATE sources SET lost = 'role', lost_at = 7 WHERE id = ?1", own);
    const before = await served(world, world.deps.sql, feeds);
    const orders = await sql.all("SELECT uuid, order_uuid FROM bookings WHERE source_id = ?1 ORDER BY uuid", own);
    await upgrade();
    const known = "SELECT uuid, order_uuid FROM bookings WHERE source_id = ?1 ORDER BY uuid";
    expect(await sql.all(known, kept)).toEqual(orders);
    expect(await sql.all("SELECT rev FROM bookings WHERE vanished_at IS NOT NULL AND source_id = ?1", kept)).toEqual([
      { rev: 0 },
    ]);
    expect((await provider())[0]?.offerings).toContain("Confocal microscope");
    expect((await listReadSources(sql, begun.manager))[0]).toMatchObject({ lost: "role", lostAt: 7 });
    expect(await served(world, sql, feeds)).toEqual(before);
  });
});

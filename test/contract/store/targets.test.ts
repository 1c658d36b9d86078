import { beforeEach, describe, expect, it } from "vitest";
import { deleteEvents, writeEvents } from "../../../src/store/events.ts";
import { dropLease, endLease, takeLease } from "../../../src/store/leases.ts";
import {
  type LedgerRow,
  newEntry,
  clearLedgerFailures,
  countLedger,
  findTexts,
  forgetLedger,
  listGone,
  listLedger,
  listNews,
  restoreLost,
  writeLedger,
} from "../../../src/store/ledger.ts";
import { settleMeta } from "../../../src/store/meta.ts";
import { listSealed, replaceSealed } from "../../../src/store/accounts/sealed.ts";
import type { Statement } from "../../../src/store/sql/port.ts";
import {
  changeTarget,
  countRefused,
  deleteTarget,
  findTarget,
  handOverTarget,
  insertTarget,
  listTargets,
  restHost,
  stopTargets,
} from "../../../src/store/targets.ts";
import { engines, openForTests } from "./engines.ts";
import { makeFeed, newTarget, startAnew, t } from "../../rows.ts";

const fence = { name: "target:t", holder: "me" };
const full: LedgerRow = {
  uid: "ü-1",
  generation: 2,
  href: "/dav/ü-1.ics",
  etag: '"a\\"b"',
  state: "update",
  wantedHash: "w",
  eventRev: 7,
  pushedHash: "p",
  intentHash: "i",
  remoteHash: "r",
  startAt: t,
  endAt: t + 60,
  attempts: 3,
  nextAt: t + 9,
  failure: "423 lukus",
  restores: 1,
  restoredAt: t - 60,
  lost: true,
};

describe.each(engines)("targets and their ledger over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => {
    await startAnew(sql);
    await makeFeed(sql, "f");
    await makeFeed(sql, "g");
    await sql.batch([insertTarget(newTarget("t"), t)]);
    await takeLease(sql, fence.name, fence.holder, t, 60);
  });

  const write = async (...statements: readonly (Statement | null)[]) =>
    sql.batch(statements.filter((one) => one !== null));
  const stored = async () => listLedger(sql, "t");

  it("gives a new target back as it was made, due at once and with nothing pushed", async () => {
    await write(
      insertTarget(newTarget("u", { feedId: "g", perMinute: 30, edits: "respect", cancelled: "delete" }), t + 1),
    );
    expect(await findTarget(sql, "u")).toMatchObject({
      ...newTarget("u", { feedId: "g", perMinute: 30, edits: "respect", cancelled: "delete" }),
      state: "on",
      feedRev: -1,
      dirty: true,
      dueAt: t + 1,
      listedAt: 0,
      ctag: null,
      syncToken: null,
      mirroredAt: null,
    });
    expect((await listTargets(sql)).map(({ id }) => id)).toEqual(["t", "u"]);
    expect((await listTargets(sql, "g")).map(({ id }) => id)).toEqual(["u"]);
    expect(await findTarget(sql, "none")).toBeNull();
  });

  it("changes what is named, and only while the lease is held where that is asked", async () => {
    const change = { ctag: "c", syncToken: null, dirty: false, dueAt: t + 5, failure: "x", state: "paused" } as const;
    expect(await write(changeTarget("t", change, fence))).toEqual([1]);
    expect(await findTarget(sql, "t")).toMatchObject(change);
    expect(await write(changeTarget("t", { ctag: "d" }, { ...fence, holder: "other" }))).toEqual([0]);
    await dropLease(sql, fence.name, fence.holder);
    expect(await write(changeTarget("t", { ctag: "e" }, fence))).toEqual([0]);
    expect(await findTarget(sql, "t")).toMatchObject({ ctag: "c" });
    expect(changeTarget("t", {})).toBeNull();
  });

  it("stops the running targets of an account or of a feed, and no other", async () => {
    await write(
      insertTarget(newTarget("u", { feedId: "g" }), t),
      insertTarget(newTarget("v", { account: "dav.example bob" }), t),
      insertTarget(newTarget("w"), t),
      changeTarget("w", { state: "removing" }),
      stopTargets({ account: "dav.example alice" }, "credentials", "why", t + 3),
    );
    const states = async () => (await listTargets(sql)).map(({ id, state }) => `${id} ${state}`);
    expect(await states()).toEqual(["t stopped", "u stopped", "v on", "w removing"]);
    expect(await findTarget(sql, "t")).toMatchObject({ stopCode: "credentials", stopReason: "why", stoppedAt: t + 3 });
    expect(await countRefused(sql, "dav.example", t)).toBe(1);
    expect(await countRefused(sql, "dav.example", t + 4)).toBe(0);
    await write(stopTargets({ feedId: "f" }, "feed-ended", "over", t), restHost("dav.example", t + 900));
    expect(await states()).toEqual(["t stopped", "u stopped", "v stopped", "w removing"]);
    expect(await findTarget(sql, "w")).toMatchObject({ dueAt: t + 900, failures: 1 });
  });

  it("waits for the new owner of its feed to give credentials, whatever was done with it", async () => {
    await write(changeTarget("t", { state: "removing", failures: 3, failure: "dav_timeout", failingSinceAt: t }));
    await write(handOverTarget("t", "sealed anew", "why", t + 3), endLease(fence.name));
    expect(await findTarget(sql, "t")).toMatchObject({
      state: "stopped",
      stopCode: "owner",
      stopReason: "why",
      stoppedAt: t + 3,
      credentials: "sealed anew",
      account: "dav.example",
      failures: 0,
      failure: "",
      failingSinceAt: null,
    });
    expect(await takeLease(sql, fence.name, "another run", t, 60)).toBe(true);
  });

  it("keeps ledger rows as they are, in bulk, one a target and event", async () => {
    const many = Array.from({ length: 700 }, (_, n) => ({ ...newEntry(`e${n}`), wantedHash: "x".repeat(2000) }));
    expect(await write(...writeLedger("t", fence, [full, ...many]))).not.toContain(0);
    const rows = await stored();
    expect(rows).toHaveLength(701);
    expect(rows.find(({ uid }) => uid === full.uid)).toEqual(full);
    const changed = { ...full, etag: null, state: "synced" } as const;
    await write(...writeLedger("t", fence, [changed]));
    expect((await stored()).find(({ uid }) => uid === full.uid)).toEqual(changed);
    await write(forgetLedger("t", fence, [full.uid, "e1", "none"]));
    expect(await stored()).toHaveLength(699);
  });

  it("writes nothing for a run that lost its lease", async () => {
    await write(...writeLedger("t", fence, [full]));
    const late = { ...fence, holder: "late" };
    expect(await write(...writeLedger("t", late, [{ ...full, failure: "" }, newEntry("x")]))).toEqual([0]);
    expect(await write(forgetLedger("t", late, [full.uid]))).toEqual([0]);
    expect(await stored()).toEqual([full]);
  });

  it("tells what the ledger has not noted of the feed, and what the feed has no more", async () => {
    const event = { bookingUuid: "b", sequence: 1, stampAt: t, endAt: t + 60, cancelledAt: null };
    const rows = ["a", "b", "empty-f"].map((uid, n) => ({ ...event, uid, startAt: t - n, vevent: `text of ${uid}` }));
    const at = (rev: number, ...some: typeof rows) => JSON.stringify(some.map((row) => ({ feedId: "f", rev, ...row })));
    await write(writeEvents("", at(4, ...rows)));
    const news = async (limit: number) => listNews(sql, "t", "f", "empty-f", limit);
    expect((await news(9)).map(({ uid, rev, vevent }) => [uid, rev, vevent])).toEqual([
      ["b", 4, "text of b"],
      ["a", 4, "text of a"],
    ]);
    expect(await news(1)).toHaveLength(1);
    const noted = ["a", "b"].map((uid) => ({ ...newEntry(uid), eventRev: 4, wantedHash: "h" }));
    await write(...writeLedger("t", fence, noted));
    expect(await news(9)).toEqual([]);
    expect(await listGone(sql, "t", "f")).toEqual([]);
    await write(deleteEvents("", at(4, ...rows.slice(0, 1))), writeEvents("", at(5, ...rows.slice(1, 2))));
    expect(await listGone(sql, "t", "f")).toEqual(["a"]);
    expect((await news(9)).map(({ uid, rev }) => [uid, rev])).toEqual([["b", 5]]);
    expect(await findTexts(sql, "f", ["b", "none"])).toEqual(new Map([["b", "text of b"]]));
  });

  it("counts, and lets everything be tried anew", async () => {
    const left = { ...full, uid: "l", state: "left", restores: 3, failure: "", pushedHash: "p", lost: false } as const;
    const mine = { ...left, uid: "m", restores: 0 } as const;
    await write(
      ...writeLedger("t", fence, [
        full,
        left,
        mine,
        { ...full, uid: "r", state: "retired", failure: "" },
        newEntry("n"),
      ]),
    );
    expect(await countLedger(sql, "t")).toEqual({ events: 3, left: 2, retired: 1, failing: 1, failure: "423 lukus" });
    await write(clearLedgerFailures("t"));
    const rows = new Map((await stored()).map((row) => [row.uid, row]));
    expect(rows.get(full.uid)).toMatchObject({ attempts: 0, nextAt: 0, failure: "", state: "update" });
    expect(rows.get("l")).toMatchObject({ state: "synced", pushedHash: "", restores: 0 });
    expect(rows.get("m")).toEqual(mine);
  });

  it("lets what is lost be written anew, and nothing else", async () => {
    const left = { ...full, uid: "l", state: "left", href: "", etag: null, lost: false } as const;
    const lost = { ...left, uid: "m", lost: true } as const;
    await write(...writeLedger("t", fence, [left, lost]));
    expect(await countLedger(sql, "t")).toMatchObject({ events: 0, left: 1 });
    await write(restoreLost("t"));
    const rows = new Map((await stored()).map((row) => [row.uid, row]));
    expect(rows.get("l")).toEqual(left);
    expect(rows.get("m")).toEqual({ ...lost, state: "new", pushedHash: "", lost: false });
  });

  it("forgets a target with its ledger", async () => {
    await write(...writeLedger("t", fence, [full]));
    await write(...deleteTarget("t"));
    expect(await findTarget(sql, "t")).toBeNull();
    expect(await stored()).toEqual([]);
  });

  it("lists sealed credentials with the others, for new keys", async () => {
    const rows = await listSealed(sql, ["old"], "", 100);
    const own = rows.find(({ table }) => table === "targets");
    expect(own).toMatchObject({ column: "credentials", row: "t", text: "v1.old.sealed of t" });
    if (own === undefined) throw new Error("it is not there");
    await write(replaceSealed(own, own.text, "anew"));
    expect(await findTarget(sql, "t")).toMatchObject({ credentials: "anew" });
  });

  it("settles one value among several that make one at once", async () => {
    const made = await Promise.all(["a", "b", "c"].map(async (one) => settleMeta(sql, "settled", one)));
    expect(new Set(made).size).toBe(1);
  });
});

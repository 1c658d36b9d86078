import { beforeEach, describe, expect, it } from "vitest";
import { addUser, endPersonSessions, findAccount, noteSeen } from "../../../src/store/accounts/accounts.ts";
import { noteRunning } from "../../../src/store/accounts/presence.ts";
import { readMeta } from "../../../src/store/meta.ts";
import { emptyAccounts, forgetNames, listAccountsOf } from "../../../src/store/accounts/people.ts";
import { forgetReads, noteReads } from "../../../src/store/sources/reads.ts";
import { hasSealed } from "../../../src/store/accounts/sealed.ts";
import { findSource } from "../../../src/store/sources/sources.ts";
import { changeFeed, endAddresses, findAddress, findFeed } from "../../../src/store/feeds.ts";
import {
  deleteFeeds,
  forgetAccounts,
  forgetAddresses,
  forgetGoneBookings,
  forgetIdleBookings,
  forgetIdleSources,
  forgetOldRuns,
  listEndedFeeds,
} from "../../../src/store/forget.ts";
import { markVanished } from "../../../src/store/bookings/write-bookings.ts";
import {
  bookingOf,
  eventRow,
  insertRow,
  makeFeed,
  placeEvents,
  startAnew,
  store,
  t,
  uuidOf,
  writeOf,
} from "../../rows.ts";
import { engines, openForTests } from "./engines.ts";

const day = 86_400;
const ranWell = { added: 1, changed: 0, removed: 0, skipped: 0, requests: 1, failure: "", held: "" };

describe.each(engines)("what is forgotten over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => {
    await startAnew(sql);
    await makeFeed(sql, "f");
    await makeFeed(sql, "g");
  });
  const left = async (table: string, column: string): Promise<unknown[]> =>
    (await sql.all(`SELECT ${column} AS one FROM ${table} ORDER BY one`)).map(({ one }) => one);

  it("bookings that are gone for long, or out of sight, and in no feed of their source, some at once", async () => {
    await store(
      sql,
      "s",
      [1, 2, 3, 4, 5, 6].map((n) => writeOf(bookingOf(n))),
    );
    await store(sql, "other", [writeOf(bookingOf(2))]);
    await sql.batch([
      markVanished("s", [uuidOf(1), uuidOf(2)], 10, t - 100),
      markVanished("s", [uuidOf(3)], 12, t),
      markVanished("s", [uuidOf(4)], 13, -(t - 100)),
      markVanished("s", [uuidOf(5)], 14, -t),
      markVanished("other", [uuidOf(2)], 10, t - 100),
    ]);
    await placeEvents(sql, "g", { rev: 2 }, [eventRow("a", { bookingUuid: uuidOf(2) })]);
    expect(await forgetGoneBookings(sql, t, 2)).toBe(2);
    expect(await forgetGoneBookings(sql, t, 2)).toBe(1);
    expect(await forgetGoneBookings(sql, t, 2)).toBe(0);
    expect(await left("bookings", "uuid")).toEqual([2, 3, 5, 6].map(uuidOf));
    await placeEvents(sql, "g", { rev: 3 }, [], ["a"]);
    expect(await forgetGoneBookings(sql, t, 2)).toBe(1);
  });

  it("addresses and feeds that ended long ago, with all that was theirs", async () => {
    await sql.batch([endAddresses("f", t - 100, false), endAddresses("g", t, false)]);
    expect(await forgetAddresses(sql, t, 10)).toBe(1);
    expect([await findAddress(sql, "hash of f"), (await findAddress(sql, "hash of g"))?.endedAt]).toEqual([null, t]);
    const [ended, later] = ["f", "g"].map((id, n) => changeFeed(id, { state: "ended", revisedAt: t - 100 + 100 * n }));
    await sql.batch([ended, later].filter((one) => one !== undefined && one !== null));
    expect(await listEndedFeeds(sql, t, 10)).toEqual(["f"]);
    expect(await listEndedFeeds(sql, t + 1, 1)).toHaveLength(1);
    await sql.batch(deleteFeeds(["f", "g"]));
    expect([await findFeed(sql, "f"), await left("addresses", "hash"), await left("events", "uid")]).toEqual([
      null,
      [],
      [],
    ]);
  });

  it("lists without a feed, with all that was read of them, unless somebody who asked for one was seen", async () => {
    await store(
      sql,
      "other",
      [1, 2, 3].map((n) => writeOf(bookingOf(n))),
    );
    await store(sql, "s", [writeOf(bookingOf(1))]);
    await sql.batch([insertRow("runs", { source_id: "other", ended_at: t, ...ranWell })]);
    expect([await forgetIdleBookings(sql, t, 2), await forgetIdleSources(sql, t)]).toEqual([0, 0]);
    expect([await forgetIdleBookings(sql, t + 1, 2), await forgetIdleSources(sql, t + 1)]).toEqual([2, 0]);
    expect(await findSource(sql, "other")).toMatchObject({ loadedAt: null, sweepId: 0 });
    await noteSeen(sql, "a", t + 5);
    expect(await forgetIdleBookings(sql, t + 1, 2)).toBe(0);
    expect([await forgetIdleBookings(sql, t + 6, 2), await forgetIdleSources(sql, t + 6)]).toEqual([1, 1]);
    expect([await left("sources", "id"), await left("bookings", "source_id"), await left("runs", "source_id")]).toEqual(
      [["s"], ["s"], []],
    );
  });

  it("lists whose feeds have ended, once the feeds are deleted", async () => {
    const ended = ["f", "g"].map((id) => changeFeed(id, { state: "ended", revisedAt: t }));
    await sql.batch(ended.filter((one) => one !== null));
    await store(sql, "s", [writeOf(bookingOf(1))]);
    expect(await forgetIdleBookings(sql, t, 9)).toBe(0);
    expect([await forgetIdleBookings(sql, t + 1, 9), await forgetIdleSources(sql, t + 1)]).toEqual([1, 1]);
    await sql.batch(deleteFeeds(["f", "g"]));
    expect(await forgetIdleSources(sql, t + 1)).toBe(1);
    await noteReads(sql, new Map([["s", t]]), 3);
    await forgetReads(sql);
    expect(JSON.parse((await readMeta(sql, "reads")) ?? "")).toEqual({ clock: 3 });
  });

  it("accounts that have no feed and were not seen, deciders later, and those that are nobody's", async () => {
    const user = {
      username: "u",
      fullName: "U",
      email: "",
      isStaff: false,
      tokenLifetime: null,
      tokenExpiresAt: null,
      roles: [],
    };
    for (const [id, kind] of [
      ["p", "person"],
      ["d", "decider"],
      ["k", "person"],
    ] as const) {
      await addUser(sql, { id, kind, token: "sealed" }, { ...user, uuid: uuidOf(id === "k" ? 8 : 9) }, t);
    }
    await makeFeed(sql, "kept", { accountId: "k" });
    expect(await forgetAccounts(sql, t, t)).toBe(0);
    expect(await forgetAccounts(sql, t + 1, t)).toBe(1);
    expect(await left("accounts", "id")).toEqual(["a", "d", "k"]);
    await sql.batch([emptyAccounts(["k", "d"])]);
    expect(await forgetAccounts(sql, t, t)).toBe(1);
    expect(await left("accounts", "id")).toEqual(["a", "k"]);
    expect(await findAccount(sql, "k")).toMatchObject({
      token: "",
      username: "",
      fullName: "",
      userUuid: null,
      sessionNo: 1,
    });
  });

  it("nobody for the time in which the service stood still", async () => {
    const user = { username: "u", fullName: "U", email: "", isStaff: false, roles: [] };
    const times = { tokenLifetime: null, tokenExpiresAt: null };
    await addUser(sql, { id: "p", kind: "person", token: "sealed" }, { ...user, ...times, uuid: uuidOf(8) }, t);
    await addUser(sql, { id: "q", kind: "person", token: "sealed" }, { ...user, ...times, uuid: uuidOf(9) }, t);
    await noteSeen(sql, "q", t + 9 * day);
    const idle = async (nowAt: number): Promise<number> => {
      await noteRunning(sql, nowAt);
      return forgetAccounts(sql, nowAt - 30 * day, nowAt - 30 * day);
    };
    // A copy from before the time was noted: it ran when somebody was here last.
    expect(await idle(t + 50 * day)).toBe(0);
    for (let n = 51; n <= 71; n += 1) expect(await idle(t + n * day)).toBe(0);
    expect(await idle(t + 72 * day)).toBe(1);
    expect(await left("accounts", "id")).toEqual(["a", "q"]);
    // Two nodes that come back together: nobody was here later than now.
    await Promise.all([noteRunning(sql, t + 172 * day), noteRunning(sql, t + 172 * day)]);
    expect(await left("accounts", "seen_at < created_at + 141 * 86400")).toEqual([0, 0]);
    expect(await left("accounts", `seen_at <= ${t + 172 * day}`)).toEqual([1, 1]);
  });

  it("a person's name in decisions, and the token of somebody who signs out without a feed", async () => {
    const user = {
      username: "u",
      fullName: "U",
      email: "",
      isStaff: false,
      tokenLifetime: null,
      tokenExpiresAt: null,
      roles: [],
    };
    await addUser(sql, { id: "p", kind: "person", token: "sealed" }, { ...user, uuid: uuidOf(9) }, t);
    await addUser(sql, { id: "d", kind: "decider", token: "sealed" }, { ...user, uuid: uuidOf(9) }, t);
    expect((await listAccountsOf(sql, "u")).toSorted()).toEqual(["d", "p"]);
    expect((await listAccountsOf(sql, uuidOf(9))).toSorted()).toEqual(["d", "p"]);
    for (const [id, accountId, username] of [
      ["1", "p", "u"],
      ["2", "gone", "u"],
      ["3", "a", "v"],
    ] as const) {
      const made = { id, account_id: accountId, username, full_name: "Name", booking_uuid: uuidOf(1), made_at: t };
      const rest = { action: "accept", result: "done", via: "api", feed_id: "", by_operator: 0, address: "192.0.2.0" };
      await sql.batch([insertRow("decisions", { ...made, ...rest })]);
    }
    expect(await sql.batch([forgetNames(["p", "d"], "u")])).toEqual([2]);
    expect(await left("decisions", "username || full_name || address")).toEqual(["", "", "vName192.0.2.0"]);
    await makeFeed(sql, "own", { accountId: "d" });
    await endPersonSessions(sql, "p");
    expect([(await findAccount(sql, "p"))?.token, (await findAccount(sql, "d"))?.token]).toEqual(["", "sealed"]);
    const ended = changeFeed("own", { state: "ended" });
    await sql.batch(ended === null ? [] : [ended]);
    await endPersonSessions(sql, "p");
    expect((await findAccount(sql, "d"))?.token).toBe("");
    expect(await hasSealed(sql)).toBe(true);
    await endPersonSessions(sql, "a");
    expect((await findAccount(sql, "a"))?.token).toBeNull();
  });

  it("runs that ended long ago", async () => {
    for (const at of [1, 2, 3]) await sql.batch([insertRow("runs", { source_id: "s", ended_at: t + at, ...ranWell })]);
    expect([await forgetOldRuns(sql, t + 3, 1), await forgetOldRuns(sql, t + 3, 5)]).toEqual([1, 1]);
    expect(await left("runs", "ended_at")).toEqual([t + 3]);
  });
});

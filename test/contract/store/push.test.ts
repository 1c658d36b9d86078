import { beforeEach, describe, expect, it } from "vitest";
import { addAppPassword, deleteAppPassword } from "../../../src/store/accounts/app-passwords.ts";
import { listFeeds } from "../../../src/store/feeds.ts";
import {
  claimUntold,
  deletePushSubscription,
  forgetPushSubscriptions,
  keepPushSubscription,
  longestPushPause,
  mostPushSubscriptions,
  notePushKnown,
  notePushOutcomes,
} from "../../../src/store/push-subscriptions.ts";
import { makeFeed, placeEvents, setColumns, startAnew, t } from "../../rows.ts";
import { engines, openForTests } from "./engines.ts";

describe.each(engines)("push subscriptions over $engine", ({ open }) => {
  const { sql } = openForTests(open);
  const keep = async (
    id: string,
    more: { readonly feedId?: string; readonly expiresAt?: number; readonly receiver?: string } = {},
  ) =>
    keepPushSubscription(
      sql,
      {
        id,
        feedId: "f",
        accountId: "a",
        passwordId: "p",
        receiver: "sealed",
        keyId: "k",
        toldRev: 5,
        expiresAt: t + 1000,
        ...more,
      },
      ["a", "b"],
      t,
    );
  const count = async () => (await sql.all("SELECT id FROM push_subscriptions")).length;
  const claim = async (writer: string, nowAt: number, limit = 9) =>
    (await claimUntold(sql, writer, { nowAt, seconds: 300, limit })).map(({ id }) => id);
  const untoldAt = async () => (await listFeeds(sql))[0]?.untoldAt;

  beforeEach(async () => {
    await startAnew(sql);
    await makeFeed(sql, "f");
    await placeEvents(sql, "f", { rev: 5, state: "active" }, []);
    await addAppPassword(sql, { id: "p", accountId: "a", name: "Phone", hash: "h", createdAt: t });
  });

  it("are taken by one run, while the feed has another revision, and once their time has come", async () => {
    for (const id of ["s-1", "s-2", "s-3"]) await keep(id);
    expect([await untoldAt(), await claim("w", t)]).toEqual([null, []]);
    await setColumns(sql, "feeds", { rev: 6 }, "f");
    expect([await untoldAt(), await claim("w", t, 2)]).toEqual([0, ["s-1", "s-2"]]);
    expect(await claim("x", t)).toEqual(["s-3"]);
    expect([await untoldAt(), await claim("y", t + 299)]).toEqual([t + 300, []]);
    await sql.batch(
      notePushOutcomes(
        [
          { id: "s-1", toldRev: 6, dueAt: t + 20, tries: 0 },
          { id: "s-2", toldRev: 5, dueAt: t + 60, tries: 1 },
        ],
        ["s-3"],
      ),
    );
    expect(await claim("z", t + 60)).toEqual(["s-2"]);
    expect(await count()).toBe(2);
    expect(notePushOutcomes([], [])).toEqual([]);
    // The clock was set back.
    expect(await claim("back", t - 2 * longestPushPause)).toEqual(["s-2"]);
  });

  it("are not told of a feed that is loading or has ended, and are taken to end when they have expired", async () => {
    await keep("s");
    for (const state of ["loading", "suspended", "ended"]) {
      await setColumns(sql, "feeds", { rev: 6, state }, "f");
      expect([state, await claim("w", t)]).toEqual([state, []]);
    }
    expect(await forgetPushSubscriptions(sql, t, 9)).toBe(1);
    await setColumns(sql, "feeds", { state: "active" }, "f");
    await keep("s");
    expect([await untoldAt(), await claim("w", t + 1000)]).toEqual([0, ["s"]]);
    expect([await forgetPushSubscriptions(sql, t + 1000, 9), await forgetPushSubscriptions(sql, t + 1001, 9)]).toEqual([
      0, 1,
    ]);
  });

  it("are renewed under the same id, with what they were told, and come at once again", async () => {
    await keep("s");
    await setColumns(sql, "feeds", { rev: 6 }, "f");
    await claim("w", t);
    const renewed = {
      id: "s",
      feedId: "f",
      accountId: "a",
      passwordId: "p",
      receiver: "new",
      keyId: "other",
      toldRev: 6,
      expiresAt: t + 2000,
    };
    expect(await keepPushSubscription(sql, renewed, ["a"], t)).toBe(true);
    const [row] = await claimUntold(sql, "w", { nowAt: t, seconds: 300, limit: 9 });
    expect(row).toMatchObject({ receiver: "new", keyId: "k", toldRev: 5, expiresAt: t + 2000 });
    expect(await count()).toBe(1);
  });

  it("are a hundred of one person at most, however they are added", async () => {
    const all = Array.from({ length: mostPushSubscriptions + 3 }, async (_, n) => keep(`s-${n}`));
    const added = (await Promise.all(all)).filter((one) => one);
    expect([added.length, await count(), await keep("s-1"), await keep("t")]).toEqual([
      mostPushSubscriptions,
      mostPushSubscriptions,
      true,
      false,
    ]);
  });

  it("know a move that their program made, but no change by anybody else", async () => {
    await makeFeed(sql, "g");
    await placeEvents(sql, "g", { rev: 5, state: "active" }, []);
    for (const id of ["s-1", "s-2", "s-3"]) await keep(id);
    await keep("s-g", { feedId: "g" });
    await setColumns(sql, "push_subscriptions", { told_rev: 4 }, "s-3");
    for (const id of ["f", "g"]) await setColumns(sql, "feeds", { rev: 6 }, id);
    const moves = [{ feedId: "f", fromRev: 5, toRev: 6 }];
    await notePushKnown(sql, { accountId: "b", ids: null }, moves);
    await notePushKnown(sql, { accountId: "a", ids: ["s-1", "none"] }, moves);
    expect(await claim("w", t)).toEqual(["s-2", "s-3", "s-g"]);
    await notePushKnown(sql, { accountId: "a", ids: null }, moves);
    // One had not been told of what came before; the other's calendar has not moved by that.
    expect(await claim("x", t + 300)).toEqual(["s-3", "s-g"]);
  });

  it("go with the app password, or by their id for their own person", async () => {
    for (const id of ["s-1", "s-2"]) await keep(id);
    expect(await deletePushSubscription(sql, ["b"], "s-1")).toBe(false);
    expect(await deletePushSubscription(sql, ["b", "a"], "s-1")).toBe(true);
    await deleteAppPassword(sql, ["a"], "p");
    expect(await count()).toBe(0);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import type { OfferingFacts } from "../../../src/calendar/event.ts";
import {
  addAccount,
  addUser,
  chooseWishes,
  changeToken,
  endPersonSessions,
  environmentAccount,
  findAccount,
  findAccounts,
  findUser,
  listPersonAccounts,
  noteProof,
  noteRefused,
  noteRefusedProof,
  noteUser,
} from "../../../src/store/accounts/accounts.ts";
import {
  clearEvents,
  deleteEvents,
  type EventRow,
  findEvents,
  listStale,
  joinVevents,
  writeEvents,
  listBusy,
} from "../../../src/store/events.ts";
import {
  changeFeed,
  endAddresses,
  type FeedRow,
  findAddress,
  findFeed,
  insertAddress,
  lastUse,
  listFeeds,
  listWritten,
  noteUse,
  renderAllAgain,
} from "../../../src/store/feeds.ts";
import { listSourcesNamed, makeHintedDue } from "../../../src/store/sources/hints.ts";
import { countFeedsBySource, countTargets } from "../../../src/store/owned.ts";
import { insertTarget } from "../../../src/store/targets.ts";
import {
  findReadSource,
  listLosses,
  listReadSources,
  noteReader,
  wakeSources,
  writeLosses,
  noteVisit,
} from "../../../src/store/sources/readers.ts";
import { countSealed, listSealed, replaceSealed } from "../../../src/store/accounts/sealed.ts";
import {
  addSource,
  changeSource,
  findSource,
  listSources,
  noteUnchanged,
  readOfferings,
  writeOfferings,
  noteSourceFailure,
} from "../../../src/store/sources/sources.ts";
import type { Statement } from "../../../src/store/sql/port.ts";
import { engines, openForTests } from "./engines.ts";
import {
  bookingOf,
  eventRow,
  eventsJson,
  feedOf,
  leaving,
  makeFeed,
  newTarget,
  profile,
  startAnew,
  store as storeBookings,
  t,
  uuidOf,
  writeOf,
} from "../../rows.ts";

describe.each(engines)("named queries over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => startAnew(sql));

  /** Runs statements as one batch; those that had nothing to set are left out. */
  const write = async (...statements: readonly (Statement | null)[]) =>
    sql.batch(statements.filter((one) => one !== null));

  describe("accounts", () => {
    const user = {
      uuid: uuidOf(9),
      username: "owner",
      fullName: "Õnne Öö",
      email: "",
      isStaff: true,
      tokenLifetime: 3600,
      tokenExpiresAt: t + 3600,
      roles: [{ name: "CUSTOMER.OWNER", scopeType: "customer", scopeUuid: "c", customerUuid: "c" }],
    };

    it("are made once, with what who-am-I tells later", async () => {
      expect(await findAccount(sql, "b")).toBeNull();
      await addAccount(sql, "b", "sealed", t);
      await addAccount(sql, "b", "sealed again", t + 1);
      const unknown = { userUuid: null, username: "", fullName: "", email: "", isStaff: false };
      const lifetime = { tokenLifetime: null, tokenExpiresAt: null };
      const chosen = { zone: "", language: "", endedSessions: [] };
      const rest = { kind: "operator", sessionNo: 0, refusedAt: null, askedAt: 0, provenAt: null, ...chosen };
      const account = { id: "b", token: "sealed", ...unknown, ...lifetime, ...rest, roles: [] };
      expect(await findAccount(sql, "b")).toEqual(account);
      await noteUser(sql, "b", user);
      const { uuid: userUuid, ...told } = user;
      const noted = { id: "b", token: "sealed", userUuid, ...told, ...rest };
      expect(await findAccount(sql, "b")).toEqual(noted);
      expect((await findAccounts(sql, ["b", "a", "nobody"])).get("b")).toEqual(noted);
      expect([...(await findAccounts(sql, ["b", "a", "nobody"])).keys()].toSorted()).toEqual(["a", "b"]);
    });

    it("keep what who-am-I tells a run, with when, and since when the token is refused", async () => {
      await addAccount(sql, "b", "sealed", t);
      await noteRefusedProof(sql, "b", t + 5);
      await noteRefusedProof(sql, "b", t + 6);
      expect(await findAccount(sql, "b")).toMatchObject({ refusedAt: t + 5, askedAt: t + 6, provenAt: null });
      await noteProof(sql, "b", { ...user, isActive: true }, t + 7);
      const proven = { username: user.username, roles: user.roles, askedAt: t + 7, provenAt: t + 7 };
      expect(await findAccount(sql, "b")).toMatchObject({ ...proven, refusedAt: null });
      await noteProof(sql, "b", { ...user, isActive: false }, t + 8);
      expect(await findAccount(sql, "b")).toMatchObject({ refusedAt: t + 8, provenAt: t + 8 });
    });

    it("of people are one for each user and kind", async () => {
      await addUser(sql, { id: "p", kind: "person", token: "sealed" }, user, t);
      await addUser(sql, { id: "q", kind: "person", token: "other" }, user, t);
      await addUser(sql, { id: "d", kind: "decider", token: "sealed" }, user, t);
      expect(await findAccount(sql, "q")).toBeNull();
      const { uuid: userUuid, ...told } = user;
      const person = {
        id: "p",
        kind: "person",
        token: "sealed",
        sessionNo: 0,
        endedSessions: [],
        refusedAt: null,
        askedAt: 0,
        provenAt: null,
        zone: "",
        language: "",
        userUuid,
        ...told,
      };
      expect(await findUser(sql, "person", user.uuid)).toEqual(person);
      expect(await findUser(sql, "decider", user.uuid)).toMatchObject({ id: "d" });
      expect(await findUser(sql, "decider", uuidOf(8))).toBeNull();
    });

    it("share the zone and the language that their person chose, also with accounts made later", async () => {
      await addUser(sql, { id: "p", kind: "person", token: "sealed" }, user, t);
      await addUser(sql, { id: "x", kind: "person", token: "sealed" }, { ...user, uuid: uuidOf(8) }, t);
      await chooseWishes(sql, "p", { zone: "Asia/Tokyo", language: "et" });
      await addUser(sql, { id: "d", kind: "decider", token: "sealed" }, user, t);
      expect(await findAccount(sql, "d")).toMatchObject({ zone: "Asia/Tokyo", language: "et" });
      await chooseWishes(sql, "d", { zone: "", language: "en" });
      expect(await findAccount(sql, "p")).toMatchObject({ zone: "", language: "en" });
      expect(await findAccount(sql, "x")).toMatchObject({ zone: "", language: "" });
      await chooseWishes(sql, "a", { zone: "UTC", language: "" });
      expect(await findAccount(sql, "a")).toMatchObject({ zone: "UTC", language: "" });
    });

    it("lose their sessions with another token or when told, and remember since when a token is refused", async () => {
      await addUser(sql, { id: "p", kind: "person", token: "sealed" }, user, t);
      await noteRefused(sql, "p", t + 5);
      await noteRefused(sql, "p", t + 9);
      expect(await findAccount(sql, "p")).toMatchObject({ refusedAt: t + 5, sessionNo: 0 });
      await changeToken(sql, "p", "new");
      expect(await findAccount(sql, "p")).toMatchObject({ token: "new", refusedAt: null, sessionNo: 1 });
    });

    it("lose all sessions of a person at once, but none of others and of the operator", async () => {
      await addUser(sql, { id: "p", kind: "person", token: "sealed" }, user, t);
      await addUser(sql, { id: "d", kind: "decider", token: "sealed" }, user, t);
      await addUser(sql, { id: "q", kind: "person", token: "sealed" }, { ...user, uuid: uuidOf(8) }, t);
      await noteUser(sql, "a", user);
      const numbers = async () =>
        Object.fromEntries(
          [...(await findAccounts(sql, ["p", "d", "q", "a"]))].map(([id, one]) => [id, one.sessionNo]),
        );
      await endPersonSessions(sql, "d");
      expect(await numbers()).toEqual({ p: 1, d: 1, q: 0, a: 0 });
    });

    it("are one person's where the user of Waldur is the same, the operator's account among them", async () => {
      await addUser(sql, { id: "p", kind: "person", token: "sealed" }, user, t);
      await addUser(sql, { id: "d", kind: "decider", token: "sealed" }, user, t);
      await addUser(sql, { id: "q", kind: "person", token: "sealed" }, { ...user, uuid: uuidOf(8) }, t);
      await addAccount(sql, environmentAccount, null, t);
      const of = async (id: string) => (await listPersonAccounts(sql, id)).toSorted();
      expect(await of(environmentAccount)).toEqual([environmentAccount]);
      expect(await of("p")).toEqual(["d", "p"]);
      await noteUser(sql, environmentAccount, user);
      for (const id of ["p", "d", environmentAccount]) expect(await of(id)).toEqual(["d", environmentAccount, "p"]);
      expect(await of("q")).toEqual(["q"]);
      await endPersonSessions(sql, environmentAccount);
      expect(
        [...(await findAccounts(sql, ["p", environmentAccount])).values()].map(({ sessionNo }) => sessionNo),
      ).toEqual(expect.arrayContaining([0, 1]));
    });

    it("take an expiry that slides on only once it moved by more than a day, any other news at once", async () => {
      const expiry = async () => (await findAccount(sql, "a"))?.tokenExpiresAt;
      await noteUser(sql, "a", user);
      await noteUser(sql, "a", { ...user, tokenExpiresAt: t + 3600 + 86_400 });
      expect(await expiry()).toBe(t + 3600);
      await noteUser(sql, "a", { ...user, tokenExpiresAt: t + 3600 + 86_401 });
      expect(await expiry()).toBe(t + 3600 + 86_401);
      await noteUser(sql, "a", { ...user, isStaff: false, tokenExpiresAt: t + 3600 });
      expect(await findAccount(sql, "a")).toMatchObject({ isStaff: false, tokenExpiresAt: t + 3600 });
      await noteUser(sql, "a", { ...user, tokenLifetime: null, tokenExpiresAt: null });
      expect(await findAccount(sql, "a")).toMatchObject({ tokenLifetime: null, tokenExpiresAt: null });
    });
  });

  describe("sources", () => {
    const list = {
      accountId: "a",
      kind: "offering",
      scopeUuid: "x",
      customerUuid: "c",
      name: "X",
      partial: "",
    } as const;

    const other = async () => {
      await sql.run("INSERT INTO accounts (id, created_at) VALUES ('b', 1)");
      return { ...list, accountId: "b" };
    };

    it("are made once for a list, due at once, and open again when added again", async () => {
      const { accountId, ...shown } = list;
      expect(await addSource(sql, { id: "one", ...list }, t)).toBe("one");
      const made = { ...shown, accountId: null, createdAt: t, dueAt: t, rev: 0, loadedAt: null };
      expect(await findSource(sql, "one")).toMatchObject(made);
      await write(changeSource("one", { dueAt: t + 999, rev: 5 }));
      await sql.batch([writeLosses("a", [{ sourceId: "one", lost: "role", lostAt: t }])]);
      expect(await findReadSource(sql, "one", "a")).toMatchObject({ accountId, lost: "role", lostAt: t });
      const again = { id: "two", ...list, name: "New", customerUuid: "d" };
      expect(await addSource(sql, again, t + 60)).toBe("one");
      expect(await findSource(sql, "two")).toBeNull();
      const opened = { lost: "", lostAt: null, dueAt: t + 60, rev: 5, createdAt: t };
      expect(await findReadSource(sql, "one", "a")).toMatchObject({ ...again, id: "one", ...opened });
      expect(await addSource(sql, { id: "three", ...list, kind: "project" }, t)).toBe("three");
    });

    it("are one for all who see the same list, and one for each who sees it otherwise", async () => {
      const theirs = await other();
      await addSource(sql, { id: "one", ...list }, t);
      expect(await addSource(sql, { id: "two", ...theirs }, t)).toBe("one");
      expect((await listReadSources(sql, "b")).map(({ id }) => id)).toEqual(["one"]);
      for (const own of [
        { kind: "offering", partial: "only a part", customerUuid: "" },
        { kind: "offering", customerUuid: "" },
        { kind: "customer" },
        { kind: "project" },
        { kind: "visible" },
      ] as const) {
        await sql.run("DELETE FROM readers");
        await sql.run("DELETE FROM sources");
        const lists = [
          { ...list, ...own },
          { ...theirs, ...own },
        ];
        for (const [index, one] of lists.entries()) {
          expect(await addSource(sql, { id: `own ${index}`, ...one }, t)).toBe(`own ${index}`);
          expect(await addSource(sql, { id: "again", ...one }, t)).toBe(`own ${index}`);
          expect(await findSource(sql, `own ${index}`)).toMatchObject({ accountId: one.accountId });
        }
      }
    });

    it("have readers, each with what it has lost", async () => {
      const theirs = await other();
      for (const one of [list, theirs]) await addSource(sql, { id: "one", ...one }, t);
      await noteReader(sql, "one", "b", t + 7);
      await sql.batch([
        writeLosses("b", [
          { sourceId: "one", lost: "part", lostAt: t + 8 },
          { sourceId: "nothing", lost: "role", lostAt: t },
        ]),
      ]);
      const found = (await listReadSources(sql)).filter(({ id }) => id === "one");
      expect(found).toMatchObject([
        { accountId: "a", lost: "", lostAt: null, readAt: null },
        { accountId: "b", lost: "part", lostAt: t + 8, readAt: t + 7 },
      ]);
      await makeFeed(sql, "f", { sourceId: "one" });
      expect(await listLosses(sql)).toEqual(new Map([["one", [{ lost: "", lostAt: null }]]]));
      await write(changeSource("one", { sweepPage: 3, sweepRich: true, dueAt: t + 999 }));
      await sql.batch([wakeSources(["one"], t + 9)]);
      expect(await findSource(sql, "one")).toMatchObject({
        sweepPage: null,
        sweepRich: false,
        sweepWanted: true,
        dueAt: t + 9,
      });
    });

    it("have readers that visit, and fail since a time, due again at another", async () => {
      await addSource(sql, { id: "one", ...list }, t);
      await noteVisit(sql, ["one", "nothing"], "a", t + 5);
      expect(await findReadSource(sql, "one", "a")).toMatchObject({ visitedAt: t + 5 });
      await noteSourceFailure(sql, "one", { failure: "waldur_timeout", failingSinceAt: t + 1, dueAt: t + 60 });
      const failing = { failure: "waldur_timeout", failingSinceAt: t + 1, dueAt: t + 60 };
      expect(await findSource(sql, "one")).toMatchObject(failing);
      expect(await findSource(sql, "s")).toMatchObject({ failure: "", failingSinceAt: null });
    });

    it("are noted as unchanged together, and their marks never go back", async () => {
      await write(
        changeSource("s", { ordersMicros: 9 }),
        changeSource("other", { ordersMicros: 1, bookingsMicros: 9 }),
      );
      await noteUnchanged(sql, ["s", "other"], t + 7, 5);
      expect(await findSource(sql, "s")).toMatchObject({ freshAt: t + 7, ordersMicros: 9, bookingsMicros: 5 });
      expect(await findSource(sql, "other")).toMatchObject({ freshAt: t + 7, ordersMicros: 5, bookingsMicros: 9 });
    });

    it("are listed by when they are due", async () => {
      await write(changeSource("s", { dueAt: t + 5 }), changeSource("other", { dueAt: t + 4 }));
      expect((await listSources(sql)).map(({ id }) => id)).toEqual(["other", "s"]);
    });

    it("change in the columns given, and in no other", async () => {
      const before = await findSource(sql, "s");
      const change = {
        rev: 7,
        loadedAt: t,
        freshAt: t,
        failingSinceAt: t,
        failure: "waldur_timeout",
        ordersMicros: 1_795_456_702_300_123,
        sweepPage: 3,
        sweepWanted: true,
        held: "too many",
      };
      expect(await write(changeSource("s", change))).toEqual([1]);
      expect(await findSource(sql, "s")).toEqual({ ...before, ...change });
      const back = { sweepPage: null, failingSinceAt: null, sweepWanted: false, failure: "" };
      await write(changeSource("s", back));
      expect(await findSource(sql, "s")).toEqual({ ...before, ...change, ...back });
      expect(await findSource(sql, "other")).toMatchObject({ rev: 0, loadedAt: null });
      expect(changeSource("s", {})).toBeNull();
    });

    it("are named by their list, an offering of their provider or a booking, and due once hinted at", async () => {
      const offerings = writeOfferings(new Map([[uuidOf(7), { name: "Microscope", latitude: null, longitude: null }]]));
      await write(
        changeSource("s", { offerings, dueAt: t + 500 }),
        changeSource("other", { dueAt: t + 500, failure: "waldur_throttled" }),
      );
      await storeBookings(sql, "other", [writeOf(bookingOf(1))]);
      expect(await listSourcesNamed(sql, [uuidOf(2), uuidOf(7)])).toEqual(["s"]);
      expect(await listSourcesNamed(sql, ["s"])).toEqual(["s"]);
      expect(await listSourcesNamed(sql, [uuidOf(1)])).toEqual(["other"]);
      expect(await listSourcesNamed(sql, [uuidOf(2), ""])).toEqual([]);
      expect(await makeHintedDue(sql, ["other"], t + 10)).toEqual([]);
      expect(await makeHintedDue(sql, null, t + 10)).toEqual(["s"]);
      expect(await findSource(sql, "s")).toMatchObject({ dueAt: t + 10 });
      expect(await findSource(sql, "other")).toMatchObject({ dueAt: t + 500 });
      const all = { accountId: "a", kind: "visible", scopeUuid: "", customerUuid: "", name: "", partial: "" } as const;
      await addSource(sql, { id: "all", ...all }, t + 20);
      expect((await makeHintedDue(sql, ["s"], t + 30)).toSorted()).toEqual(["all", "s"]);
    });

    it("keep names and places of offerings, written the same in any order", async () => {
      const one: [string, OfferingFacts] = [
        uuidOf(1),
        { name: "Ö", latitude: 58.378, longitude: 26.729, thumbnail: "https://w/a" },
      ];
      const two: [string, OfferingFacts] = [uuidOf(2), { name: "", latitude: null, longitude: null }];
      await write(changeSource("s", { offerings: writeOfferings(new Map([two, one])), offeringsAt: t }));
      const kept = (await findSource(sql, "s"))?.offerings ?? "";
      expect(kept).toBe(writeOfferings(new Map([one, two])));
      expect(readOfferings(kept)).toEqual(new Map([one, two]));
      expect(readOfferings((await findSource(sql, "other"))?.offerings ?? "")).toEqual(new Map());
    });
  });

  describe("feeds", () => {
    beforeEach(async () => {
      await makeFeed(sql, "f", {}, t + 1);
      await makeFeed(sql, "g", {}, t);
      await makeFeed(sql, "h", { sourceId: "other" }, t + 2);
    });
    const ids = (feeds: readonly { id: string }[]) => feeds.map(({ id }) => id);

    it("that were made before there was a choice of looks go on as they were", async () => {
      await sql.run(`UPDATE feeds SET profile = '{"name":"Old","zone":"Europe/Tallinn"}' WHERE id = 'f'`);
      const look = {
        stateMark: "word",
        wholeDays: false,
        offeringColours: false,
        chosenColours: {},
        offeringImages: false,
      };
      expect((await findFeed(sql, "f"))?.profile).toEqual({
        name: "Old",
        zone: "Europe/Tallinn",
        decisions: "sign-in",
        ...look,
      });
    });

    it("are found by id, source and address, with the profile as it was given", async () => {
      const feed = await findFeed(sql, "f");
      const sealed = { salt: "v1.old.salt of f", secret: "v1.old.secret of f" };
      const fresh = { state: "loading", rev: 0, revisedAt: t + 1, renderedRev: 0, eventCount: 0, held: [] };
      const unused = { createdAt: t + 1, expiresAt: null, usedAt: null, usedBy: "" };
      expect(feed).toMatchObject({ id: "f", sourceId: "s", profile, ...sealed, epoch: "e1", ...fresh, ...unused });
      expect(ids(await listFeeds(sql))).toEqual(["g", "f", "h"]);
      expect(ids(await listFeeds(sql, ["s"]))).toEqual(["g", "f"]);
      expect(ids(await listFeeds(sql, ["other", "s", "nobody"]))).toEqual(["g", "f", "h"]);
      expect(await listFeeds(sql, [])).toEqual([]);
      expect(await findAddress(sql, "hash of f")).toEqual({
        endedAt: null,
        gone: false,
        feed: {
          id: "f",
          slug: feed?.slug,
          epoch: "e1",
          rev: 0,
          revisedAt: t + 1,
          state: "loading",
          expiresAt: null,
          usedAt: null,
        },
      });
      expect(await findAddress(sql, "another hash")).toBeNull();
      expect(await findFeed(sql, "nobody")).toBeNull();
    });

    it("end the addresses that live, and keep how and when the others ended", async () => {
      await write(endAddresses("f", t + 10, false), insertAddress("f", "second"));
      await write(endAddresses("f", t + 20, true), insertAddress("f", "third"));
      expect(await findAddress(sql, "hash of f")).toMatchObject({ endedAt: t + 10, gone: false, feed: { id: "f" } });
      expect(await findAddress(sql, "second")).toMatchObject({ endedAt: t + 20, gone: true });
      expect(await findAddress(sql, "third")).toMatchObject({ endedAt: null, gone: false });
      expect(await findAddress(sql, "hash of g")).toMatchObject({ endedAt: null });
    });

    it("change in the columns given, and in no other", async () => {
      const before = await findFeed(sql, "f");
      const change = {
        profile: { ...profile, detail: "busy" },
        held: ["one", "two"],
        state: "active",
        rev: t,
        renderedRev: 3,
        windowUuid: uuidOf(1),
        expiresAt: t + 5,
      } as const;
      expect(await write(changeFeed("f", change))).toEqual([1]);
      expect(await findFeed(sql, "f")).toEqual({ ...before, ...change });
      await write(changeFeed("f", { held: [], expiresAt: null }));
      expect(await findFeed(sql, "f")).toEqual({ ...before, ...change, held: [], expiresAt: null });
      expect(await findFeed(sql, "g")).toMatchObject({ state: "loading", rev: 0 });
      expect(changeFeed("f", {})).toBeNull();
    });

    it("are counted by source for their account while they live, and their targets", async () => {
      for (const id of ["one", "two", "ended"]) {
        await makeFeed(sql, id);
        await write(insertTarget(newTarget(`t-${id}`, { feedId: id }), t));
      }
      await makeFeed(sql, "beside", { sourceId: "other" });
      await write(changeFeed("ended", { state: "ended" }), changeFeed("f", { state: "ended" }));
      expect(await countFeedsBySource(sql, "a")).toEqual(
        new Map([
          ["s", 3],
          ["other", 2],
        ]),
      );
      expect(await countTargets(sql, "a")).toBe(2);
      expect(await countFeedsBySource(sql, "b")).toEqual(new Map());
      expect(await countTargets(sql, "b")).toBe(0);
    });

    it("are all rendered again, but for those that have ended", async () => {
      await write(changeFeed("f", { renderedRev: 7 }), changeFeed("h", { renderedRev: 7, state: "ended" }));
      await renderAllAgain(sql);
      expect([(await feedOf(sql, "f")).renderedRev, (await feedOf(sql, "h")).renderedRev]).toEqual([0, 7]);
    });

    it("note their use at most so often", async () => {
      expect(await lastUse(sql, "s")).toBeNull();
      await noteUse(sql, "f", "Thunderbird", t, t - 3600);
      await noteUse(sql, "f", "Outlook", t + 3600, t);
      expect(await findFeed(sql, "f")).toMatchObject({ usedAt: t, usedBy: "Thunderbird" });
      await noteUse(sql, "f", "Outlook", t + 3601, t + 1);
      expect(await findFeed(sql, "f")).toMatchObject({ usedAt: t + 3601, usedBy: "Outlook" });
      await noteUse(sql, "g", "khal", t + 5, t);
      expect(await lastUse(sql, "s")).toBe(t + 3601);
      expect(await lastUse(sql, "other")).toBeNull();
    });
  });

  describe("events", () => {
    const eventOf = (uid: string, change: Partial<EventRow> = {}): EventRow => {
      const vevent = `BEGIN:VEVENT\r\nUID:${uid}\r\nSUMMARY:õ 🔬\r\nEND:VEVENT\r\n`;
      return eventRow(uid, { sequence: 2_147_483_647, vevent, ...change });
    };
    const uids = (rows: readonly EventRow[]) => rows.map(({ uid }) => uid).toSorted();
    /** Writes events as the run `writer` that reads feed `f` now, and moves it on by one. */
    const commit = async (writer: string, ...rows: readonly EventRow[]) => {
      const feed = await feedOf(sql, "f");
      const rev = feed.rev + 1;
      return write(leaving(writer, [feed, { rev }]), writeEvents(writer, eventsJson("f", rev, ...rows)));
    };
    const found = async (feedId: string, ...bookingUuids: string[]) =>
      (await findEvents(sql, [feedId], bookingUuids)).get(feedId) ?? [];
    const gone = (feedId: string, ...some: string[]) => JSON.stringify(some.map((uid) => ({ feedId, uid })));

    const vevents = async (feedId: string) => {
      const { bytes, rows } = await joinVevents(sql, feedId);
      const texts = new TextDecoder().decode(bytes).match(/BEGIN:VEVENT[^]*?END:VEVENT\r\n/g) ?? [];
      expect(texts).toHaveLength(rows);
      return texts;
    };

    beforeEach(async () => {
      await makeFeed(sql, "f");
      await makeFeed(sql, "g");
    });

    it("take time where they are opaque, tentative ones tentatively", async () => {
      const lines = (...own: string[]) => ["BEGIN:VEVENT", ...own, "END:VEVENT", ""].join("\r\n");
      await commit(
        "w",
        eventOf("a", { vevent: lines("STATUS:CONFIRMED", "TRANSP:OPAQUE") }),
        eventOf("b", { vevent: lines("STATUS:TENTATIVE", "TRANSP:OPAQUE"), startAt: t + 3600 }),
        eventOf("c", { vevent: lines("STATUS:CANCELLED", "TRANSP:TRANSPARENT") }),
        eventOf("d", { vevent: lines("STATUS:CONFIRMED", "TRANSP:OPAQUE"), startAt: t + 9000 }),
      );
      const busy = await listBusy(sql, "f", t + 3599, t + 9000);
      expect(busy.toSorted((a, b) => a.start - b.start)).toEqual([
        { start: t, end: t + 3600, type: "BUSY" },
        { start: t + 3600, end: t + 7200, type: "BUSY-TENTATIVE" },
      ]);
    });

    it("are served in order of start, then uid, and found by booking", async () => {
      const one = eventOf("b", { startAt: t + 5 });
      const two = eventOf("c", { startAt: t + 5, cancelledAt: t });
      const three = eventOf("d", { bookingUuid: uuidOf(2) });
      const notice = eventOf("notice", { bookingUuid: "", startAt: t + 9 });
      expect(await commit("w", two, notice, three, one)).toEqual([1, 4]);
      expect(await vevents("f")).toEqual([three, one, two, notice].map(({ vevent }) => vevent));
      expect(await vevents("g")).toEqual([]);
      const both = await found("f", uuidOf(1), uuidOf(7));
      expect(both.toSorted((a, b) => (a.uid < b.uid ? -1 : 1))).toEqual([one, two]);
      expect(await found("f", "")).toEqual([notice]);
      expect(await found("f")).toEqual([]);
      expect(await found("g", uuidOf(1))).toEqual([]);
    });

    it("are not served at all while one of them is not whole", async () => {
      for (const broken of ["", "BEGIN:VEVENT\r\nUID:b\r\n", "UID:b\r\nEND:VEVENT\r\n"]) {
        await commit("w", eventOf("a"), eventOf("b", { vevent: broken }), eventOf("c"));
        await expect(joinVevents(sql, "f")).rejects.toMatchObject({ code: "store_failed" });
      }
    });

    it("are served also where together they are longer than a value of the database may be", async () => {
      const long = (uid: string) =>
        eventOf(uid, { vevent: `BEGIN:VEVENT\r\n${"ä".repeat(300_000)}\r\nEND:VEVENT\r\n` });
      const rows = ["a", "b", "c", "d"].map(long);
      for (const row of rows) await commit("w", row);
      expect((await vevents("f")).map(({ length }) => length)).toEqual(rows.map(({ vevent }) => vevent.length));
    });

    it("are found in many feeds at once, each with its own", async () => {
      const ids = Array.from({ length: 120 }, (_, n) => `many-${n}`);
      for (const id of ids) await makeFeed(sql, id);
      const rows = ids.flatMap((feedId) => [
        { feedId, rev: 1, ...eventOf(`a of ${feedId}`) },
        { feedId, rev: 1, ...eventOf("other", { bookingUuid: uuidOf(9) }) },
      ]);
      await write(writeEvents("", JSON.stringify(rows)));
      const byFeed = await findEvents(sql, [...ids, "g", "nobody"], [uuidOf(1), ""]);
      expect([...byFeed.keys()].toSorted()).toEqual(ids.toSorted());
      for (const [id, own] of byFeed) expect(own).toEqual([eventOf(`a of ${id}`)]);
      expect(await findEvents(sql, [], [uuidOf(1)])).toEqual(new Map());
    });

    it("are written over by uid, whole", async () => {
      await commit("w", eventOf("b", { cancelledAt: t }));
      const moved = eventOf("b", { bookingUuid: uuidOf(3), sequence: 1, startAt: t + 1, endAt: t + 2, stampAt: t + 9 });
      await commit("w", { ...moved, vevent: "new" });
      expect(await found("f", uuidOf(3))).toEqual([{ ...moved, vevent: "new" }]);
      expect(await found("f", uuidOf(1))).toEqual([]);
    });

    it("are written and removed by none but the run that found the feed where it stands", async () => {
      const kept = eventOf("kept");
      // A second run reads the feed as well; its lease runs out while it sleeps.
      const seen = await feedOf(sql, "f");
      expect(await commit("first", kept)).toEqual([1, 1]);
      const late = [
        leaving("second", [seen, { rev: 1, eventCount: 99, state: "active" }]),
        deleteEvents("second", gone("f", "kept")),
        writeEvents("second", eventsJson("f", 1, eventOf("kept", { vevent: "late" }), eventOf("new"))),
      ];
      expect(await write(...late)).toEqual([0, 0, 0]);
      expect(await found("f", uuidOf(1))).toEqual([kept]);
      expect(await findFeed(sql, "f")).toMatchObject({ rev: 1, eventCount: 0, state: "loading" });
      // Having read it anew, it may.
      expect(
        await write(
          leaving("second", [await feedOf(sql, "f"), {}]),
          deleteEvents("second", gone("f", "kept", "nothing")),
          writeEvents("second", eventsJson("f", 2, eventOf("new"))),
        ),
      ).toEqual([1, 1, 1]);
      expect(uids(await found("f", uuidOf(1)))).toEqual(["new"]);
      expect(await write(deleteEvents("first", gone("f", "new")))).toEqual([0]);
    });

    it("of many feeds are written together, but of none that another run moved on", async () => {
      const ids = Array.from({ length: 130 }, (_, n) => `many-${n}`);
      await Promise.all(ids.map(async (id) => makeFeed(sql, id)));
      const old = ids.map((feedId) => ({ feedId, rev: 0, ...eventOf("old") }));
      await write(writeEvents("", JSON.stringify(old)));
      const seen = await Promise.all(ids.map(async (id) => feedOf(sql, id)));
      const [revised, again, ...free] = seen;
      if (revised === undefined || again === undefined) throw new Error("there are no feeds");
      // One has another revision by then, of one the bookings are to be compared again.
      await write(changeFeed(revised.id, { rev: 7 }), changeFeed(again.id, { renderedRev: 3 }));
      const held = ["one is held"];
      const left = { rev: 5, state: "active", renderedRev: 9, renderer: 2, linksBy: "k", windowAt: t, held } as const;
      const more = { windowUuid: uuidOf(4), noticeAt: t + 1, eventCount: 1, byteCount: 40, revisedAt: t + 8 };
      const changed = await write(
        leaving("w", ...seen.map((feed): [FeedRow, Partial<FeedRow>] => [feed, { ...left, ...more }])),
        deleteEvents("w", JSON.stringify(ids.map((feedId) => ({ feedId, uid: "old" })))),
        writeEvents("w", JSON.stringify(ids.map((feedId) => ({ feedId, rev: 5, ...eventOf("new") })))),
      );
      expect(changed).toEqual([128, 128, 128]);
      expect(await listWritten(sql, "w", ids)).toEqual(new Set(free.map(({ id }) => id)));
      expect(await listWritten(sql, "w", ["f", "nobody"])).toEqual(new Set());
      const after = free.map(async ({ id }) => [await findFeed(sql, id), uids(await found(id, uuidOf(1)))]);
      expect(await Promise.all(after)).toEqual(free.map((feed) => [{ ...feed, ...left, ...more }, ["new"]]));
      expect(await findFeed(sql, revised.id)).toEqual({ ...revised, rev: 7 });
      expect(await findFeed(sql, again.id)).toEqual({ ...again, renderedRev: 3 });
      expect(uids([...(await found(revised.id, uuidOf(1))), ...(await found(again.id, uuidOf(1)))])).toEqual([
        "old",
        "old",
      ]);
    });

    it("are stale outside the window and as old tombstones; those of no booking never", async () => {
      const past = eventOf("past", { startAt: t - 10, endAt: t });
      const now = eventOf("now", { startAt: t - 10, endAt: t + 1 });
      const last = eventOf("last", { startAt: t + 99, endAt: t + 200 });
      const future = eventOf("future", { startAt: t + 100, endAt: t + 200 });
      const buried = eventOf("buried", { startAt: t, endAt: t + 1, cancelledAt: t - 51 });
      const fresh = eventOf("fresh", { startAt: t, endAt: t + 1, cancelledAt: t - 50 });
      const notice = eventOf("notice", { bookingUuid: "", startAt: t - 10, endAt: t - 5 });
      await commit("w", past, now, last, future, buried, fresh, notice);
      expect(uids(await listStale(sql, "f", t, t + 100, t - 50))).toEqual(["buried", "future", "past"]);
      expect(await listStale(sql, "g", t, t + 100, t - 50)).toEqual([]);
    });

    it("are cleared for one feed", async () => {
      await commit("w", eventOf("b"));
      await write(writeEvents("", eventsJson("g", 1, eventOf("b"))));
      expect(await write(clearEvents("f"))).toEqual([1]);
      expect(await vevents("f")).toEqual([]);
      expect(await vevents("g")).toHaveLength(1);
    });
  });

  describe("sealed texts", () => {
    it("are listed page by page by their key, each with the place it is bound to", async () => {
      await addAccount(sql, "a", "v1.new.token of a", t);
      await addAccount(sql, "b", "v1.old.token of b", t);
      await makeFeed(sql, "f");
      await makeFeed(sql, "g");
      const seen: Record<string, string>[] = [];
      for (let after = ""; ;) {
        const page = await listSealed(sql, ["old"], after, 2);
        const last = page.at(-1);
        if (last === undefined) break;
        seen.push(...page.map(({ table, row, column, text }) => ({ table, row, column, text })));
        after = last.id;
      }
      expect(seen).toEqual([
        { table: "accounts", row: "b", column: "token", text: "v1.old.token of b" },
        { table: "feeds", row: "f", column: "salt", text: "v1.old.salt of f" },
        { table: "feeds", row: "g", column: "salt", text: "v1.old.salt of g" },
        { table: "feeds", row: "f", column: "secret", text: "v1.old.secret of f" },
        { table: "feeds", row: "g", column: "secret", text: "v1.old.secret of g" },
      ]);
    });

    it("are counted by key and place, without feeds that have ended", async () => {
      await addAccount(sql, "b", "v1.new.token of b", t);
      for (const id of ["f", "g", "h"]) await makeFeed(sql, id);
      await write(changeFeed("h", { state: "ended" }));
      const counted = (await countSealed(sql)).map(({ key, count, table, column }) => [key, count, table, column]);
      expect(counted).toEqual([
        ["new", 1, "accounts", "token"],
        ["old", 2, "feeds", "salt"],
        ["old", 2, "feeds", "secret"],
      ]);
    });

    it("are replaced where the old one still stands", async () => {
      await makeFeed(sql, "f");
      const secret = { table: "feeds", row: "f", column: "secret" } as const;
      expect(await write(replaceSealed(secret, "v1.old.secret of f", "sealed anew"))).toEqual([1]);
      expect(await write(replaceSealed(secret, "v1.old.secret of f", "too late"))).toEqual([0]);
      expect(await findFeed(sql, "f")).toMatchObject({ secret: "sealed anew", salt: "v1.old.salt of f" });
      await addAccount(sql, "b", "token of b", t);
      expect(await write(replaceSealed({ table: "accounts", row: "b", column: "token" }, "token of b", "x"))).toEqual([
        1,
      ]);
      expect((await findAccount(sql, "b"))?.token).toBe("x");
    });
  });
});

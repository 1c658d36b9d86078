import { expect, it, vi } from "vitest";
import { findZone } from "../../../src/calendar/zone.ts";
import { addAccount } from "../../../src/store/accounts/accounts.ts";
import { addSource } from "../../../src/store/sources/sources.ts";
import { makeFeed, t, uuidOf } from "../../rows.ts";
import { program, propfindBody } from "./program.ts";
import { pendingScene, sync, toldIn } from "./scene.ts";

it("costs one statement of the feed's row besides the sign-in where nothing is new", async () => {
  const { world, program, path } = await pendingScene();
  const { token } = await sync(program, path, "");
  await world.settle();
  const counted = async (work: () => Promise<unknown>): Promise<number> => {
    const before = world.counts.statements;
    await work();
    return world.counts.statements - before;
  };
  // What every request sends: the app password, its account, and the other accounts of the person.
  const signIn = await counted(async () => program.send("PROPFIND", "/dav/", null, { Depth: "0" }));
  expect(signIn).toBe(3);
  world.requests();
  expect(await counted(async () => sync(program, path, token ?? ""))).toBe(signIn + 1);
  expect(await counted(async () => program.send("PROPFIND", path, null, { Depth: "0" }))).toBe(signIn + 1);
  // A list, or what changed, is one more.
  expect(await counted(async () => sync(program, path, ""))).toBe(signIn + 2);
  expect(await counted(async () => program.send("PROPFIND", path, null, { Depth: "1" }))).toBe(signIn + 2);
  expect(
    await counted(async () => program.send("PROPFIND", `/dav/calendars/${program.user}/`, null, { Depth: "1" })),
  ).toBe(signIn + 1);
  expect(world.requests()).toEqual([]);
});

it("reads no calendar of organisations that are not the person's", async () => {
  const { world, feed, program } = await pendingScene();
  const { sql } = world.deps;
  const list = {
    kind: "provider",
    scopeUuid: uuidOf(1),
    customerUuid: uuidOf(1),
    name: "Another",
    partial: "",
  } as const;
  await addAccount(sql, "stranger", null, t);
  const sourceId = await addSource(sql, { ...list, id: "other", accountId: "stranger" }, t);
  await makeFeed(sql, "theirs", { sourceId, accountId: "stranger" });
  const read: unknown[] = [];
  const all: typeof sql.all = async (...query) => {
    const rows = await sql.all(...query);
    read.push(...rows.map(({ id }) => id));
    return rows;
  };
  Object.assign(world.deps, { sql: { ...sql, all } });
  const home = `/dav/calendars/${program.user}/`;
  expect((await program.send("PROPFIND", home, null, { Depth: "1" })).text).not.toContain("theirs");
  expect([read.includes(feed.id), read.includes("theirs")]).toEqual([true, false]);
});

it("has a runtime tell the offsets of a zone once for many askings", async () => {
  const offset = vi.spyOn(findZone("Pacific/Chatham"), "offset");
  const { program } = await pendingScene({ zone: "Pacific/Chatham" });
  const home = `/dav/calendars/${program.user}/`;
  const ask = async () => program.send("PROPFIND", home, propfindBody("C:calendar-timezone"), { Depth: "1" });
  const { text } = await ask();
  expect(text).toContain("TZID:Pacific/Chatham");
  offset.mockClear();
  expect((await ask()).text).toBe(text);
  expect(offset.mock.calls.length).toBeLessThan(20);
});

it("costs one write for a wrong password", async () => {
  const { world, owner } = await pendingScene();
  await world.settle();
  const before = world.counts.statements;
  const wrong = program(world, { user: owner.account.id, password: "wrong" });
  expect((await wrong.send("PROPFIND", "/dav/")).status).toBe(401);
  // Beside the look for the password.
  expect(world.counts.statements - before).toBe(2);
});

it("costs no more for many objects than for one", async () => {
  const { world, program, path } = await pendingScene({}, { bookings: 200 });
  const names = toldIn(await sync(program, path, "")).changed;
  expect(names.length).toBeGreaterThan(100);
  await world.settle();
  const before = world.counts.statements;
  const hrefs = names.map((name) => `<D:href>${path}${name}</D:href>`).join("");
  const { members } = await program.send(
    "REPORT",
    path,
    `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop>${hrefs}</C:calendar-multiget>`,
  );
  expect(members).toHaveLength(names.length);
  expect(world.counts.statements - before).toBe(5);
});

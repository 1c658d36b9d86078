import { describe, expect, it } from "vitest";
import type { CalendarPort } from "../../src/caldav/port.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { servers } from "../dav-server/quirks.ts";
import { connectFeed, type Connected } from "./connected.ts";
import { pushWorld } from "./push-world.ts";

const namesOf = ({ caldav }: Connected): string[] => [...caldav.bodies().keys()].toSorted();

/** A connected feed under `respect` whose 32 events were compared once after they had been written. */
async function settled(quirks: Partial<Quirks> = {}, edits = "respect") {
  const connected = await connectFeed(quirks, { edits });
  const { world, api, id } = connected;
  const pass = async (): Promise<void> => {
    world.wait(1000);
    await world.tick();
  };
  await pass();
  await pass();
  const names = namesOf(connected);
  expect(names).toHaveLength(32);
  const told = async () => (await api("GET", `/targets/${id}`)).json;
  const restore = async () => api("POST", `/targets/${id}/restore`);
  return { ...connected, names, pass, told, restore };
}

const kinds = ["faithful", "sabre", "davical", "sogo"] as const;

describe.each(kinds)("under `respect`, a calendar on a server like %s", (name) => {
  it("made again under its name: all wait, are told of, and come back when somebody asks for it", async () => {
    const one = await settled(servers[name]);
    one.caldav.dropCalendar();
    one.caldav.addCalendar("work");
    await one.pass();
    expect(namesOf(one)).toEqual([]);
    expect(await one.told()).toMatchObject({ state: "on", events: 0, left: 0, lost: 32, failure: null });
    await one.pass();
    expect(namesOf(one)).toEqual([]);
    expect((await one.restore()).status).toBe(200);
    await one.world.tick();
    expect(namesOf(one)).toEqual(one.names);
    expect(await one.told()).toMatchObject({ events: 32, left: 0, lost: 0 });
    expect((await one.restore()).status).toBe(409);
  });

  it("restored from an older copy: those that came since wait, and the rest stays as it is", async () => {
    const one = await settled(servers[name]);
    const copy = [...one.caldav.bodies()].slice(0, 7);
    one.caldav.dropCalendar();
    one.caldav.addCalendar("work");
    for (const [at, body] of copy) one.caldav.put(at, body);
    // A server that names what the copy has as changes, and nothing else, is listed within the hour.
    for (let turn = 0; turn < 4; turn += 1) await one.pass();
    expect(await one.told()).toMatchObject({ events: 7, lost: 25, left: 0 });
    await one.restore();
    await one.world.tick();
    expect(namesOf(one)).toEqual(one.names);
  });
});

describe("events that are gone with most others at once", () => {
  it("wait as well where a list of changes names them one by one", async () => {
    const one = await settled();
    for (const name of one.names) one.caldav.drop(name);
    one.caldav.taken();
    await one.pass();
    expect(one.caldav.taken().some((line) => line.startsWith("REPORT"))).toBe(true);
    expect(await one.told()).toMatchObject({ events: 0, lost: 32 });
  });

  it("are put back by themselves under `mirror`", async () => {
    const one = await settled({}, "mirror");
    for (const name of one.names) one.caldav.drop(name);
    await one.pass();
    expect(namesOf(one)).toEqual(one.names);
    expect(await one.told()).toMatchObject({ lost: 0, restores: 32 });
  });

  it("do not hold up others: a new booking is written, and one that changed is there again", async () => {
    const one = await settled();
    const { world, caldav } = one;
    for (const name of one.names) caldav.drop(name);
    await one.pass();
    world.sample.request({ name: "New one" });
    await one.pass();
    expect([...caldav.bodies().values()].join("")).toContain("New one");
    expect(await one.told()).toMatchObject({ lost: 32 });
  });

  it("are no longer missing once the server has them again by itself", async () => {
    const one = await settled();
    const bodies = [...one.caldav.bodies()];
    for (const [name] of bodies) one.caldav.drop(name);
    await one.pass();
    for (const [name, body] of bodies) one.caldav.put(name, body);
    await one.pass();
    expect(await one.told()).toMatchObject({ events: 32, lost: 0, left: 0 });
  });

  it.each([3, 16])("are a person's deletions when they are %i of 32, and stay away", async (count) => {
    const one = await settled();
    for (const name of one.names.slice(0, count)) one.caldav.drop(name);
    await one.pass();
    expect(await one.told()).toMatchObject({ events: 32 - count, left: count, lost: 0 });
    expect((await one.restore()).status).toBe(409);
    await one.pass();
    expect(namesOf(one)).toEqual(one.names.slice(count));
  });

  /** 35 of 60 events are gone, and the run that finds out is cut when it had read 23 of them. */
  const cut = async () => {
    const world = await pushWorld({ target: { edits: "respect" } });
    const uids = Array.from({ length: 60 }, (_, n) => `e${n}`);
    await world.set(Object.fromEntries(uids.map((uid) => [uid, { summary: uid }])));
    await world.push();
    world.wait(1000);
    await world.push();
    const before = new Map(world.calendar.objects);
    for (const uid of uids.slice(0, 35)) world.calendar.drop(world.name(uid));
    world.wait(1000);
    const narrow = { budget: { ...world.deps.budget, requests: 100 } };
    let parts = 0;
    const read: CalendarPort["read"] = async (hrefs) => {
      if ((parts += 1) === 2) throw new Error("cut");
      return world.calendar.port.read(hrefs);
    };
    await expect(world.push({}, narrow, { ...world.calendar.port, read })).rejects.toThrow("cut");
    return { world, before, lost: async () => (await world.ledger()).filter(({ lost }) => lost).length };
  };

  it("are all known by the run after one that was cut", async () => {
    const { world, lost } = await cut();
    expect(await lost()).toBe(35);
    await world.push({ now: true });
    expect(await lost()).toBe(35);
    expect(await world.target()).toMatchObject({ lost: 35 });
  });

  it("are not missing any more when they are there again as they were", async () => {
    const { world, before, lost } = await cut();
    for (const [name, stored] of before) world.calendar.objects.set(name, stored);
    await world.push({ now: true, whole: true });
    expect(await lost()).toBe(0);
    expect(world.own().size).toBe(60);
  });
});

describe("earlier versions of our events, under `respect`", () => {
  const restored = async () => {
    const world = await pushWorld({ target: { edits: "respect" } });
    const told = (n: number, sequence: number) => ({ summary: `event ${n}, version ${sequence}`, sequence });
    for (let n = 0; n < 9; n += 1) await world.set({ [`e${n}`]: told(n, 1) });
    await world.push();
    const copy = new Map([...world.calendar.objects].map(([name, { body }]) => [name, body]));
    await world.set({ e0: told(0, 2), e1: told(1, 2), e9: told(9, 1) });
    await world.push();
    return { world, copy };
  };

  const goBack = ({ calendar }: Awaited<ReturnType<typeof pushWorld>>, copy: ReadonlyMap<string, string>): void => {
    for (const name of calendar.objects.keys()) calendar.drop(name);
    for (const [name, body] of copy) calendar.put(name, body);
  };

  it("make what the copy lacks wait also after a run that was cut", async () => {
    const { world, copy } = await restored();
    goBack(world, copy);
    const narrow = { budget: { ...world.deps.budget, requests: 20 } };
    let parts = 0;
    const read: CalendarPort["read"] = async (hrefs) => {
      if ((parts += 1) === 2) throw new Error("cut");
      return world.calendar.port.read(hrefs);
    };
    await expect(world.push({ now: true }, narrow, { ...world.calendar.port, read })).rejects.toThrow("cut");
    expect(await world.push({ now: true })).toMatchObject({ updated: 2, lost: 1 });
  });

  it("are written over: the calendar was restored from an older copy, and what it lacks waits", async () => {
    const { world, copy } = await restored();
    goBack(world, copy);
    expect(await world.push({ now: true })).toMatchObject({ updated: 2, created: 0, lost: 1 });
    expect(world.summary(world.name("e0"))).toBe("event 0, version 2");
  });

  it("are not what somebody edited, whatever that program does to SEQUENCE or DTSTAMP alone", async () => {
    const { world } = await restored();
    const { calendar } = world;
    const edit = (uid: string, ...changes: [RegExp, string][]): void => {
      const name = world.name(uid);
      const body = calendar.objects.get(name)?.body ?? "";
      const all: [RegExp, string][] = [[/SUMMARY:.*/, "SUMMARY:theirs"], ...changes];
      calendar.put(
        name,
        all.reduce((text, [from, to]) => text.replace(from, to), body),
      );
    };
    edit("e0", [/SEQUENCE:2/, "SEQUENCE:0"]);
    edit("e1", [/DTSTAMP:.*/, "DTSTAMP:20200101T000000Z"]);
    edit("e2");
    expect(await world.push({ now: true })).toMatchObject({ updated: 0, lost: 0 });
    for (const uid of ["e0", "e1", "e2"]) expect(world.summary(world.name(uid))).toBe("theirs");
  });
});

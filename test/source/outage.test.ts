import { describe, expect, it } from "vitest";
import { readCalendar } from "../read-calendar.ts";
import { type Fault, makeWorld, type World } from "../world.ts";

const hour = 3600;
const day = 24 * hour;
const adminToken = "a-token-for-the-operator-only";
const json = { "Content-Type": "application/json", "X-Result-Count": "1" };

const faults: readonly [what: string, fault: Fault, code: string][] = [
  ["cannot be reached", () => new TypeError("fetch failed"), "waldur_unreachable"],
  ["does not answer in time", () => new DOMException("late", "TimeoutError"), "waldur_timeout"],
  ["answers 500", () => new Response("<h1>Server Error (500)</h1>", { status: 500 }), "waldur_failed"],
  [
    "answers HTML",
    () => new Response("<p>Maintenance</p>", { headers: { "Content-Type": "text/html" } }),
    "waldur_bad_answer",
  ],
  ["sends half a page", () => new Response('[{"uuid": "0', { headers: json }), "waldur_bad_answer"],
  [
    "redirects to a login",
    () => new Response(null, { status: 302, headers: { Location: "https://login.example/" } }),
    "waldur_bad_answer",
  ],
  [
    "throttles",
    () => new Response("{}", { status: 429, headers: { ...json, "Retry-After": "120" } }),
    "waldur_throttled",
  ],
  [
    "says the token has expired",
    () => Response.json({ detail: "Token has expired." }, { status: 401 }),
    "waldur_refused_token",
  ],
];

async function begin() {
  const world = await makeWorld({ bookings: 12, config: { adminToken, nightHours: { from: 0, to: 0 } } });
  const feed = await world.addFeed();
  await world.tick();
  const address = await world.address(feed);
  return { world, feed, address, good: await world.calendar(address) };
}

async function pass(world: World, seconds: number, step = hour): Promise<void> {
  for (let left = seconds; left > 0; left -= step) {
    world.wait(Math.min(step, left));
    await world.tick();
  }
}

const withoutNotice = (text: string): string[] =>
  [...readCalendar(text).values()]
    .filter(({ uid }) => !uid.startsWith("notice-"))
    .map(({ uid, start, status }) => `${uid} ${start} ${status}`);

describe("while Waldur", () => {
  it.each(faults)("%s, the last good copy stays, and it is said why", async (_what, fault, code) => {
    const { world, feed, address, good } = await begin();
    world.fault(fault);
    await pass(world, 11 * hour);
    expect(await world.calendar(address)).toBe(good);
    const source = await world.source(feed);
    expect(source.failure).toBe(code);
    expect(world.log.entries.some(({ event, facts }) => event === "refresh_failed" && facts["code"] === code)).toBe(
      true,
    );
    const ready = await world.app.fetch(
      new Request("http://x/readyz", { headers: { Authorization: `Bearer ${adminToken}` } }),
      world.deps,
    );
    expect(await ready.json()).toMatchObject({
      ok: true,
      sources: [{ failure: code, failingSince: expect.any(String), ageSeconds: expect.any(Number) }],
    });
    const check = await world.app.fetch(
      new Request("http://x/api/v1/check", { headers: { Authorization: `Bearer ${adminToken}` } }),
      world.deps,
    );
    expect(await check.json()).toMatchObject({
      waldur: { ok: false, code, problems: [expect.any(String)] },
      sources: [expect.stringMatching(/ since .*tries again/)],
    });
  });

  it("is away for long, one event says so after twelve hours, and after fourteen days only that", async () => {
    const { world, feed, address, good } = await begin();
    world.fault(() => new TypeError("fetch failed"));
    await pass(world, 14 * hour);
    const notices = (text: string) => [...readCalendar(text).values()].filter(({ uid }) => uid.startsWith("notice-"));
    const first = await world.calendar(address);
    expect(notices(first)).toHaveLength(1);
    expect(notices(first)[0]?.summary).toContain("not up to date");
    expect(withoutNotice(first)).toEqual(withoutNotice(good));
    // It changes once a day, with its day.
    await pass(world, 6 * hour);
    const [again, etag] = [await world.calendar(address), (await world.get(address)).headers.get("ETag")];
    await pass(world, 4 * hour);
    expect((await world.get(address)).headers.get("ETag")).toBe(etag);
    expect(await world.calendar(address)).toBe(again);
    const sequences = [notices(first)[0]?.sequence ?? 0];
    await pass(world, 2 * day);
    sequences.push(notices(await world.calendar(address))[0]?.sequence ?? 0);
    expect(sequences[1]).toBeGreaterThan(sequences[0] ?? 0);

    await pass(world, 12 * day);
    const cleared = readCalendar(await world.calendar(address));
    expect([...cleared.keys()]).toEqual([`notice-${feed.id}`]);
    expect(cleared.get(`notice-${feed.id}`)?.summary).toContain("emptied");

    world.fault(null);
    await pass(world, 2 * hour, 60);
    const back = readCalendar(await world.calendar(address));
    expect([...back.keys()].some((uid) => uid.startsWith("notice-") || uid.startsWith("empty-"))).toBe(false);
    const before = readCalendar(good);
    const shared = [...back.keys()].filter((uid) => before.has(uid));
    expect(shared.length).toBeGreaterThan(3);
    for (const uid of shared) expect(back.get(uid)?.sequence).toBeGreaterThan(before.get(uid)?.sequence ?? 0);
    expect((await world.source(feed)).failure).toBe("");
  });

  it("was away for so long that calendars were emptied, tombstones come back for the rest of their thirty days", async () => {
    const { world, address } = await begin();
    const made = [1, 2, 3].map(() => world.sample.request());
    world.wait(60);
    await world.tick();
    const [ended, unlinked, split] = made;
    if (ended === undefined || unlinked === undefined || split === undefined) throw new Error("nothing was requested");
    const slots = [
      ...split.slots,
      ...split.slots.map((slot) => ({ ...slot, backendId: "extra", start: slot.start + hour })),
    ];
    split.slots = slots;
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    split.slots = slots.slice(0, -1);
    world.sample.reject(ended.uuid);
    world.sample.unlink(unlinked.uuid);
    world.wait(60);
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const tombstones = (text: string): string[] =>
      [...readCalendar(text).values()]
        .filter(({ status }) => status === "CANCELLED")
        .map(({ uid }) => uid)
        .toSorted();
    const before = tombstones(await world.calendar(address));
    const lost = `${split.uuid}-${slots.length}`;
    expect(before).toEqual(expect.arrayContaining([`${ended.uuid}-1`, `${unlinked.uuid}-1`, lost]));

    world.fault(() => new TypeError("fetch failed"));
    await pass(world, 16 * day);
    expect(tombstones(await world.calendar(address))).toEqual([]);
    world.fault(null);
    await pass(world, 2 * hour, 60);
    const back = tombstones(await world.calendar(address));
    for (const uid of before.filter((one) => made.some(({ uuid }) => one.startsWith(uuid))))
      expect(back).toContain(uid);
    await pass(world, 12 * day);
    expect(tombstones(await world.calendar(address))).toContain(lost);
    await pass(world, 4 * day);
    const late = tombstones(await world.calendar(address));
    for (const { uuid } of made) expect(late.filter((uid) => uid.startsWith(uuid))).toEqual([]);
  });

  it("is away during the first load, the feed stays hidden and loads when it is back", async () => {
    const world = await makeWorld({ bookings: 12 });
    const feed = await world.addFeed();
    world.fault(() => new TypeError("fetch failed"));
    await pass(world, hour, 600);
    expect((await world.feed(feed.id)).state).toBe("loading");
    world.fault(null);
    await pass(world, hour, 600);
    expect((await world.feed(feed.id)).state).toBe("active");
  });

  it("asks for patience, it is left alone for as long", async () => {
    const { world } = await begin();
    world.fault(() => new Response("{}", { status: 429, headers: { ...json, "Retry-After": "300" } }));
    world.wait(60);
    await world.tick();
    world.requests();
    for (let minute = 0; minute < 4; minute += 1) {
      world.wait(60);
      await world.tick();
    }
    expect(world.requests()).toEqual([]);
    world.wait(120);
    await world.tick();
    expect(world.requests().length).toBeGreaterThan(0);
  });
});

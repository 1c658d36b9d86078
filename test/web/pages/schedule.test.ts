import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { offerings } from "../../../src/demo/people.ts";
import type { GridEvent, GridJson } from "../../../src/web/pages/schedule/json.ts";
import { requestTo } from "../../waldur-answers.ts";
import { makeWorld, type World, type WorldOptions } from "../../world.ts";
import { type Visitor, visitor, wholeForm } from "../visitor.ts";

/** An owner with one calendar that is read, and their requests of Monday 4 January 2027 and later. */
async function withCalendar(fields: Record<string, string> = {}, options: WorldOptions = {}) {
  const world = await makeWorld({ bookings: 0, ...options });
  const owner = visitor(world);
  await owner.signIn(world.sample.tokens.providerOwner);
  const about = { kind: "provider", uuid: world.sample.providerUuid };
  const form = `/feeds/new?${new URLSearchParams(about)}`;
  const made = await owner.send("/feeds/new", { ...wholeForm, ...about, do: "save", ...fields }, form);
  const path = (made.headers.get("Location") ?? "").split("?")[0] ?? "";
  await world.settle();
  return { world, owner, path };
}

/** Waldur's new bookings reach the service. */
async function read(world: World): Promise<void> {
  await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
}

async function eventsOf(one: Visitor, path: string): Promise<GridJson> {
  const response = await one.get(path, { Accept: "application/json" });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "application/json"]);
  const grid: GridJson = await response.json();
  return grid;
}

const titles = ({ events }: { events: readonly GridEvent[] }): string[] => events.map(({ text }) => text.title);

/** The query of the days of a booking's first slot. */
function daysOf({ slots }: { slots: readonly { start: number }[] }): string {
  return `?date=${new Date((slots[0]?.start ?? 0) * 1000).toISOString().slice(0, 10)}`;
}

describe("the calendar of all that one manages", () => {
  it("has the events of every list of one's own, each once, and no one else's", async () => {
    const { world, owner } = await withCalendar();
    await owner.send("/feeds/new", { ...wholeForm, kind: "visible", uuid: "", do: "save" }, "/feeds/new?kind=visible");
    await world.settle();
    const booking = requestTo(world.sample, { own: true, name: "Cells" });
    await read(world);
    for (const view of ["day", "week", "offerings-day", "offerings-week", "agenda", "month"]) {
      expect(titles(await eventsOf(owner, `/schedule/${view}/events${daysOf(booking)}`)), view).toEqual(["Cells"]);
      expect(await owner.page(`/schedule/${view}${daysOf(booking)}`), view).toContain(">Cells</a>");
    }
    const shown = async (token: string): Promise<string[]> => {
      const other = visitor(world);
      await other.signIn(token);
      const seen = (await other.page(`/schedule/week${daysOf(booking)}`)).includes("Cells");
      const titled = titles(await eventsOf(other, `/schedule/week/events${daysOf(booking)}`));
      expect(titled).toEqual(seen ? ["Cells"] : []);
      return titled;
    };
    expect(await shown(world.sample.tokens.providerManager)).toEqual(["Cells"]);
    expect(await shown(world.sample.tokens.otherProviderOwner)).toEqual([]);
  });

  it("is empty for somebody who lost the role", async () => {
    const { world, owner } = await withCalendar();
    const booking = requestTo(world.sample, { own: true, name: "Cells" });
    await read(world);
    expect(titles(await eventsOf(owner, `/schedule/week/events${daysOf(booking)}`))).toEqual(["Cells"]);
    world.sample.revokeRole("providerOwner");
    world.wait(61);
    const left = await eventsOf(owner, `/schedule/week/events${daysOf(booking)}`);
    expect([left.events, left.offerings]).toEqual([[], []]);
  });

  it("says of each event when, what, where, who and in which state, and leads to its page", async () => {
    const { world, owner } = await withCalendar();
    const booking = requestTo(world.sample, { own: true, name: "Cells" });
    await read(world);
    const grid = await eventsOf(owner, `/schedule/day/events${daysOf(booking)}&zone=Europe/Tallinn`);
    const [slot] = booking.slots;
    const clock = (at = 0): string => new Date((at + 2 * 3600) * 1000).toISOString().slice(0, 19);
    expect(grid.events).toEqual([
      {
        id: `${booking.uuid}-1`,
        url: expect.stringContaining(booking.uuid),
        offering: booking.offering.uuid,
        start: clock(slot?.start),
        end: clock(slot?.end),
        allDay: false,
        text: {
          day: expect.stringMatching(/^\w{3} \d+ Jan 2027$/),
          when: `${clock(slot?.start).slice(11, 16)}–${clock(slot?.end).slice(11, 16)}`,
          title: "Cells",
          mark: "pending",
          place: booking.offering.name,
          who: expect.stringMatching(/\w/),
          more: "",
        },
        classes: ["tentative"],
      },
    ]);
    expect(grid.offerings).toContainEqual({ uuid: booking.offering.uuid, name: booking.offering.name });
  });

  it("has a row for each offering of a provider, booked or not", async () => {
    const { world, owner } = await withCalendar();
    const grid = await eventsOf(owner, "/schedule/offerings-week/events");
    expect(grid.events).toEqual([]);
    const own = offerings.filter(({ customer }) => customer.uuid === world.sample.providerUuid);
    expect(grid.offerings.map(({ name }) => name)).toEqual(own.map(({ name }) => name).toSorted());
  });

  it("is filtered by offering and by state, and an overlap is told whatever is left out", async () => {
    const { world, owner } = await withCalendar();
    const one = requestTo(world.sample, { own: true, name: "First" });
    const other = requestTo(world.sample, { own: true, name: "Second" });
    world.sample.moveSlot(other.uuid, (one.slots[0]?.start ?? 0) - (other.slots[0]?.start ?? 0));
    world.sample.accept(one.uuid);
    await read(world);
    const path = `/schedule/week/events${daysOf(one)}`;
    const shown = async (more: string): Promise<string[]> => titles(await eventsOf(owner, path + more));
    expect((await shown("")).toSorted()).toEqual(["First", "Second"]);
    expect(await shown("&state=pending")).toEqual(["Second"]);
    expect(await shown("&state=confirmed")).toEqual(["First"]);
    expect(await shown("&state=cancelled")).toEqual([]);
    expect((await shown(`&offering=${one.offering.uuid}`)).toSorted()).toEqual(["First", "Second"]);
    expect(await shown(`&offering=${"0".repeat(32)}`)).toEqual([]);
    const [pending] = (await eventsOf(owner, `${path}&state=pending`)).events;
    expect(pending?.text).toMatchObject({ mark: "pending, overlaps", more: "Overlaps with First" });
    expect(await owner.page(`/schedule/week${daysOf(one)}&state=pending`)).toMatch(
      /<option value="pending" selected="">/,
    );
  });

  it("names the zone, and takes another: days begin there", async () => {
    const { world, owner } = await withCalendar();
    const booking = requestTo(world.sample, { own: true, name: "Cells" });
    await read(world);
    expect(await owner.page("/schedule/week")).toContain("Times are in UTC.");
    const page = await owner.page("/schedule/agenda?zone=Pacific/Auckland");
    expect(page).toContain("Times are in Pacific/Auckland.");
    expect(page).toContain('href="/schedule/week?zone=Pacific%2FAuckland"');
    const clock = new Date(((booking.slots[0]?.start ?? 0) + 13 * 3600) * 1000).toISOString();
    const { events } = await eventsOf(owner, `/schedule/day/events?date=${clock.slice(0, 10)}&zone=pacific/auckland`);
    expect(events.map(({ start }) => start)).toEqual([clock.slice(0, 19)]);
    expect(await owner.page("/schedule/week?zone=Mars/Olympus")).toContain("Times are in UTC.");
  });

  it("reads a range over all lists with one statement", async () => {
    const { world, owner } = await withCalendar();
    const count = async (path: string): Promise<number> => {
      const before = world.counts.statements;
      await owner.get(path);
      return world.counts.statements - before;
    };
    await owner.get("/schedule/week/events");
    const one = await count("/schedule/week/events");
    for (const kind of ["visible", "mine"]) {
      await owner.send("/feeds/new", { ...wholeForm, kind, uuid: "", do: "save" }, `/feeds/new?kind=${kind}`);
      await world.settle();
    }
    expect(await count("/schedule/week/events")).toBe(one);
    expect(one).toBeLessThanOrEqual(6);
  });
});

describe("the calendar of one feed", () => {
  it("tells no more than the feed does", async () => {
    const { world, owner, path } = await withCalendar({ detail: "busy" });
    const booking = requestTo(world.sample, { own: true, name: "Quite secret name" });
    await read(world);
    const grid = await eventsOf(owner, `${path}/week/events${daysOf(booking)}`);
    expect(titles(grid)).toEqual(["[SAMPLE] Busy (tentative)"]);
    expect(grid.events[0]?.text).toMatchObject({ place: "", who: "" });
    for (const view of ["week", "agenda", "month"]) {
      expect(await owner.page(`${path}/${view}${daysOf(booking)}`)).not.toContain("Quite secret");
    }
  });

  it("shows what was cancelled, which the calendar of all leaves out until asked", async () => {
    const { world, owner, path } = await withCalendar();
    const booking = requestTo(world.sample, { own: true, name: "Cells" });
    await read(world);
    world.sample.reject(booking.uuid);
    await read(world);
    const feed = await eventsOf(owner, `${path}/week/events${daysOf(booking)}`);
    expect(feed.events.map(({ classes }) => classes)).toEqual([["cancelled"]]);
    expect((await eventsOf(owner, `${path}/week/events${daysOf(booking)}&state=live`)).events).toEqual([]);
    expect((await eventsOf(owner, `/schedule/week/events${daysOf(booking)}`)).events).toEqual([]);
    expect(titles(await eventsOf(owner, `/schedule/week/events${daysOf(booking)}&state=all`))).toEqual(["Cells"]);
  });

  it("has its own zone, and a filtered one only its offerings", async () => {
    const { owner, path } = await withCalendar({ zone: "Asia/Tokyo" });
    expect(await owner.page(`${path}/week`)).toContain("Times are in Asia/Tokyo.");
    const [first] = offerings;
    const own = await withCalendar({ offerings: first?.uuid ?? "" });
    expect((await eventsOf(own.owner, `${own.path}/offerings-week/events`)).offerings).toEqual([
      { uuid: first?.uuid, name: first?.name },
    ]);
  });
});

describe("what a page of events loads", () => {
  it("is what draws a grid on pages with one alone, and the policy lets in nothing else", async () => {
    const { owner, path } = await withCalendar();
    for (const view of ["day", "week", "offerings-day", "offerings-week", "agenda", "month"]) {
      for (const start of [path, "/schedule"]) {
        const response = await owner.get(`${start}/${view}`);
        const grid = view !== "agenda" && view !== "month";
        const policy = response.headers.get("Content-Security-Policy") ?? "";
        expect(policy.includes("connect-src 'self'"), view).toBe(grid);
        expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';(?!.*unsafe)/);
        const page = await response.text();
        const scripts = [...page.matchAll(/<script([^>]*)>([^<]*)</g)].map(([, head = "", text]) => [
          /src="([^"]*)"/.exec(head)?.[1],
          text,
        ]);
        const drawing = ["event-calendar.min.js", "schedule.js"];
        const names = ["page.js", ...(grid ? drawing : [])];
        expect(scripts, view).toEqual(names.map((name) => [`/assets/${name}`, ""]));
        expect(page).not.toMatch(/\sstyle=|\son[a-z]+=|javascript:/);
      }
    }
  });

  it("is at most 60 kB after gzip, script and style together", async () => {
    const { resolve } = createRequire(import.meta.url);
    const library = ["event-calendar.min.js", "event-calendar.min.css"].map((name) =>
      resolve(`@event-calendar/build/dist/${name}`),
    );
    const files = [...library, "public/assets/schedule.js", "public/assets/schedule.css"];
    const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000);
  });

  it("is a page under 50 kB with a thousand events, which says that there are more, and gives each by and by", async () => {
    const { owner } = await withCalendar({}, { bookings: 3000 });
    const seen = new Set<string>();
    let path: string | undefined = "/schedule/week?state=all";
    let pages = 0;
    while (path !== undefined && pages < 100) {
      const page = await owner.page(path);
      expect(new TextEncoder().encode(page).length).toBeLessThan(50_000);
      for (const [, uuid = ""] of page.matchAll(/([0-9a-f]{32})\/?">/g)) seen.add(uuid);
      path = /href="([^"]*skip=[^"]*)#when"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
      pages += 1;
    }
    const { events } = await eventsOf(owner, "/schedule/week/events?state=all");
    expect(events.length).toBeGreaterThan(100);
    expect(pages).toBe(Math.ceil(events.length / 40));
    expect(events.filter(({ id }) => !seen.has(id.slice(0, 32)))).toEqual([]);
  });
});

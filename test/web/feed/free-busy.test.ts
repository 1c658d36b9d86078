import { describe, expect, it } from "vitest";
import { revokeFeed } from "../../../src/feed/commands.ts";
import { unfoldLines } from "../../../src/calendar/ical/content-line.ts";
import { mergeBusy } from "../../../src/calendar/ical/free-busy.ts";
import { makeWorld, type World } from "../../world.ts";

async function begin() {
  const world = await makeWorld({ bookings: 60 });
  const feed = await world.addFeed({ cancelled: "keep" });
  await world.tick();
  const ics = await world.address(feed);
  const ask = async (headers: Record<string, string> = {}, url = ics.replace(/\.ics$/, ".ifb")): Promise<Response> =>
    world.app.fetch(new Request(url, { headers }), world.deps);
  return { world, feed, ics, ask };
}

/** The times in the `.ics` that are taken, read from its lines. */
async function takenIn(world: World, ics: string) {
  const text = await (await world.app.fetch(new Request(ics), world.deps)).text();
  const value = (lines: readonly string[], name: string) =>
    lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1) ?? "";
  const when = (value: string) =>
    Date.parse(value.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z")) / 1000;
  return text
    .split("BEGIN:VEVENT\r\n")
    .slice(1)
    .map(unfoldLines)
    .filter((lines) => value(lines, "TRANSP") === "OPAQUE")
    .map((lines) => ({
      start: when(value(lines, "DTSTART")),
      end: when(value(lines, "DTEND")),
      type: value(lines, "STATUS") === "TENTATIVE" ? ("BUSY-TENTATIVE" as const) : ("BUSY" as const),
    }));
}

describe("the free/busy address of a calendar", () => {
  it("tells the times that its events take, pending ones as BUSY-TENTATIVE, and nothing else of them", async () => {
    const { world, ics, ask } = await begin();
    const response = await ask();
    expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/calendar; charset=utf-8"]);
    expect(response.headers.get("Content-Disposition")).toMatch(/\.ifb"$/);
    const text = await response.text();
    const told = [...text.matchAll(/^FREEBUSY;FBTYPE=([A-Z-]+):(\w+)\/(\w+)\r$/gm)].map(([, ...one]) => one.join(" "));
    const taken = await takenIn(world, ics);
    const iso = (at: number) => new Date(at * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const merged = mergeBusy(taken, { fromAt: 0, toAt: 4e9 });
    expect(told).toEqual(merged.map(({ start, end, type }) => `${type} ${iso(start)} ${iso(end)}`));
    expect(new Set(taken.map(({ type }) => type)).size).toBe(2);
    expect(told.length).toBeGreaterThan(5);
    expect(text).not.toMatch(/SUMMARY|DESCRIPTION|ORGANIZER|ATTENDEE/);
  });

  it("is 304 until the calendar changes or the day does", async () => {
    const { world, ask } = await begin();
    const tag = (await ask()).headers.get("ETag") ?? "";
    expect((await ask({ "If-None-Match": tag })).status).toBe(304);
    world.wait(86_400);
    await world.tick();
    const next = await ask({ "If-None-Match": tag });
    expect(next.status).toBe(200);
    expect(await next.text()).toContain("DTSTART:20261206T000000Z\r\n");
  });

  it("counts as use of the calendar, with the program's name", async () => {
    const { world, feed, ask } = await begin();
    await ask({ "User-Agent": "Evolution/3.46.4" });
    await world.settle();
    expect(await world.deps.sql.first("SELECT used_by FROM feeds WHERE id = ?1", feed.id)).toEqual({
      used_by: "Evolution",
    });
  });

  it("answers 404 for a wrong secret or while the database does not answer, and 410 once the calendar has ended", async () => {
    const { world, feed, ics, ask } = await begin();
    const wrong = ics.replace(/\/f\/.{32}\/(.*)\.ics$/, `/f/${"x".repeat(32)}/$1.ifb`);
    expect((await ask({}, wrong)).status).toBe(404);
    const { deps } = world;
    const first = async () => Promise.reject(new Error("no database"));
    const broken = { ...deps, sql: { ...deps.sql, first } };
    const failed = await world.app.fetch(new Request(ics.replace(/\.ics$/, ".ifb")), broken);
    expect(failed.status).toBe(404);
    await revokeFeed(deps, feed, false);
    expect((await ask()).status).toBe(410);
  });
});

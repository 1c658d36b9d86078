import { describe, expect, it } from "vitest";
import { fold, unfold, unfoldLines } from "../../src/calendar/ical/content-line.ts";
import { splitMessage } from "../../src/calendar/foreign-text.ts";
import { readVevent } from "../../src/calendar/ical/read-vevent.ts";
import { getFeed } from "../../src/feed/commands.ts";
import { readCalendar } from "../read-calendar.ts";
import { loadFeed, serverUser } from "./connected.ts";

/** Makes a rendered event what renderer 2 wrote: the requester's words first and unlabelled, our links last. */
function asBefore(vevent: string): string {
  const { facts, message } = splitMessage(readVevent(vevent).description);
  const [, , ...quoted] = message.split("\n");
  const words = quoted.map((line) => line.replace(/^> ?/, "")).join("\n");
  const [links = "", names = ""] = facts.split(/\n\n(?=Offering:)/);
  const text = [words, names, links].filter((part) => part !== "").join("\n\n");
  const escaped = text.replace(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
  return unfoldLines(vevent)
    .map((line) => fold(line.startsWith("DESCRIPTION:") ? `DESCRIPTION:${escaped}` : line))
    .join("");
}

describe("a database of the version before", () => {
  it("gives subscribers and mirrors one ordinary change of the same events", async () => {
    const { world, caldav, feedId, api } = await loadFeed({}, { decisions: "signed" });
    const { sql } = world.deps;
    const rows = await sql.all("SELECT uid, vevent FROM events WHERE feed_id = ?1", feedId);
    for (const { uid, vevent } of rows) {
      const old = asBefore(String(vevent));
      await sql.run("UPDATE events SET vevent = ?2 WHERE feed_id = ?1 AND uid = ?3", feedId, old, String(uid));
    }
    const address = await world.address(await getFeed(world.deps, feedId));
    const before = readCalendar(await world.calendar(address));
    await api("POST", "/targets", { feed: feedId, url: caldav.calendarUrl(), ...serverUser });
    await world.tick();
    const mirrored = caldav.bodies();
    expect(mirrored.size).toBe(before.size);
    // Links that decide at once are not for others, wherever in the text they stand.
    expect(unfold([...mirrored.values()].join(""))).not.toMatch(/\/a\/d/);
    expect([...before.values()].some(({ description }) => /\/a\/d/.test(description))).toBe(true);
    caldav.taken();

    await sql.run("UPDATE feeds SET renderer = 2 WHERE id = ?1", feedId);
    world.wait(60);
    await world.tick();
    const response = await world.get(address);
    const after = readCalendar(await response.text());
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [uid, now] of after) {
      const then = before.get(uid);
      if (then === undefined) continue;
      expect(now.sequence).toBeGreaterThan(then.sequence);
      expect(now.stamp > then.stamp).toBe(true);
      expect(now.modified).toBe(now.stamp);
      expect([now.start, now.end, now.summary, now.status]).toEqual([then.start, then.end, then.summary, then.status]);
      expect(now.description).toMatch(/^SAMPLE DATA.*\n\nState: /);
    }
    const methods = caldav.taken().map((line) => line.split(" ")[0]);
    expect(methods.filter((method) => method === "PUT")).toHaveLength(before.size);
    expect(methods).not.toContain("DELETE");
    expect([...caldav.bodies().keys()]).toEqual([...mirrored.keys()]);
    expect(unfold([...caldav.bodies().values()].join(""))).not.toMatch(/\/a\/d/);

    world.wait(60);
    await world.tick();
    expect((await world.get(address, { "If-None-Match": response.headers.get("ETag") ?? "" })).status).toBe(304);
    expect(caldav.taken().filter((line) => line.startsWith("PUT"))).toEqual([]);
  });
});

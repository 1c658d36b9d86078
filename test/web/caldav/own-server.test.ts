import { expect, it } from "vitest";
import { unfold } from "../../../src/calendar/ical/content-line.ts";
import { lineTo, makeBench } from "../../contract/caldav/bench.ts";
import { valueOf } from "../../contract/caldav/suite.ts";
import { origin } from "../visitor.ts";
import { pendingScene } from "./scene.ts";

/** This service's own CalDAV client at its own server. */
async function scene() {
  const one = await pendingScene();
  const { world, owner } = one;
  const credentials = { kind: "password", username: owner.account.id, password: owner.password } as const;
  const account = { start: `${origin}/`, credentials };
  const line = lineTo(
    account,
    async (request) => world.app.fetch(request, world.deps),
    () => world.deps.now(),
  );
  const bench = makeBench(line);
  return { ...one, bench, url: origin + one.path, port: bench.port(origin + one.path) };
}

it("our own client finds the calendars from the bare host", async () => {
  const { bench, url, feed } = await scene();
  const discovery = await bench.discover(`${origin}/`);
  if (!("found" in discovery)) throw new Error(JSON.stringify(discovery));
  expect(discovery.found.calendars.map(({ url: found, name }) => [found, name])).toEqual([[url, feed.profile.name]]);
});

it("our own client reads the whole calendar, and then only what changed", async () => {
  const { world, port, booking, path, feed } = await scene();
  const listed = valueOf(await port.list());
  const objects = valueOf(await port.read(listed.map(({ href }) => href)));
  const texts = [...objects.values()].map((object) => unfold(object?.body ?? ""));
  const whole = unfold(await world.calendar(await world.address(feed)));
  expect(texts).toHaveLength(whole.match(/BEGIN:VEVENT/g)?.length ?? 0);
  for (const text of texts) {
    const uid = /UID:(.*)\r\n/.exec(text)?.[1] ?? "none";
    expect(whole).toContain(`UID:${uid}\r\n`);
    if (!text.includes("ATTENDEE")) expect(whole).toContain(/BEGIN:VEVENT[^]*END:VEVENT\r\n/.exec(text)?.[0] ?? "none");
  }
  const { syncToken } = valueOf(await port.state());
  expect(valueOf(await port.changes(syncToken ?? ""))).toEqual({ changed: [], removed: [], token: syncToken });
  world.sample.accept(booking.uuid);
  world.wait(61);
  await world.tick();
  const changes = valueOf(await port.changes(syncToken ?? ""));
  if (changes === "token-lost") throw new Error("the token is lost");
  expect(changes.changed.every(({ href }) => href.startsWith(`${path}${booking.uuid}`))).toBe(true);
  expect(changes.changed.length).toBeGreaterThan(0);
  expect(valueOf(await port.changes("urn:waldur-calendar:sync:other"))).toBe("token-lost");
  const [first] = listed;
  expect(valueOf(await port.look(first?.href ?? ""))?.etag).toBe(first?.etag);
  const uid = /([^/]*)\.ics$/.exec(first?.href ?? "")?.[1] ?? "";
  expect(valueOf(await port.findUid(uid))).toBe(first?.href);
});

it("our own client is told that it may not write, and what it tried leaves nothing", async () => {
  const { port, bench, url } = await scene();
  const before = valueOf(await port.list());
  const [first] = before;
  const body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n";
  for (const outcome of [
    await port.create("new.ics", body),
    await port.update(first?.href ?? "", first?.etag ?? "", body),
    await port.remove(first?.href ?? "", first?.etag ?? ""),
  ]) {
    expect(outcome).toMatchObject({ failure: { status: 403, precondition: "need-privileges" } });
  }
  expect(await bench.probe(url)).toHaveProperty("failure");
  expect(valueOf(await port.list()).map(({ href }) => href)).toEqual(before.map(({ href }) => href));
});

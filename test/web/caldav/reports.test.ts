import { describe, expect, it } from "vitest";
import { findProperty, propertyText } from "../../../src/caldav/multistatus.ts";
import { caldavSpace } from "../../../src/caldav/xml.ts";
import { readDateTime } from "../../../src/calendar/ical/content-line.ts";
import { windowOf } from "../../../src/calendar/window.ts";
import { noticeReasons } from "../../../src/calendar/words/calendar-words.ts";
import { updateFeed } from "../../../src/feed/commands.ts";
import { epochSeconds } from "../../../src/lib/clock.ts";
import { forgetRevisions } from "../../../src/store/forget.ts";
import { setColumns } from "../../rows.ts";
import { copy, restore } from "./copy.ts";
import { body } from "./program.ts";
import { pendingScene, read, sync, toldIn } from "./scene.ts";

const etag = "<D:prop><D:getetag/></D:prop>";
const filter = (inside: string, component = "VEVENT") =>
  `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="${component}">${inside}</C:comp-filter></C:comp-filter></C:filter>`;
const query = (inside: string, prop = etag) => body("C:calendar-query", prop + inside);

async function scene() {
  const one = await pendingScene();
  const ask = async (content: string, headers: Record<string, string> = {}) =>
    one.program.send("REPORT", one.path, content, { Depth: "1", ...headers });
  const all = toldIn(await sync(one.program, one.path, "")).changed.toSorted();
  return { ...one, ask, all };
}

const namesIn = (answer: Parameters<typeof toldIn>[0]): string[] => toldIn(answer).changed.toSorted();

describe("calendar-query", () => {
  it("finds events by component, time and property", async () => {
    const { ask, all, name, program, path } = await scene();
    const { text } = await read(program, path + name);
    const start = /DTSTART:(\w+)/.exec(text)?.[1] ?? "";
    const end = /DTEND:(\w+)/.exec(text)?.[1] ?? "";
    expect(namesIn(await ask(query(filter(""))))).toEqual(all);
    expect(namesIn(await ask(query('<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>')))).toEqual(all);
    expect(namesIn(await ask(query(filter("", "VTODO"))))).toEqual([]);
    expect(namesIn(await ask(query(filter("<C:is-not-defined/>", "VTODO"))))).toEqual(all);
    const within = namesIn(await ask(query(filter(`<C:time-range start="${start}" end="${end}"/>`))));
    expect(within).toContain(name);
    expect(within.length).toBeLessThan(all.length);
    expect(namesIn(await ask(query(filter(`<C:time-range start="${end}"/>`))))).not.toContain(name);
    expect(namesIn(await ask(query(filter(`<C:time-range end="${start}"/>`))))).not.toContain(name);
    const uid = name.slice(0, -4);
    const by = (inside: string, property = "UID") =>
      query(filter(`<C:prop-filter name="${property}">${inside}</C:prop-filter>`));
    expect(namesIn(await ask(by(`<C:text-match collation="i;octet">${uid}</C:text-match>`)))).toEqual([name]);
    expect(namesIn(await ask(by("<C:text-match>aNSWER</C:text-match>", "SUMMARY")))).toEqual(
      all.filter((one) => one.startsWith(uid.slice(0, -2))),
    );
    expect(namesIn(await ask(by('<C:text-match collation="i;octet">aNSWER</C:text-match>', "SUMMARY")))).toEqual([]);
    expect(
      namesIn(await ask(by('<C:text-match negate-condition="yes">answer</C:text-match>', "SUMMARY"))),
    ).not.toContain(name);
    expect(namesIn(await ask(by("<C:is-not-defined/>", "RRULE")))).toEqual(all);
    expect(namesIn(await ask(by("", "RRULE")))).toEqual([]);
  });

  it("gives texts, and refuses what it cannot evaluate", async () => {
    const { ask, all } = await scene();
    const { members } = await ask(query(filter(""), "<D:prop><D:getetag/><C:calendar-data/></D:prop>"));
    expect(members).toHaveLength(all.length);
    for (const member of members) {
      expect(findProperty(member, "calendar-data", caldavSpace)?.text).toMatch(
        /^BEGIN:VCALENDAR\r?\n[^]*END:VCALENDAR\r?\n$/,
      );
    }
    const refused = await ask(
      query(filter('<C:prop-filter name="ATTENDEE"><C:param-filter name="PARTSTAT"/></C:prop-filter>')),
    );
    expect([refused.status, refused.text.includes("supported-filter")]).toEqual([403, true]);
    expect((await ask(query(filter('<C:time-range start="yesterday"/>')))).status).toBe(400);
    expect((await ask(query(filter('<C:time-range start="20280101T000000Z" end="20270101T000000Z"/>')))).status).toBe(
      400,
    );
  });
});

it("calendar-multiget gives each object, and a 404 for one that is not there", async () => {
  const { ask, path, name, owner } = await scene();
  const get = (...hrefs: string[]) =>
    body(
      "C:calendar-multiget",
      `<D:prop><D:getetag/><C:calendar-data/></D:prop>${hrefs.map((href) => `<D:href>${href}</D:href>`).join("")}`,
    );
  const escaped = path + name.replace("-", "%2D");
  const other = path.replace(owner.account.id, "someone") + name;
  const { members } = await ask(
    get(path + name, escaped, `https://calendar.example${path}${name}`, `${path}none.ics`, other, "../..", ""),
    { Depth: "" },
  );
  expect(members.map(({ href, status }) => [href, status])).toEqual([
    // Each once, however often and in whatever words it is asked for.
    [path + name, null],
    [`${path}none.ics`, 404],
    [other, 404],
    ["../..", 404],
    ["", 404],
  ]);
});

it("a calendar-query has few conditions: each is tried on every event", async () => {
  const { ask, all } = await scene();
  const conditions = (count: number) =>
    query(filter('<C:prop-filter name="UID"><C:text-match>-</C:text-match></C:prop-filter>'.repeat(count)));
  expect(namesIn(await ask(conditions(16)))).toEqual(all);
  const refused = await ask(conditions(17));
  expect([refused.status, refused.text.includes("<C:supported-filter/>")]).toEqual([403, true]);
});

it("an answer is not many times as long as what was asked", async () => {
  const { ask, path, program, name } = await scene();
  const times = (count: number, one: (n: number) => string) => Array.from({ length: count }, (_, n) => one(n)).join("");
  const named = (count: number, space: string, of: (n: number) => string = (n) => `p${n}`) =>
    `<D:prop>${times(count, (n) => `<X:${of(n)} xmlns:X="${space}"/>`)}</D:prop>`;
  const longest = "s".repeat(200);
  const calendarQuery = (prop: string) => ask(body("C:calendar-query", prop));
  const propfind = (prop: string) => program.send("PROPFIND", path, body("D:propfind", prop), { Depth: "1" });
  const proppatch = (prop: string) =>
    program.send("PROPPATCH", path, body("D:propertyupdate", `<D:set>${prop}</D:set>`));
  for (const send of [calendarQuery, propfind, proppatch]) {
    expect((await send(named(200, longest))).status).toBe(207);
    expect((await send(named(201, "s"))).status).toBe(413);
    expect((await send(named(1, `${longest}s`))).status).toBe(413);
    expect((await send(named(1, "s", () => `${longest}s`))).status).toBe(413);
  }
  // Each name once, and each object.
  const twice = await propfind(named(2, "s", () => "p"));
  expect(twice.text.match(/<X:p /g)?.length).toBe(twice.members.length);
  const hrefs = times(1000, () => `<D:href>${path}${name}</D:href>`);
  expect((await ask(body("C:calendar-multiget", named(1, "s") + hrefs))).members).toHaveLength(1);
});

it("an answer that would be too long in sum is none", async () => {
  const { world, ask, feed } = await scene();
  const [row = {}] = await world.deps.sql.all("SELECT * FROM events WHERE feed_id = ?1 LIMIT 1", feed.id);
  const columns = Object.keys(row);
  await world.deps.sql.run(
    `INSERT INTO events (${columns.join(", ")})
     SELECT ${columns.map((name) => (name === "uid" ? "value || uid" : name)).join(", ")} FROM events, json_each(?2)
     WHERE feed_id = ?1`,
    feed.id,
    JSON.stringify(Array.from({ length: 200 }, (_, n) => `copy-${n}-`)),
  );
  const names = Array.from({ length: 200 }, (_, n) => `<X:p${n} xmlns:X="${"s".repeat(200)}"/>`);
  const refused = await ask(body("C:calendar-query", `<D:prop>${names.join("")}</D:prop>`));
  expect([refused.status, refused.text.includes("number-of-matches-within-limits")]).toEqual([507, true]);
});

describe("sync-collection", () => {
  it("tells page by page what changed, and goes on from there", async () => {
    const { program, path, all, world, booking } = await scene();
    const limit = "<D:limit><D:nresults>2</D:nresults></D:limit>";
    const found: string[] = [];
    let token = "";
    for (let pages = 0; ; pages += 1) {
      const answer = await sync(program, path, token, limit);
      const more = answer.members.find(({ status }) => status === 507);
      found.push(...toldIn(answer).changed);
      expect(toldIn(answer).changed.length).toBeLessThanOrEqual(2);
      token = answer.token ?? "";
      if (more === undefined) break;
      expect([more.href, more.precondition]).toEqual([path, "number-of-matches-within-limits"]);
      expect(pages).toBeLessThan(20);
    }
    expect(found.toSorted()).toEqual(all);
    expect(toldIn(await sync(program, path, token))).toEqual({ changed: [], gone: [] });
    world.sample.accept(booking.uuid);
    world.wait(61);
    await world.tick();
    const after = await sync(program, path, token);
    expect(toldIn(after).changed.every((name) => name.startsWith(booking.uuid))).toBe(true);
    expect(toldIn(after).changed.length).toBeGreaterThan(0);
  });

  it("goes on in a calendar whose events are older than what is known of its history", async () => {
    const { program, path, all, world } = await scene();
    const limit = "<D:limit><D:nresults>2</D:nresults></D:limit>";
    world.sample.request({ name: "A later one" });
    world.wait(61);
    await world.tick();
    world.wait(1);
    await forgetRevisions(world.deps.sql, epochSeconds(world.deps), 1000);
    const found: string[] = [];
    for (let token: string | null = "", more = true; more;) {
      const answer = await sync(program, path, token ?? "", limit);
      expect(answer.status).toBe(207);
      found.push(...toldIn(answer).changed);
      token = answer.token;
      more = answer.members.some(({ status }) => status === 507);
    }
    expect(found.toSorted()).toEqual(expect.arrayContaining(all));
    expect(found.length).toBeGreaterThan(all.length);
  });

  it("does not go on where it is not known any more what went since it began", async () => {
    const { program, path, world } = await scene();
    const { token } = await sync(program, path, "", "<D:limit><D:nresults>2</D:nresults></D:limit>");
    world.sample.request({ name: "A later one" });
    world.wait(61);
    await world.tick();
    expect((await sync(program, path, token ?? "")).status).toBe(207);
    world.wait(1);
    await forgetRevisions(world.deps.sql, epochSeconds(world.deps), 1000);
    expect((await sync(program, path, token ?? "")).status).toBe(403);
  });

  it("does not go on in a restored copy in which an event is back where all was told already", async () => {
    const { program, path, world, all } = await scene();
    const limit = "<D:limit><D:nresults>2</D:nresults></D:limit>";
    const one = await sync(program, path, "", limit);
    expect(toldIn(one).changed).toEqual(all.slice(0, 2));
    const moved = all[2] ?? "";
    world.sample.request({ name: "Makes the revision of the copy" });
    world.wait(61);
    await world.tick();
    const kept = await copy(world.deps.sql);
    // Behind what the second part tells.
    world.sample.rename(moved.slice(0, 32), "Another name");
    world.wait(61);
    await world.tick();
    const two = await sync(program, path, one.token ?? "", limit);
    expect(toldIn(two).changed).not.toContain(moved);
    await restore(world.deps.sql, kept);
    expect((await sync(program, path, two.token ?? "")).status).toBe(403);
    world.wait(61);
    await world.tick();
    expect((await sync(program, path, two.token ?? "")).status).toBe(403);
  });

  it("tells what went", async () => {
    const { program, path, world } = await pendingScene({ pastDays: 0 });
    const { token, members } = await sync(program, path, "");
    const all = toldIn({ members }).changed;
    // The window moves on.
    world.wait(20 * 86_400);
    for (let runs = 0; runs < 5; runs += 1) await world.tick();
    const { gone, changed } = toldIn(await sync(program, path, token ?? ""));
    expect(gone.length).toBeGreaterThan(0);
    expect(all).toEqual(expect.arrayContaining(gone));
    const now = toldIn(await sync(program, path, "")).changed.toSorted();
    expect(
      [...all.filter((name) => !gone.includes(name)), ...changed.filter((name) => !all.includes(name))].toSorted(),
    ).toEqual(now);
  });

  it("refuses the token of another state, and one that nobody gave", async () => {
    const { program, path, world, feed } = await scene();
    const { token } = await sync(program, path, "");
    const of = (text: string) => `urn:waldur-calendar:sync:${text}`;
    const parts = (token ?? "").split(":");
    const future = [...parts.slice(0, 4), String(Number(parts[4]) + 50), parts[5]].join(":");
    const touched = [...parts.slice(0, 5), "99"].join(":");
    for (const bad of ["x", "1", of(""), of("0123456789:1:0"), future, touched]) {
      const answer = await sync(program, path, bad);
      expect([bad, answer.status, answer.text.includes("<D:valid-sync-token/>")]).toEqual([bad, 403, true]);
    }
    await setColumns(world.deps.sql, "feeds", { epoch: "another" }, feed.id);
    expect((await sync(program, path, token ?? "")).status).toBe(403);
  });

  it("is another calendar once its person may not answer any more", async () => {
    const { program, path, world } = await scene();
    const { token } = await sync(program, path, "");
    world.sample.revokeRole("providerOwner");
    world.wait(3601);
    await world.tick();
    expect((await sync(program, path, token ?? "")).status).toBe(403);
    expect((await sync(program, path, "")).text).not.toContain("ATTENDEE");
  });
});

it("free-busy-query tells what is taken, and not by whom", async () => {
  const { ask, booking, program, path, name } = await scene();
  const busy = await ask(body("C:free-busy-query", '<C:time-range start="20270101T000000Z" end="20280101T000000Z"/>'));
  expect([busy.status, busy.headers.get("Content-Type")]).toEqual([200, "text/calendar; charset=utf-8"]);
  const start = /DTSTART:(\w+)/.exec((await read(program, path + name)).text)?.[1] ?? "";
  expect(busy.text).toContain(`FREEBUSY;FBTYPE=BUSY-TENTATIVE:${start}/`);
  expect(busy.text).not.toMatch(new RegExp(`${booking.uuid}|Answer me`));
  expect((await ask(body("C:free-busy-query", ""))).status).toBe(400);
});

describe("free-busy-query", () => {
  const range = (start: string, end: string) =>
    body("C:free-busy-query", `<C:time-range start="${start}T000000Z" end="${end}T000000Z"/>`);

  it("tells what is known alone: the window of the calendar", async () => {
    const { ask, feed, world } = await scene();
    const { fromAt, toAt } = windowOf(feed.profile, epochSeconds(world.deps));
    const busy = await ask(range("20000101", "21000101"));
    const told = (name: string) => readDateTime(new RegExp(`^${name}:(\\w+)`, "m").exec(busy.text)?.[1] ?? "");
    expect([told("DTSTART"), told("DTEND")]).toEqual([fromAt, toAt]);
    const [before, after] = [await ask(range("20000101", "20010101")), await ask(range("20900101", "21000101"))];
    expect([before.status, before.text.includes("<C:min-date-time/>")]).toEqual([403, true]);
    expect([after.status, after.text.includes("<C:max-date-time/>")]).toEqual([403, true]);
  });

  it("does not say that all is free once the calendar was emptied", async () => {
    const { ask, feed, world } = await scene();
    await world.deps.sql.run("DELETE FROM events WHERE feed_id = ?1", feed.id);
    await setColumns(world.deps.sql, "feeds", { notice: noticeReasons[0] }, feed.id);
    const busy = await ask(range("20000101", "21000101"));
    expect([busy.status, busy.headers.get("Retry-After"), busy.text.includes("VFREEBUSY")]).toEqual([503, "60", false]);
  });
});

it("finds nobody but the person who asks", async () => {
  const { program, owner } = await scene();
  const search = (text: string) =>
    body(
      "D:principal-property-search",
      `<D:property-search><D:prop><D:displayname/></D:prop><D:match>${text}</D:match></D:property-search><D:prop><D:displayname/></D:prop>`,
    );
  const found = await program.send("REPORT", "/dav/principals/", search("maria"));
  expect(found.members.map(({ href }) => href)).toEqual([`/dav/principals/${owner.account.id}/`]);
  expect(propertyText(found.members[0], "displayname")).toContain("Maria");
  expect((await program.send("REPORT", "/dav/principals/", search("jonas"))).members).toEqual([]);
  expect((await program.send("REPORT", "/dav/principals/", body("D:principal-search-property-set", ""))).status).toBe(
    200,
  );
  const expanded = await program.send("REPORT", `/dav/principals/${owner.account.id}/`, body("D:expand-property", ""));
  expect([expanded.status, expanded.text.includes("supported-report")]).toEqual([403, true]);
});

it("another name of the person is another ETag: it stands in the event", async () => {
  const { program, path, name, world, owner } = await scene();
  const before = await read(program, path + name);
  const { token } = await sync(program, path, "");
  await world.deps.sql.run("UPDATE accounts SET full_name = 'Another Name' WHERE id = ?1", owner.account.id);
  const after = await read(program, path + name);
  expect(after.text).toContain("Another Name");
  expect(after.etag).not.toBe(before.etag);
  expect((await sync(program, path, token ?? "")).status).toBe(403);
});

it("the same ETag is the same text, also while the calendar waits to be rendered in another language", async () => {
  const { program, path, name, world, feed } = await scene();
  const before = await read(program, path + name);
  const now = await world.feed(feed.id);
  await updateFeed(world.deps, now, { ...now.profile, language: "et" }, null);
  expect(await read(program, path + name)).toEqual(before);
  await world.tick();
  const after = await read(program, path + name);
  expect([after.etag === before.etag, after.text === before.text]).toEqual([false, false]);
});

it("GET and HEAD give an object and the whole calendar, and 304 to whoever has it", async () => {
  const { program, path, name, world, feed } = await scene();
  for (const address of [path, path + name]) {
    const whole = await program.send("GET", address);
    const head = await program.send("HEAD", address);
    expect([whole.status, head.status, head.text]).toEqual([200, 200, ""]);
    expect(head.headers.get("Content-Length")).toBe(String(new TextEncoder().encode(whole.text).length));
    expect(whole.headers.get("Content-Type")).toBe("text/calendar; charset=utf-8");
    const tag = whole.headers.get("ETag") ?? "";
    expect((await program.send("GET", address, null, { "If-None-Match": tag })).status).toBe(304);
    expect((await program.send("GET", address, null, { "If-None-Match": '"x"' })).status).toBe(200);
  }
  expect((await program.send("GET", path)).text).toBe(await world.calendar(await world.address(feed)));
});

it("answers 503 while a calendar is loaded, also for its objects, and lists it all the same", async () => {
  const { program, path, name, world, feed } = await scene();
  const { text, etag } = await read(program, path + name);
  await setColumns(world.deps.sql, "feeds", { state: "loading" }, feed.id);
  expect((await sync(program, path, "")).status).toBe(503);
  expect((await program.send("GET", path)).headers.get("Retry-After")).toBe("60");
  expect((await program.send("PROPFIND", path, null, { Depth: "0" })).status).toBe(207);
  const accepted = text.replace("NEEDS-ACTION", "ACCEPTED");
  for (const method of ["GET", "HEAD", "PROPFIND", "DELETE", "PUT"]) {
    const content = method === "PUT" ? accepted : null;
    const { status } = await program.send(method, path + name, content, { Depth: "0", "If-Match": etag });
    expect([method, status]).toEqual([method, 503]);
  }
});

import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rendererVersion } from "../../../src/calendar/feed.ts";
import { lintCalendar } from "../../../src/calendar/ical/lint.ts";
import { endAddresses } from "../../../src/store/feeds.ts";
import { makeServed, startAt } from "./served.ts";
import { setColumns } from "../../rows.ts";

const day = 86_400;

describe("a feed's address", () => {
  it("answers GET with the whole calendar and what clients need to know", async () => {
    const { ask } = await makeServed();
    const response = await ask();
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(lintCalendar(text)).toEqual([]);
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(3);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/calendar; charset=utf-8",
      "content-length": String(new TextEncoder().encode(text).length),
      "content-disposition": 'inline; filename="microscope.ics"',
      "cache-control": "private, no-cache, no-transform",
      etag: `"e1-${rendererVersion}-1"`,
      "last-modified": new Date((startAt + 1) * 1000).toUTCString(),
      vary: "Accept-Encoding",
      "x-robots-tag": "noindex",
      "strict-transport-security": "max-age=31536000",
    });
    expect(response.headers.has("X-Feed-Warning")).toBe(false);
  });

  it("answers HEAD with the same fields and no body", async () => {
    const { ask } = await makeServed();
    const [get, head] = [await ask(), await ask({}, "HEAD")];
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers));
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
  });

  it.each(["PUT", "POST", "DELETE", "PATCH", "PROPFIND", "REPORT", "MKCALENDAR"])(
    "answers %s with 405, so that no client takes it for writable",
    async (method) => {
      const { ask } = await makeServed();
      const response = await ask({ "If-Match": "nothing" }, method);
      expect({ status: response.status, allow: response.headers.get("Allow") }).toEqual({
        status: 405,
        allow: "GET, HEAD, OPTIONS",
      });
    },
  );

  it("answers OPTIONS with 204 and Allow", async () => {
    const { ask } = await makeServed();
    const response = await ask({}, "OPTIONS");
    expect([response.status, response.headers.get("Allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
  });

  it("answers an unknown secret, a wrong form and a wrong file with the same 404", async () => {
    const { ask, serve, deps } = await makeServed();
    const request = new Request("https://calendar.example/f/x");
    const answers = [
      await ask({}, "GET", "z".repeat(32)),
      await serve(deps, request, "short", "a.ics"),
      await serve(deps, request, "abcdefghijklmnopqrstuvwxyzABCDEF", "a.txt"),
    ];
    const seen = await Promise.all(answers.map(async (one) => [one.status, await one.text()]));
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify([404, "There is no calendar at this address.\n"])]),
    );
  });

  it("changes ETag and body together, and only then", async () => {
    const { ask, write } = await makeServed();
    const before = await ask();
    const same = await ask();
    await write(2, [2], "Moved");
    const after = await ask();
    expect(same.headers.get("ETag")).toBe(before.headers.get("ETag"));
    expect(await same.text()).toBe(await before.text());
    expect(after.headers.get("ETag")).toBe(`"e1-${rendererVersion}-2"`);
    expect(await after.text()).toContain("SUMMARY:Moved");
  });

  it("is the same whatever Accept says", async () => {
    const { ask } = await makeServed();
    const texts = [];
    for (const accept of ["text/html", "application/json", "image/*;q=0.1", ""]) {
      texts.push(await (await ask({ Accept: accept })).text());
    }
    expect(new Set(texts).size).toBe(1);
  });

  it("ignores ranges and conditions for changes", async () => {
    const { ask } = await makeServed();
    const response = await ask({
      Range: "bytes=0-9",
      "If-Match": '"other"',
      "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT",
    });
    expect([response.status, (await response.text()).length > 10]).toEqual([200, true]);
  });
});

describe("conditional requests (RFC 9110 13)", () => {
  const etag = `"e1-${rendererVersion}-1"`;
  const modified = new Date((startAt + 1) * 1000);
  const earlier = new Date(startAt * 1000).toUTCString();
  const rfc850 = modified.toUTCString().replace(/^(\w+), (\d\d) (\w+) \d\d(\d\d)/, "Monday, $2-$3-$4");
  const asctime = `Mon Jan  4 ${modified.toISOString().slice(11, 19)} 2027`;
  it.each<[string, Record<string, string>, number]>([
    ["the tag", { "If-None-Match": etag }, 304],
    ["the weak tag", { "If-None-Match": `W/${etag}` }, 304],
    ["a list with the tag", { "If-None-Match": `"a,b", W/"c",${etag}` }, 304],
    ["the tag of the gzip form", { "If-None-Match": `"e1-${rendererVersion}-1-gzip"` }, 304],
    ["*", { "If-None-Match": "*" }, 304],
    ["another tag", { "If-None-Match": `"e1-${rendererVersion}-2"` }, 200],
    ["an unquoted tag", { "If-None-Match": `e1-${rendererVersion}-1` }, 200],
    ["the date", { "If-Modified-Since": modified.toUTCString() }, 304],
    ["the date in the form of RFC 850", { "If-Modified-Since": rfc850 }, 304],
    ["the date in the form of asctime", { "If-Modified-Since": asctime }, 304],
    ["an earlier date", { "If-Modified-Since": earlier }, 200],
    ["a date that is none", { "If-Modified-Since": "yesterday" }, 200],
    [
      "another tag and the date: the tag rules",
      { "If-None-Match": '"x"', "If-Modified-Since": modified.toUTCString() },
      200,
    ],
    ["the tag and an earlier date: the tag rules", { "If-None-Match": etag, "If-Modified-Since": earlier }, 304],
  ])("%s", async (_what, headers, status) => {
    const { ask } = await makeServed();
    const response = await ask(headers);
    expect(response.status).toBe(status);
    if (status === 304) {
      expect(await response.text()).toBe("");
      expect(response.headers.get("ETag")).toMatch(new RegExp(`^"e1-${rendererVersion}-1(?:-gzip)?"$`));
      expect(response.headers.has("Content-Length")).toBe(false);
    }
  });

  it("answers 304 without reading a single event", async () => {
    const asked: string[] = [];
    const { ask } = await makeServed({
      deps: (deps) => ({
        ...deps,
        sql: {
          ...deps.sql,
          join: async (sql, ...rest) => {
            asked.push(sql);
            return deps.sql.join(sql, ...rest);
          },
        },
      }),
    });
    expect((await ask({ "If-None-Match": etag })).status).toBe(304);
    expect(asked).toEqual([]);
  });
});

describe("gzip", () => {
  const browser = "Thunderbird/153.7.0";
  it("is used when asked for, under a tag of its own", async () => {
    const { ask } = await makeServed();
    const plain = await (await ask()).text();
    const response = await ask({ "Accept-Encoding": "gzip, deflate", "User-Agent": browser });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get("Content-Encoding")).toBe("gzip");
    expect(response.headers.get("ETag")).toBe(`"e1-${rendererVersion}-1-gzip"`);
    expect(response.headers.get("Content-Length")).toBe(String(bytes.length));
    expect(gunzipSync(bytes).toString()).toBe(plain);
  });
  it.each([
    ["nobody asked", { "User-Agent": browser }],
    ["it is refused", { "User-Agent": browser, "Accept-Encoding": "gzip;q=0, identity" }],
    ["only * is said", { "User-Agent": browser, "Accept-Encoding": "*" }],
    ["Microsoft asks", { "User-Agent": "Microsoft.Exchange/15.20", "Accept-Encoding": "gzip" }],
    ["Outlook asks", { "User-Agent": "Microsoft Office/16.0 (Microsoft Outlook 16.0)", "Accept-Encoding": "gzip" }],
    ["nobody says who asks", { "Accept-Encoding": "gzip" }],
  ])("is not used where %s", async (_what, headers) => {
    const { ask } = await makeServed();
    const response = await ask(headers);
    expect(response.headers.has("Content-Encoding")).toBe(false);
    expect(await response.text()).toMatch(/^BEGIN:VCALENDAR/);
  });
});

describe("the life of an address", () => {
  it("is hidden while the feed loads", async () => {
    const { ask, sql } = await makeServed();
    await setColumns(sql, "feeds", { state: "loading" });
    expect((await ask()).status).toBe(404);
  });

  it("says for thirty days that it has ended, then answers 410", async () => {
    const { ask, sql, clock } = await makeServed();
    await ask();
    await sql.batch([endAddresses("feed", startAt, false)]);
    const ended = await ask();
    const text = await ended.text();
    expect([ended.status, text.match(/BEGIN:VEVENT/g)?.length, lintCalendar(text)]).toEqual([200, 1, []]);
    expect(text).toContain("This calendar has ended");
    expect(text).not.toContain("Booking 1");
    clock.ms += (30 * day - 1) * 1000;
    expect((await ask({ "If-None-Match": ended.headers.get("ETag") ?? "" })).status).toBe(304);
    clock.ms += 1000;
    expect((await ask()).status).toBe(410);
  });

  it("answers 410 at once where that was asked for", async () => {
    const { ask, sql } = await makeServed();
    await ask();
    await sql.batch([endAddresses("feed", startAt, true)]);
    expect((await ask()).status).toBe(410);
  });

  it("ends by itself when the feed expires", async () => {
    const { ask, sql, clock } = await makeServed();
    await setColumns(sql, "feeds", { expires_at: startAt + 60 });
    expect(await (await ask()).text()).toContain("Booking 1");
    clock.ms += 60_000;
    expect(await (await ask()).text()).toContain("This calendar has ended");
  });
});

describe("last use", () => {
  it("is noted with the program's name, at most once an hour", async () => {
    const { ask, sql, clock, settle } = await makeServed();
    const seen = async () => sql.first("SELECT used_at, used_by FROM feeds");
    await ask({ "User-Agent": "Evolution/3.46.4" });
    await settle();
    expect(await seen()).toEqual({ used_at: startAt, used_by: "Evolution" });
    clock.ms += 3_599_000;
    await ask({ "User-Agent": "vdirsyncer/0.19.0" });
    await settle();
    expect(await seen()).toEqual({ used_at: startAt, used_by: "Evolution" });
    clock.ms += 2000;
    await ask({ "User-Agent": "vdirsyncer/0.19.0" });
    await settle();
    expect(await seen()).toEqual({ used_at: startAt + 3601, used_by: "vdirsyncer" });
  });
});

describe("size", () => {
  it("is warned about from the limits on", async () => {
    const { ask } = await makeServed({
      deps: (deps) => ({ ...deps, config: { ...deps.config, feedWarnEvents: 3, feedWarnBytes: 500 } }),
    });
    expect((await ask()).headers.get("X-Feed-Warning")).toMatch(/\d+ bytes, limit 500; 3 events, limit 3$/);
  });
});

import { describe, expect, it } from "vitest";
import { listDecisions } from "../../src/store/decisions.ts";
import { makeBrowser, makeCase, origin } from "./decided.ts";

/** User agents of mail scanners, link previews and prefetchers. */
const agents = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0) SafeLinks",
  "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "facebookexternalhit/1.1",
  "WhatsApp/2.24",
  "Barracuda Sentinel (EE)",
  "Microsoft Office/16.0 (Microsoft Outlook Mail)",
  "curl/8.5.0",
  "",
];
const headers: readonly Record<string, string>[] = [
  {},
  { "Sec-Purpose": "prefetch;prerender", Purpose: "prefetch" },
  { Origin: origin, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document" },
  { "X-HTTP-Method-Override": "POST", "X-Method-Override": "POST" },
  { "Content-Type": "application/x-www-form-urlencoded" },
];
const queries = ["", "?action=accept", "?action=reject&confirm=1", "?_method=POST&action=accept"];

describe.each(["sign-in", "signed"] as const)("a scanner on links of the kind %s", (mode) => {
  it("reads a thousand times, with and without a person's cookies, and nothing changes in Waldur", async () => {
    const one = await makeCase({ mode });
    const { world } = one;
    const { link, booking } = await one.request({ own: true });
    const { browser: person, page } = await one.signedIn("providerOwner", link);
    const nonce = /name="nonce" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const before = JSON.stringify(world.sample.bookings);
    const text = await world.calendar(one.address);
    world.requests();
    const { pathname } = new URL(link);
    const nobody = makeBrowser(world);
    const statuses = new Set<number>();
    for (let round = 0; round < 1000; round += 1) {
      const path = pathname + (["", "/accept", "/reject"][round % 3] ?? "");
      const query = queries[round % queries.length] ?? "";
      const sent = {
        ...headers[round % headers.length],
        "User-Agent": agents[round % agents.length] ?? "",
      };
      const method = ["GET", "HEAD", "GET", "OPTIONS"][round % 4] ?? "GET";
      const reader = round % 7 === 0 ? person : nobody;
      const url = `${path}${query}${query === "" ? "?" : "&"}nonce=${nonce}`;
      statuses.add((await reader.send(url, { method, headers: sent })).status);
    }
    expect(statuses).toEqual(new Set([200, 204]));
    expect(JSON.stringify(world.sample.bookings)).toBe(before);
    expect(world.requests().filter((request) => !request.startsWith("GET /api/users/me/"))).toEqual([]);
    expect(await world.calendar(one.address)).toBe(text);
    expect(await listDecisions(world.deps.sql, null, 10)).toEqual([]);
    // The person can still decide.
    const last = await person.open(link);
    expect((await person.decide(last, "accept")).status).toBe(200);
    expect(world.sample.find(booking.uuid)?.state).toBe("OK");
  });

  it("that sends forms decides nothing either: it lacks the cookie, the field or the origin", async () => {
    const one = await makeCase({ mode });
    const { world } = one;
    const { link } = await one.request({ own: true });
    const before = JSON.stringify(world.sample.bookings);
    const { pathname } = new URL(link);
    const body = "action=accept";
    for (const type of ["application/x-www-form-urlencoded", "application/json", "text/plain", "multipart/form-data"]) {
      for (const path of [
        pathname,
        `${pathname}/accept`,
        `${pathname}/reject`,
        `${pathname}/sign-in`,
        `${pathname}/forget`,
      ]) {
        const answered = await makeBrowser(world).send(path, {
          method: "POST",
          headers: { "Content-Type": type },
          body,
        });
        expect([403, 404]).toContain(answered.status);
      }
    }
    expect(JSON.stringify(world.sample.bookings)).toBe(before);
  });
});

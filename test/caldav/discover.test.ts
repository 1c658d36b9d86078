import { describe, expect, it } from "vitest";
import { findCalendars, makeCalendar } from "../../src/caldav/calendars.ts";
import { makeCalendarPort } from "../../src/caldav/client.ts";
import { discover } from "../../src/caldav/discover.ts";
import { makeSigner } from "../../src/caldav/auth/signer.ts";
import { makeGuardedFetch } from "../../src/security/guard.ts";
import { makeWire } from "../../src/caldav/wire.ts";
import { lostAnswer, status } from "../dav-server/faults.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { eventText, valueOf } from "../contract/caldav/suite.ts";

type Page = (request: Request) => Response | Promise<Response>;

/** A world with a server and other hosts beside; what each origin was shown is recorded. */
function open({
  quirks = {},
  beside = {},
  trusted,
  domain = null,
  origin = "https://dav.example.org",
}: {
  quirks?: Partial<Quirks>;
  beside?: Record<string, Page>;
  trusted?: string[];
  domain?: string | null;
  origin?: string;
} = {}) {
  const server = makeCaldav({ quirks, origin });
  const shown: { origin: string; path: string; authorization: string | null }[] = [];
  const guarded = makeGuardedFetch({
    outside: async (request) => {
      const url = new URL(request.url);
      shown.push({ origin: url.origin, path: url.pathname, authorization: request.headers.get("Authorization") });
      const page = beside[url.origin] ?? beside[url.href];
      return page === undefined ? server.fetch(request) : page(request);
    },
    deadline: () => new AbortController().signal,
    rules: { allowed: [], own: [] },
  });
  const credentials = { kind: "password", username: "alice", password: "s3cret" } as const;
  const signer = makeSigner(credentials, { origins: trusted ?? [origin], domain }, (bytes) => new Uint8Array(bytes));
  const line = { guarded, signer, now: () => 0 };
  /** Origins that have seen a password. */
  const leaks = (): string[] => [
    ...new Set(shown.filter(({ authorization }) => authorization !== null).map((one) => one.origin)),
  ];
  return { server, line, shown, leaks };
}

const answer =
  (href: string, props: string): Page =>
  () =>
    new Response(
      `<multistatus xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><response><href>${href}</href><propstat><prop>${props}</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`,
      { status: 207 },
    );

describe("what lies behind an address", () => {
  it.each([
    ["the root", "https://dav.example.org/"],
    ["the service", "https://dav.example.org/dav/"],
    ["the principal", "https://dav.example.org/dav/principals/alice/"],
    ["the home", "https://dav.example.org/dav/calendars/alice/"],
    ["a calendar", "https://dav.example.org/dav/calendars/alice/work/"],
    ["a wrong path", "https://dav.example.org/nothing/here"],
  ])("is found from %s", async (_, start) => {
    const { server, line } = open({ quirks: { maxBytes: 5000 } });
    server.addCalendar("tasks", ["VTODO"]);
    const discovery = await discover(start, line);
    expect(discovery).toMatchObject({ found: { homes: ["https://dav.example.org/dav/calendars/alice/"] } });
    const calendars = "found" in discovery ? discovery.found.calendars : [];
    expect(calendars.find(({ name }) => name === "Work")).toEqual({
      url: "https://dav.example.org/dav/calendars/alice/work/",
      name: "Work",
      colour: "#336699",
      components: ["VEVENT"],
      notWritable: null,
      maxBytes: 5000,
      minAt: null,
      maxAt: null,
      hasSync: true,
      hasCtag: true,
    });
    expect(calendars.find(({ name }) => name === "tasks")?.notWritable).toBe("this calendar takes no events");
  });

  it("says of a calendar that it may only be read", async () => {
    const { line } = open({ quirks: { readOnly: true } });
    const discovery = await discover("https://dav.example.org/", line);
    expect("found" in discovery ? discovery.found.calendars[0]?.notWritable : "").toBe(
      "this calendar may only be read with these credentials",
    );
  });

  it("reads limits of time and size as they are told", async () => {
    const props = `<resourcetype><collection/><c:calendar/></resourcetype><c:min-date-time>19011213T204552Z</c:min-date-time><c:max-date-time>20380119T031407Z</c:max-date-time><c:max-resource-size>2147483647</c:max-resource-size><displayname><![CDATA[2024]]></displayname>`;
    const { line } = open({ beside: { "https://dav.example.org/c/": answer("/c/", props) } });
    const discovery = await discover("https://dav.example.org/c/", line);
    expect("found" in discovery ? discovery.found.calendars[0] : null).toMatchObject({
      name: "2024",
      minAt: -(2 ** 31) + 0,
      maxAt: 2 ** 31 - 1,
      maxBytes: 2 ** 31 - 1,
      components: null,
    });
  });

  it("is refused with a wrong password at once", async () => {
    const { server, line } = open();
    server.script(status(401), () => true, 10);
    expect(await discover("https://dav.example.org/dav/", line)).toMatchObject({ failure: { kind: "unauthorized" } });
    expect(server.requests).toHaveLength(1);
  });

  it("is found at the root when the well-known address leads to http", async () => {
    const astray: Page = () =>
      new Response(null, { status: 301, headers: { Location: "http://dav.example.org/dav/" } });
    const { line, shown } = open({
      beside: {
        "https://dav.example.org/.well-known/caldav": astray,
        "https://dav.example.org/": answer(
          "/",
          "<current-user-principal><href>/dav/principals/alice/</href></current-user-principal>",
        ),
      },
    });
    expect(await discover("https://dav.example.org/old", line)).toMatchObject({
      found: { calendars: [{ name: "Work" }] },
    });
    expect(shown.map(({ origin }) => origin).filter((origin) => origin !== "https://dav.example.org")).toEqual([]);
  });

  it("is where a redirect of the home leads, so that changes need none", async () => {
    const host = "https://p42-caldav.icloud.com";
    const start = "https://caldav.icloud.com/";
    const home = "https://caldav.icloud.com/dav/calendars/alice/";
    const { line } = open({
      origin: host,
      domain: "icloud.com",
      trusted: [],
      beside: {
        [start]: answer("/", `<c:calendar-home-set><href>${home}</href></c:calendar-home-set>`),
        [home]: () => new Response(null, { status: 301, headers: { Location: `${host}/dav/calendars/alice/` } }),
      },
    });
    expect(await discover(start, line)).toMatchObject({
      found: { calendars: [{ url: `${host}/dav/calendars/alice/work/` }] },
    });
  });

  it("is nothing where there is no CalDAV", async () => {
    const { line } = open({ beside: { "https://dav.example.org": () => new Response("<html>hello</html>") } });
    expect(await discover("https://dav.example.org/", line)).toMatchObject({ failure: { kind: "missing" } });
  });

  it("is found at the root when a page is shown at the address", async () => {
    const page: Page = () => new Response("<html>hello</html>", { headers: { "Content-Type": "text/html" } });
    const start = "https://dav.example.org/SOGo/";
    const { line } = open({ beside: { [start]: page } });
    expect(await discover(start, line)).toMatchObject({ found: { calendars: [{ name: "Work" }] } });
  });

  it.each(["path", "absolute", "http", "inside", "doubled", "dotted", "escaped"] as const)(
    "is found and read where hrefs are spelled: %s",
    async (hrefs) => {
      for (const bareCollections of [false, true]) {
        const { server, line } = open({ quirks: { hrefs, bareCollections, sync: true } });
        server.put("a.ics", eventText("a"));
        const discovery = await discover("https://dav.example.org/dav", line);
        const [calendar] = "found" in discovery ? discovery.found.calendars : [];
        expect(calendar?.url).toMatch(/^https:\/\/dav\.example\.org\/dav\/.*\/$/);
        const port = makeCalendarPort(calendar?.url ?? "", line);
        expect(valueOf(await port.list()).map(({ href }) => href.slice(-5))).toEqual(["a.ics"]);
        const { syncToken } = valueOf(await port.state());
        server.put("b.ics", eventText("b"));
        const changes = valueOf(await port.changes(syncToken ?? ""));
        const changed = changes === "token-lost" ? [] : changes.changed;
        expect(changed.map(({ href }) => href.slice(-5))).toEqual(["b.ics"]);
        const [href = ""] = changed.map((one) => one.href);
        expect(valueOf(await port.read([href])).get(href)?.body).toContain("UID:b");
        expect(valueOf(await port.findUid("b"))?.slice(-5)).toBe("b.ics");
      }
    },
  );

  it("is found where the address lacks the slash that the server needs", async () => {
    const { line } = open({
      quirks: {},
      beside: { "https://dav.example.org/": () => new Response("", { status: 404 }) },
    });
    expect(await discover("https://dav.example.org/dav/calendars/alice/work", line)).toMatchObject({
      found: { itself: "https://dav.example.org/dav/calendars/alice/work/" },
    });
  });

  it("is found in the other homes when one of them is forbidden", async () => {
    const { line } = open({ quirks: { forbiddenHome: true } });
    expect(await discover("https://dav.example.org/", line)).toMatchObject({
      found: { homes: ["https://dav.example.org/dav/calendars/alice/"], calendars: [{ name: "Work" }] },
    });
  });

  it("is read in the Latin-1 that a server declares", async () => {
    const { server, line } = open({ quirks: { latin: true } });
    server.calendar().name = "Köögi õhtu".replace("õ", "ö");
    const discovery = await discover("https://dav.example.org/", line);
    expect("found" in discovery ? discovery.found.calendars[0]?.name : "").toBe("Köögi öhtu");
  });

  it.each([
    ["may only be changed", ["read", "write-content"], null],
    ["may only be added to", ["read", "bind"], null],
    ["is all ours", ["all"], null],
    ["names no rights", null, null],
    ["has no rights", [], null],
    ["may be read", ["read", "read-acl"], "this calendar may only be read with these credentials"],
  ] as const)("%s: the probe decides unless no right to write is named", async (_, privileges, notWritable) => {
    const { line } = open({ quirks: { privileges } });
    const discovery = await discover("https://dav.example.org/", line);
    expect("found" in discovery ? discovery.found.calendars[0]?.notWritable : "").toBe(notWritable);
  });
});

describe("credentials while discovering", () => {
  const evil = "https://evil.example.net";
  const asks: Page = () => new Response("", { status: 401, headers: { "WWW-Authenticate": "Basic" } });

  it("stay when .well-known leads to another origin, which is to be confirmed", async () => {
    const to: Page = () => new Response(null, { status: 301, headers: { Location: `${evil}/dav/` } });
    const { line, leaks, shown } = open({
      beside: {
        "https://dav.example.org/": () => new Response("", { status: 404 }),
        "https://dav.example.org/.well-known/caldav": to,
        [evil]: asks,
      },
    });
    expect(await discover("https://dav.example.org/", line)).toEqual({ confirm: evil });
    expect(leaks()).toEqual(["https://dav.example.org"]);
    expect(shown.some(({ origin }) => origin === evil)).toBe(true);
  });

  it.each([
    ["a principal", `<current-user-principal><href>${evil}/p/</href></current-user-principal>`],
    ["a home", `<c:calendar-home-set><href>${evil}/h/</href></c:calendar-home-set>`],
    [
      "one of two homes",
      `<c:calendar-home-set><href>/dav/calendars/alice/</href><href>${evil}/h/</href></c:calendar-home-set>`,
    ],
  ])("stay when %s is elsewhere, and nothing is sent there", async (_, props) => {
    const { line, leaks, shown } = open({
      beside: { "https://dav.example.org/start": answer("/start", props), [evil]: asks },
    });
    expect(await discover("https://dav.example.org/start", line)).toEqual({ confirm: evil });
    expect(leaks()).toEqual(["https://dav.example.org"]);
    expect(shown.filter(({ origin }) => origin === evil)).toEqual([]);
  });

  it("go along once the person has confirmed the origin", async () => {
    const target = "https://cloud.example.com";
    const { line, leaks } = open({
      origin: target,
      trusted: ["https://example.org", target],
      beside: {
        "https://example.org": () => new Response(null, { status: 301, headers: { Location: `${target}/dav/` } }),
      },
    });
    expect(await discover("https://example.org/", line)).toMatchObject({
      found: { homes: [`${target}/dav/calendars/alice/`] },
    });
    expect(leaks().toSorted()).toEqual([target, "https://example.org"]);
  });

  it("go to other hosts of a preset's domain, and no further", async () => {
    const host = "https://p42-caldav.icloud.com";
    const props = `<c:calendar-home-set><href>${host}:443/dav/calendars/alice/</href></c:calendar-home-set>`;
    const start = "https://caldav.icloud.com/";
    const { line, leaks } = open({
      origin: host,
      domain: "icloud.com",
      trusted: [],
      beside: { [start]: answer("/", props) },
    });
    expect(await discover(start, line)).toMatchObject({ found: { calendars: [{ name: "Work" }] } });
    expect(leaks().toSorted()).toEqual(["https://caldav.icloud.com", host]);
  });

  it.each(["https://169.254.169.254/", "https://[::1]/", "http://dav2.example.org/p/"])(
    "and requests stay away from %s in XML, trusted or not",
    async (href) => {
      const props = `<current-user-principal><href>${href}</href></current-user-principal>`;
      const { line, shown } = open({
        trusted: ["https://dav.example.org", new URL(href).origin],
        beside: { "https://dav.example.org/start": answer("/start", props) },
      });
      expect(await discover("https://dav.example.org/start", line)).toMatchObject({ failure: { kind: "blocked" } });
      expect(shown.map(({ origin }) => origin)).toEqual(["https://dav.example.org"]);
    },
  );

  it.each(["http://127.0.0.1", "http://caldav:5232", "http://10.1.2.3:8080"])(
    "and requests go to the origin that was asked where a proxy lets %s through in XML",
    async (inside) => {
      const props = `<current-user-principal><href>${inside}/dav/principals/alice/</href></current-user-principal>`;
      const { line, shown } = open({ beside: { "https://dav.example.org/start": answer("/start", props) } });
      expect(await discover("https://dav.example.org/start", line)).toMatchObject({
        found: { homes: ["https://dav.example.org/dav/calendars/alice/"] },
      });
      expect(new Set(shown.map(({ origin }) => origin))).toEqual(new Set(["https://dav.example.org"]));
    },
  );
});

describe("making a calendar", () => {
  const random = (bytes: number) => new Uint8Array(bytes).fill(7);
  const about = { name: "Bookings <1>", colour: "#112233" };
  const home = "https://dav.example.org/dav/calendars/alice/";

  it("gives the calendar as the server shows it, and never sends MKCALENDAR", async () => {
    const { server, line } = open();
    const made = valueOf(await makeCalendar(home.slice(0, -1), about, line, random));
    expect(made).toMatchObject({ url: `${home}waldur-0707070707070707/`, name: "Bookings <1>", notWritable: null });
    expect(server.requests.map(({ method }) => method)).toEqual(["MKCOL", "PROPFIND"]);
    expect(server.requests[0]?.body).toContain('name="VEVENT"');
  });

  it("tries once more with less where a property is refused", async () => {
    const { server, line } = open();
    server.script(status(403, {}, "no colours here"), "MKCOL");
    expect(valueOf(await makeCalendar(home, about, line, random)).name).toBe("Bookings <1>");
    expect(server.requests.filter(({ method }) => method === "MKCOL").at(-1)?.body).not.toContain("calendar-color");
  });

  it.each([
    ["ignores the name", { namesMade: false }],
    ["makes it elsewhere, and names that", { makesElsewhere: true }],
    ["does both", { namesMade: false, makesElsewhere: true }],
  ])("gives the calendar with its name where the server %s", async (_, quirks) => {
    const { server, line } = open({ quirks });
    const made = valueOf(await makeCalendar(home, about, line, random));
    expect(made.name).toBe("Bookings <1>");
    const listed = valueOf(await findCalendars(home, "1", makeWire(line)));
    expect(listed.map(({ url, name }) => [url, name])).toContainEqual([made.url, "Bookings <1>"]);
    expect(server.unconditional).toEqual([]);
  });

  it("takes the calendar whose answer was lost", async () => {
    const { server, line } = open();
    server.script(lostAnswer, "MKCOL");
    expect(valueOf(await makeCalendar(home, about, line, random)).name).toBe("Bookings <1>");
  });

  it.each([
    ["a plain collection was made", { makesPlain: true }, null, "refused"],
    ["it cannot be read", {}, status(500), "unknown"],
  ] as const)("leaves nothing behind when %s", async (_, quirks, fault, kind) => {
    const { server, line } = open({ quirks });
    if (fault !== null) server.script(fault, "PROPFIND");
    expect(await makeCalendar(home, about, line, random)).toMatchObject({ failure: { kind } });
    expect(valueOf(await findCalendars(home, "1", makeWire(line)))).toHaveLength(1);
    expect(() => server.calendar("waldur-0707070707070707")).toThrow("no calendar");
  });

  it.each([
    ["none can be made", { canMake: false }, null, "missing"],
    ["the quota is used up", {}, status(507), "full"],
    ["there were too many", {}, status(429, {}, "Too many calendars created"), "throttled"],
    ["something is there", {}, status(405), "exists"],
    ["the server fails", {}, status(500), "unknown"],
  ] as const)("says that %s", async (_, quirks, fault, kind) => {
    const { server, line } = open({ quirks });
    if (fault !== null) server.script(fault, "MKCOL", 2);
    expect(await makeCalendar(home, about, line, random)).toMatchObject({ failure: { kind } });
  });
});

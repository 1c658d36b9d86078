import { describe, expect, it } from "vitest";
import { makeCalendarPort } from "../../src/caldav/client.ts";
import type { FailureKind } from "../../src/caldav/port.ts";
import { makeSigner } from "../../src/caldav/auth/signer.ts";
import { makeGuardedFetch } from "../../src/security/guard.ts";
import {
  doneBut,
  endless,
  type Fault,
  loginPage,
  lostAnswer,
  quota,
  redirect,
  refusedEarly,
  resetBefore,
  slowDrip,
  status,
  throttled,
  truncated,
  usageLimits,
} from "../dav-server/faults.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { doneOf, eventText, kindOf, valueOf } from "../contract/caldav/suite.ts";

const now = Date.UTC(2027, 0, 4);

function open(quirks: Partial<Quirks> = {}, password = "s3cret") {
  const server = makeCaldav({ quirks, now: () => now });
  const guarded = makeGuardedFetch({
    outside: server.fetch,
    deadline: () => AbortSignal.timeout(200),
    rules: { allowed: [], own: [] },
  });
  const credentials = { kind: "password", username: "alice", password } as const;
  const signer = makeSigner(credentials, { origins: [server.origin], domain: null }, (bytes) => new Uint8Array(bytes));
  const port = makeCalendarPort(server.calendarUrl(), { guarded, signer, now: () => now });
  return { server, port };
}

const xmlError = (condition: string, space = "urn:ietf:params:xml:ns:caldav"): string =>
  `<?xml version="1.0"?><d:error xmlns:d="DAV:"><c:${condition} xmlns:c="${space}"/></d:error>`;

/** Faults of a create, an update and a removal, and the failure that each is reported as; "done" for a success. */
const table: readonly (readonly [string, Fault, string, string, string])[] = [
  ["the answer is lost", lostAnswer, "unknown", "unknown", "unknown"],
  ["the connection breaks before", resetBefore, "unknown", "unknown", "unknown"],
  ["412 and the connection is closed", refusedEarly, "exists", "changed", "changed"],
  ["400", status(400), "refused", "refused", "refused"],
  [
    "400 about the UID",
    status(400, {}, "Calendar object with uid already exists"),
    "uid-taken",
    "uid-taken",
    "uid-taken",
  ],
  ["401", status(401), "unauthorized", "unauthorized", "unauthorized"],
  ["402", status(402), "refused", "refused", "refused"],
  ["403", status(403), "missing", "missing", "missing"],
  ["403 for usage limits", usageLimits, "throttled", "throttled", "throttled"],
  ["403 need-privileges", status(403, {}, xmlError("need-privileges", "DAV:")), "missing", "missing", "missing"],
  ["403 for the size", status(403, {}, xmlError("max-resource-size")), "refused", "refused", "refused"],
  ["403 for the component", status(403, {}, xmlError("supported-calendar-component")), "refused", "refused", "refused"],
  ["403 for the data", status(403, {}, xmlError("valid-calendar-data")), "refused", "refused", "refused"],
  ["403 for the date", status(403, {}, xmlError("max-date-time")), "refused", "refused", "refused"],
  ["403 for the quota", status(403, {}, xmlError("quota-not-exceeded", "DAV:")), "full", "full", "full"],
  ["403 for the UID", status(403, {}, xmlError("no-uid-conflict")), "uid-taken", "uid-taken", "uid-taken"],
  ["404", status(404), "missing", "changed", "done"],
  ["405", status(405), "missing", "missing", "missing"],
  ["408", status(408), "unknown", "unknown", "unknown"],
  ["409", status(409), "missing", "missing", "missing"],
  ["409 about the UID", status(409, {}, "Event UID already in use. (x)"), "uid-taken", "uid-taken", "uid-taken"],
  ["410", status(410), "missing", "changed", "done"],
  ["412 for the UID", status(412, {}, xmlError("no-uid-conflict")), "uid-taken", "uid-taken", "uid-taken"],
  ["412 for the data", status(412, {}, xmlError("valid-calendar-data")), "refused", "refused", "refused"],
  ["413", status(413), "refused", "refused", "refused"],
  ["415", status(415), "refused", "refused", "refused"],
  ["423", status(423), "locked", "locked", "locked"],
  ["429", throttled(429, "7"), "throttled", "throttled", "throttled"],
  ["500", status(500), "unknown", "unknown", "unknown"],
  ["502", status(502), "unknown", "unknown", "unknown"],
  ["503", throttled(503, "7"), "throttled", "throttled", "throttled"],
  ["504", status(504), "unknown", "unknown", "unknown"],
  ["507", quota, "full", "full", "full"],
  ["it is done and told as 500", doneBut(500), "unknown", "unknown", "unknown"],
  ["a login page with 200", loginPage, "unknown", "unknown", "unknown"],
  ["202", status(202), "unknown", "unknown", "unknown"],
  ["a 207 that is none", status(207), "unknown", "unknown", "unknown"],
  [
    "a redirect to another origin",
    redirect("https://elsewhere.example.org/x.ics", 307),
    "blocked",
    "blocked",
    "blocked",
  ],
  ["a redirect to loopback", redirect("https://127.0.0.1/x.ics"), "blocked", "blocked", "blocked"],
  ["a redirect to the collection", redirect("/dav/calendars/alice/work/", 308), "blocked", "blocked", "blocked"],
  [
    "a redirect to another object",
    redirect("/dav/calendars/alice/work/other.ics", 308),
    "blocked",
    "blocked",
    "blocked",
  ],
  ["a 303", redirect("/", 303), "blocked", "blocked", "blocked"],
  ["a body without end", endless, "unknown", "unknown", "unknown"],
];

describe("a change", () => {
  it.each(table)("met with: %s", async (_, fault, created, updated, removed) => {
    const { server, port } = open();
    const { etag } = server.put("old.ics", eventText("old"));
    const href = "/dav/calendars/alice/work/old.ics";
    server.script(fault, "PUT", 2);
    server.script(fault, "DELETE");
    expect(kindOf(await port.create("new.ics", eventText("new")))).toBe(created);
    expect(kindOf(await port.update(href, `"${etag}"`, eventText("old", "Changed")))).toBe(updated);
    const current = server.calendar().objects.get("old.ics")?.etag ?? "";
    expect(kindOf(await port.remove(href, `"${current}"`))).toBe(removed);
    expect(server.unconditional).toEqual([]);
  });

  it("whose answer drips without end is given up, and not known", async () => {
    const { server, port } = open();
    server.script(slowDrip, "PUT");
    expect(kindOf(await port.create("new.ics", eventText("new")))).toBe("unknown");
    expect([...server.bodies().keys()]).toEqual(["new.ics"]);
  });

  it.each([
    ["seconds", "120", 120],
    ["a date", new Date(now + 90_000).toUTCString(), 90],
    ["a date in the past", new Date(now - 90_000).toUTCString(), 0],
    ["a year", "31536000", 86_400],
    ["nonsense", "soon", null],
  ])("that is throttled tells for how long: %s", async (_, value, seconds) => {
    const { server, port } = open();
    server.script(throttled(429, value));
    const outcome = await port.create("new.ics", eventText("new"));
    expect("failure" in outcome ? outcome.failure.retryAfter : null).toBe(seconds);
  });

  it("that is refused tells what the server said: cleaned, short, with the precondition and its href", async () => {
    const { server, port } = open({ uidConflict: "cyrus", uidScope: "user" });
    server.addCalendar("other");
    server.put("x.ics", eventText("taken"), "other");
    const outcome = await port.create("new.ics", eventText("taken"));
    expect(outcome).toMatchObject({
      failure: {
        kind: "uid-taken",
        status: 403,
        precondition: "unique-scheduling-object-resource",
        href: "/dav/calendars/alice/other/x.ics",
      },
    });
    server.script(
      status(400, {}, `<html><title>Oops</title><script>x()</script><b>bad\u0007 \n thing</b>${"!".repeat(500)}`),
    );
    const told = await port.create("new.ics", eventText("new"));
    const text = "failure" in told ? told.failure.text : "";
    expect(text.startsWith("bad thing !!!")).toBe(true);
    expect(text.length).toBe(200);
  });

  it("in a calendar that may only be read is told as that, though the server says only 403", async () => {
    const { server, port } = open({ readOnly: true });
    server.script(status(403), "PUT", 2);
    expect(kindOf(await port.create("a.ics", eventText("a")))).toBe("read-only");
    expect(kindOf(await port.create("b.ics", eventText("b")))).toBe("read-only");
    expect(server.taken().filter((one) => one.startsWith("PROPFIND"))).toHaveLength(1);
  });

  it("with a wrong password is unauthorized, without a challenge too", async () => {
    for (const challenges of [true, false]) {
      const { port } = open({ challenges }, "wrong");
      expect(kindOf(await port.create("a.ics", eventText("a")))).toBe("unauthorized");
    }
  });

  it("is never sent without an ETag", async () => {
    const { server, port } = open();
    server.put("a.ics", eventText("a"));
    for (const etag of ["", "  "]) {
      expect(kindOf(await port.update("/dav/calendars/alice/work/a.ics", etag, ""))).toBe("changed");
      expect(kindOf(await port.remove("/dav/calendars/alice/work/a.ics", etag))).toBe("changed");
    }
    expect(server.taken()).toEqual([]);
  });
});

describe("the ETag after a PUT", () => {
  it.each([
    ["is told", {}, '"1-1"'],
    ["is not told when the server keeps it", { putEtag: "absent" }, null],
    ["is not told when a proxy marked it", { putEtag: "gzip" }, null],
    ["is not told when a proxy made it weak", { etagForm: "weak" }, null],
  ] as const)("%s", async (_, quirks, etag) => {
    const { port } = open(quirks);
    expect(doneOf(await port.create("a.ics", eventText("a"))).etag).toBe(etag);
  });

  it.each(["weak", "unquoted"] as const)("is used as it was read when it is %s", async (etagForm) => {
    const { server, port } = open({ etagForm });
    const { href } = doneOf(await port.create("a.ics", eventText("a")));
    const read = valueOf(await port.look(href))?.etag ?? "";
    expect(read).toBe(etagForm === "weak" ? 'W/"1-1"' : "1-1");
    doneOf(await port.update(href, read, eventText("a", "Changed")));
    expect(server.requests.at(-1)?.headers.get("If-Match")).toBe(etagForm === "weak" ? 'W/"1-1"' : '"1-1"');
  });
});

/** Faults of a reading, and the failure that each is reported as. */
const readings: readonly (readonly [string, Fault, FailureKind])[] = [
  ["the answer is lost", lostAnswer, "unknown"],
  ["401", status(401), "unauthorized"],
  ["403", status(403), "missing"],
  ["404", status(404), "missing"],
  ["429", throttled(429, "1"), "throttled"],
  ["500", status(500), "unknown"],
  ["503", throttled(503, "1"), "throttled"],
  ["a cut answer", truncated, "unknown"],
  ["a login page", loginPage, "unknown"],
  ["200 with nothing", status(200, {}, ""), "unknown"],
  ["a 207 with nothing", status(207, {}, ""), "unknown"],
  ["a 207 about nothing", status(207, {}, '<multistatus xmlns="DAV:"/>'), "unknown"],
  ["a redirect to another origin, which wants credentials", redirect("https://elsewhere.example.org/"), "blocked"],
  ["an answer without end", endless, "unknown"],
  ["an answer drop by drop", slowDrip, "unknown"],
];

describe("the words of a failure", () => {
  it.each([
    [423, "", "Locked"],
    [
      403,
      "<html><title>403</title><h1>403 Forbidden</h1><p>Forbidden</p>Mailbox does not exist Cyrus-HTTP/3.6.1-4+deb12u5</html>",
      "Forbidden Mailbox does not exist",
    ],
    [404, "object not found: alice =&gt; Calendar =&gt; x&#46;ics", "object not found: alice => Calendar => x.ics"],
    [
      415,
      "4.7.1 Sabre\\DAV\\Exception\\UnsupportedMediaType Validation error in iCalendar",
      "Validation error in iCalendar",
    ],
    [404, "Not Found Not Found The requested URL was not found", "Not Found The requested URL was not found"],
    [502, "<h1>502 Bad Gateway</h1><hr>nginx/1.22.1", "Bad Gateway"],
    [
      400,
      "Your browser sent a bad request. Apache/2.4.62 (Debian) Server at dav.example.org Port 443",
      "Your browser sent a bad request.",
    ],
    [400, "DTEND 2026-11-28 is before 10.0.0.1:5232", "DTEND 2026-11-28 is before 10.0.0.1:5232"],
  ])("%i %j are %j", async (code, said, words) => {
    const { port, server } = open();
    server.script(status(code, {}, said), "PUT");
    const outcome = await port.create("a.ics", eventText("a"));
    expect("failure" in outcome ? outcome.failure.text : "").toBe(words);
  });

  it("of TLS are without OpenSSL's", async () => {
    const { port, server } = open();
    const noise =
      "write EPROTO 4077E8C5B77F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/openssl/ssl/record/ssl3_record.c:354:";
    server.script(async () => {
      throw new TypeError("fetch failed", { cause: new Error(noise) });
    });
    const told = await port.state();
    expect("failure" in told ? told.failure.text : "").toBe("TLS: wrong version number");
  });
});

describe("a listing is whole or a failure", () => {
  it.each([
    ["elements", "<a/>".repeat(2000)],
    ["elements inside one another", `${"<a>".repeat(100)}${"</a>".repeat(100)}`],
    ["responses", "<response><href/></response>".repeat(2000)],
  ])("that says so when it was refused for its many %s", async (_, inside) => {
    const { server, port } = open();
    server.script(status(207, {}, `<multistatus xmlns="DAV:">${inside}</multistatus>`), "PROPFIND");
    expect(await port.list()).toMatchObject({
      failure: { kind: "unknown", text: expect.stringContaining("its XML has too many elements") },
    });
  });

  it.each(readings)("met with: %s", async (_, fault, kind) => {
    const { server, port } = open();
    for (const n of [1, 2, 3]) server.put(`${n}.ics`, eventText(String(n)));
    const elsewhere = new URL("https://elsewhere.example.org/");
    server.script(status(401), ({ url }) => new URL(url).origin === elsewhere.origin);
    server.script(fault, "PROPFIND");
    expect(kindOf(await port.list())).toBe(kind);
    for (const { url, headers } of server.requests) {
      if (new URL(url).origin === elsewhere.origin) expect(headers.get("Authorization")).toBe(null);
    }
    expect(valueOf(await port.list())).toHaveLength(3);
  });

  it("names an object twice listed once, and none of another collection", async () => {
    const { server, port } = open();
    const member = (href: string, type = ""): string =>
      `<response><href>${href}</href><propstat><prop><getetag>1e5</getetag><resourcetype>${type}</resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response>`;
    const base = "/dav/calendars/alice/work/";
    const members = [
      member(base, "<collection/>"),
      member(`${base}a%40b.ics`),
      member(`${base}a@b.ics`),
      member(`${base}sub/`, "<collection/>"),
      member(`${base}unslashed`, "<collection/>"),
      member(`${base}sub/x.ics`),
      member("/dav/calendars/alice/other/x.ics"),
      member(`https://elsewhere.example.org/dav/calendars/alice/other/x.ics`),
      member(`${base}../x.ics`),
    ];
    server.script(status(207, {}, `<multistatus xmlns="DAV:">${members.join("")}</multistatus>`));
    expect(valueOf(await port.list())).toEqual([{ href: `${base}a%40b.ics`, etag: "1e5" }]);
  });

  it("with the objects of another place alone, or without the calendar, is a failure", async () => {
    const { server, port } = open({ hrefs: "elsewhere" });
    server.put("1.ics", eventText("1"));
    expect(kindOf(await port.list())).toBe("unknown");
    const own = `<response><href>/dav/calendars/alice/work/</href><propstat><prop><resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response>`;
    const other = own.replace("work/", "work/a/1.ics").replace("<collection/>", "");
    const answers: readonly [string, string][] = [
      [own, "0"],
      [own + other, "unknown"],
      [other, "unknown"],
      [own.replace("work/", "work/2.ics").replace("<collection/>", ""), "unknown"],
    ];
    for (const [members, kind] of answers) {
      server.script(status(207, {}, `<multistatus xmlns="DAV:">${members}</multistatus>`));
      const listed = await port.list();
      expect("value" in listed ? String(listed.value.length) : listed.failure.kind).toBe(kind);
    }
  });

  it("cut by the server with 507 is a failure", async () => {
    const { server, port } = open();
    const body = `<multistatus xmlns="DAV:"><response><href>/dav/calendars/alice/work/</href><status>HTTP/1.1 507 x</status></response></multistatus>`;
    server.script(status(207, {}, body));
    expect(kindOf(await port.list())).toBe("unknown");
  });
});

describe("changes since a token", () => {
  it("of another place alone are none: the calendar is listed", async () => {
    const { server, port } = open({ hrefs: "elsewhere" });
    const { syncToken } = valueOf(await port.state());
    server.put("1.ics", eventText("1"));
    expect(valueOf(await port.changes(syncToken ?? ""))).toBe("token-lost");
  });

  it("come in pages as the server likes, without the collection itself", async () => {
    const { server, port } = open({ page: 2, listsItself: true });
    const { syncToken } = valueOf(await port.state());
    for (const n of [1, 2, 3, 4, 5]) server.put(`${n}.ics`, eventText(String(n)));
    server.drop("2.ics");
    const changes = valueOf(await port.changes(syncToken ?? ""));
    if (changes === "token-lost") throw new Error("lost");
    expect(changes.changed.map(({ href }) => href.slice(-5)).toSorted()).toEqual(["1.ics", "3.ics", "4.ics", "5.ics"]);
    expect(changes.removed).toEqual(["/dav/calendars/alice/work/2.ics"]);
    expect(changes.token).toBe(valueOf(await port.state()).syncToken);
    expect(server.requests.some(({ body }) => body.includes("limit"))).toBe(false);
  });

  it.each(["403", "412", "500", "507", "410"] as const)("with a token that is lost (%s) say so", async (lostToken) => {
    const { server, port } = open({ lostToken });
    const { syncToken } = valueOf(await port.state());
    server.loseTokens();
    expect(valueOf(await port.changes(syncToken ?? ""))).toBe("token-lost");
  });

  it("are a failure where the answer says nothing of the token", async () => {
    for (const [fault, kind] of [
      [lostAnswer, "unknown"],
      [status(401), "unauthorized"],
      [throttled(503, "1"), "throttled"],
      [status(502), "unknown"],
      [truncated, "unknown"],
      [loginPage, "unknown"],
    ] as const) {
      const { server, port } = open();
      server.script(fault, "REPORT");
      expect(kindOf(await port.changes("data:,1-0"))).toBe(kind);
    }
  });

  it("that come without a new token are no changes", async () => {
    const { server, port } = open();
    server.script(status(207, {}, '<multistatus xmlns="DAV:"/>'), "REPORT");
    expect(valueOf(await port.changes("data:,1-0"))).toBe("token-lost");
  });

  it("name an object that cannot be read as changed, not as gone", async () => {
    const { server, port } = open();
    const body = `<multistatus xmlns="DAV:"><response><href>/dav/calendars/alice/work/a.ics</href><status>HTTP/1.1 403 x</status></response><sync-token>t</sync-token></multistatus>`;
    server.script(status(207, {}, body), "REPORT");
    const href = "/dav/calendars/alice/work/a.ics";
    expect(valueOf(await port.changes("data:,1-0"))).toEqual({
      changed: [{ href, etag: null }],
      removed: [],
      token: "t",
    });
  });
});

describe("reading objects", () => {
  it("asks for fifty at once, and singly for what a report left out", async () => {
    const { server, port } = open({ multigetMissing: "omitted" });
    const hrefs = Array.from({ length: 120 }, (_, n) => `/dav/calendars/alice/work/${n}.ics`);
    for (const n of hrefs.keys()) server.put(`${n}.ics`, eventText(`u${n}`));
    server.drop("7.ics");
    const read = valueOf(await port.read(hrefs));
    expect([...read.values()].filter((one) => one !== null)).toHaveLength(119);
    expect(read.get("/dav/calendars/alice/work/7.ics")).toBe(null);
    const taken = server.taken();
    expect(taken.filter((one) => one.startsWith("REPORT"))).toHaveLength(3);
    expect(taken.filter((one) => one.startsWith("PROPFIND"))).toEqual(["PROPFIND /dav/calendars/alice/work/7.ics"]);
  });

  it("finds by itself what a report does not show yet", async () => {
    const { server, port } = open();
    const { etag, body } = server.put("a.ics", eventText("a"));
    const absent = `<multistatus xmlns="DAV:"><response><href>/dav/calendars/alice/work/a.ics</href><status>HTTP/1.1 404 x</status></response></multistatus>`;
    server.script(status(207, {}, absent), "REPORT");
    const href = "/dav/calendars/alice/work/a.ics";
    expect(valueOf(await port.read([href])).get(href)).toEqual({ href, etag: `"${etag}"`, body });
  });

  it("takes no body with an older ETag than the object has by now", async () => {
    const { server, port } = open({ staleReports: true });
    server.put("a.ics", eventText("a"));
    const { etag, body } = server.put("a.ics", eventText("a", "Second"));
    const href = "/dav/calendars/alice/work/a.ics";
    expect(valueOf(await port.read([href])).get(href)?.body).not.toBe(body);
    expect(valueOf(await port.read([href], new Map([[href, `"${etag}"`]]))).get(href)).toMatchObject({ body });
  });

  it.each([403, 404, 405, 410])(
    "goes on one by one where a report is refused with %i and a listing is not",
    async (code) => {
      const { server, port } = open();
      const { body } = server.put("a.ics", eventText("a"));
      server.script(status(code), "REPORT", 10);
      const hrefs = ["a", "b"].map((name) => `/dav/calendars/alice/work/${name}.ics`);
      const read = valueOf(await port.read(hrefs));
      expect(hrefs.map((href) => read.get(href)?.body ?? null)).toEqual([body, null]);
    },
  );

  it("fails as a whole when the calendar is gone", async () => {
    const { server, port } = open({ multigetMissing: "whole" });
    server.dropCalendar();
    expect(kindOf(await port.read(["/dav/calendars/alice/work/a.ics"]))).toBe("missing");
  });

  it("by UID takes only the object that has it, whatever the report holds", async () => {
    const { server, port } = open();
    server.put("a.ics", eventText("uid-10"));
    server.put("b.ics", eventText("uid-1").replace("UID:uid-1", "UID:ui\r\n d-1"));
    const ics = [...server.bodies()].map(
      ([name, body]) =>
        `<response><href>/dav/calendars/alice/work/${name}</href><propstat><prop><c:calendar-data xmlns:c="urn:ietf:params:xml:ns:caldav"><![CDATA[${body}]]></c:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response>`,
    );
    server.script(status(207, {}, `<multistatus xmlns="DAV:">${ics.join("")}</multistatus>`), "REPORT", 2);
    expect(valueOf(await port.findUid("uid-1"))).toBe("/dav/calendars/alice/work/b.ics");
    expect(valueOf(await port.findUid("uid-2"))).toBe(null);
  });
});

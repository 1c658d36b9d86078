import { describe, expect, it } from "vitest";
import { propertyText } from "../../../src/caldav/multistatus.ts";
import { fold } from "../../../src/calendar/ical/content-line.ts";
import { listDecisions } from "../../../src/store/decisions.ts";
import { listAppPasswords } from "../../../src/store/accounts/app-passwords.ts";
import type { Program } from "./program.ts";
import { pendingScene, read, toldIn } from "./scene.ts";

// Recorded of KDE's DAV resource 24.12 (KDAV 6.13), with KOrganizer.
const worker = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) KIO/6.13 kioworker/6.13.0" };
const xml = { ...worker, "Content-Type": "text/xml; charset=utf-8" };
/** The name under which it reads single objects, and KDAV 6.29 sends everything. */
const reader = { "User-Agent": "KDE DAV groupware client" };
const head = '<?xml version="1.0" encoding="utf-8"?>\n';
const inDav = 'xmlns="DAV:"';
const inCaldav = 'xmlns="urn:ietf:params:xml:ns:caldav"';

const findHome = `${head}<propfind ${inDav}>
 <prop ${inDav}>
  <calendar-home-set ${inCaldav}/>
  <current-user-principal ${inDav}/>
  <principal-URL ${inDav}/>
 </prop>
</propfind>
`;
const listCalendars = `${head}<propfind ${inDav}>
 <prop ${inDav}>
  <displayname ${inDav}/>
  <resourcetype ${inDav}/>
  <calendar-color xmlns="http://apple.com/ns/ical/"/>
  <supported-calendar-component-set ${inCaldav}/>
  <current-user-privilege-set ${inDav}/>
  <getctag xmlns="http://calendarserver.org/ns/"/>
 </prop>
</propfind>
`;
const listEvents = `${head}<calendar-query ${inCaldav}>
 <prop ${inDav}>
  <getetag ${inDav}/>
  <resourcetype ${inDav}/>
 </prop>
 <filter ${inCaldav}>
  <comp-filter ${inCaldav} name="VCALENDAR">
   <comp-filter ${inCaldav} name="VEVENT">
    <time-range ${inCaldav} start="20261001T000800Z"/>
   </comp-filter>
  </comp-filter>
 </filter>
</calendar-query>
`;
const readEvents = (hrefs: readonly string[]): string => `${head}<calendar-multiget ${inCaldav}>
 <prop ${inDav}>
  <getetag ${inDav}/>
  <calendar-data ${inCaldav}/>
 </prop>
${hrefs.map((href) => ` <href ${inDav}>${href}</href>\n`).join("")}</calendar-multiget>
`;

/** The events as it has read them: it reads again only those whose ETag is another. */
function kde(program: Program, path: string) {
  const kept = new Map<string, string>();
  const home = path.replace(/[^/]+\/$/, "");
  return {
    kept,
    home,
    /** Lists the calendar and reads what has changed; returns the names of that, and what is told of the calendar. */
    async sync() {
      expect((await program.send("PROPFIND", "/dav/", findHome, { ...xml, Depth: "0" })).text).toContain(home);
      const calendars = await program.send("PROPFIND", home, listCalendars, { ...xml, Depth: "1" });
      const listed = await program.send("REPORT", path, listEvents, { ...xml, Depth: "1" });
      const changed = listed.members.filter((one) => kept.get(one.href) !== propertyText(one, "getetag"));
      const got = await program.send("REPORT", path, readEvents(changed.map(({ href }) => href)), {
        ...xml,
        Depth: "0",
      });
      for (const one of got.members) kept.set(one.href, propertyText(one, "getetag") ?? "");
      return { names: toldIn({ members: got.members }).changed, text: got.text, calendars };
    },
    /** Sends an answer, and then reads the object for its ETag alone. */
    async answer(address: string, partstat: string) {
      const { text } = await read(program, address);
      const answered = await program.send("PUT", address, rewrite(text, partstat), {
        ...worker,
        "Content-Type": "text/calendar",
        "If-Match": kept.get(address) ?? "",
      });
      if (answered.status !== 403) {
        const { headers } = await program.send("GET", address, null, reader);
        kept.set(address, headers.get("ETag") ?? "");
      }
      return answered;
    },
  };
}

/** An event as KOrganizer sends it, with a SEQUENCE of its own. */
function rewrite(text: string, partstat: string): string {
  const value = (name: string): string => new RegExp(`\\r\\n${name}[;:][^\\r]*`).exec(text)?.[0]?.slice(2) ?? "";
  const [, organizer = ""] = /mailto:(.*)/.exec(value("ORGANIZER")) ?? [];
  const [, name = "", address = ""] = /CN="([^"]*)".*mailto:(.*)/.exec(value("ATTENDEE")) ?? [];
  const lines = [
    "BEGIN:VCALENDAR",
    "PRODID:-//K Desktop Environment//NONSGML libkcal 4.3//EN",
    "VERSION:2.0",
    "X-KDE-ICAL-IMPLEMENTATION-VERSION:1.0",
    "BEGIN:VEVENT",
    `ORGANIZER;CN=Waldur:MAILTO:${organizer}`,
    "DTSTAMP:20261129T165130Z",
    `ATTENDEE;CN=Waldur;RSVP=FALSE;PARTSTAT=ACCEPTED;ROLE=CHAIR;CUTYPE=INDIVIDUAL;X-UID=94552344774720:mailto:${organizer}`,
    `ATTENDEE;CN=${name};RSVP=TRUE;PARTSTAT=${partstat};ROLE=REQ-PARTICIPANT;CUTYPE=INDIVIDUAL;X-UID=94552344775616:mailto:${address}`,
    "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",
    value("UID"),
    "SEQUENCE:3",
    "LAST-MODIFIED:20261129T165130Z",
    value("SUMMARY"),
    "STATUS:TENTATIVE",
    value("DTSTART"),
    value("DTEND"),
    "TRANSP:OPAQUE",
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map(fold).join("");
}

describe("KDE", () => {
  it("finds the calendar, in which it may answer, and reads what has changed", async () => {
    const { world, booking, owner, program, path, name } = await pendingScene();
    const resource = kde(program, path);
    const first = await resource.sync();
    expect(first.names).toContain(name);
    const told = first.calendars.text.slice(first.calendars.text.indexOf(`<D:href>${path}`));
    for (const privilege of ["write-content", "bind", "unbind"]) expect(told).toContain(`<D:${privilege}/>`);
    // It offers no answer to a lone attendee.
    const answerable = first.text.match(/^ATTENDEE;CN=".*;CUTYPE/gm) ?? [];
    expect(first.text.match(/^ATTENDEE.*PARTSTAT=ACCEPTED/gm)).toHaveLength(answerable.length);
    expect((await resource.sync()).names).toEqual([]);
    world.sample.rename(booking.uuid, "Renamed");
    await world.tick();
    const second = await resource.sync();
    expect(second.names).toContain(name);
    expect(second.text).toContain("Renamed");
    const passwords = await listAppPasswords(world.deps.sql, [owner.account.id]);
    expect(passwords.map(({ client }) => client)).toEqual(["KDE"]);
  });

  it("is told of no more than reading where nothing may be answered", async () => {
    const { program, path } = await pendingScene({ decisions: "off" });
    const { calendars } = await kde(program, path).sync();
    expect(calendars.text).not.toMatch(/<D:(?:bind|unbind|write-content)\/>/);
  });

  it("shows what became of an answer, although it takes the ETag after it for that of what it sent", async () => {
    const { world, booking, program, path, name } = await pendingScene();
    const resource = kde(program, path);
    await resource.sync();
    expect((await resource.answer(path + name, "ACCEPTED")).status).toBe(204);
    expect(booking.state).toBe("OK");
    expect(await listDecisions(world.deps.sql, booking.uuid, 10)).toMatchObject([{ action: "accept", via: "caldav" }]);
    const { names, text } = await resource.sync();
    expect(names).toContain(name);
    expect(text).toContain("STATUS:CONFIRMED");
    expect((await resource.sync()).names).toEqual([]);
  });

  it("keeps the ETag that it reads after a conflict, and may answer at once", async () => {
    const { world, booking, program, path, name } = await pendingScene();
    const resource = kde(program, path);
    await resource.sync();
    world.sample.rename(booking.uuid, "Renamed");
    await world.tick();
    expect((await resource.answer(path + name, "ACCEPTED")).status).toBe(412);
    expect(booking.state).toBe("Creating");
    expect((await resource.answer(path + name, "ACCEPTED")).status).toBe(204);
    expect(booking.state).toBe("OK");
  });

  it("gets back what was refused: an answer, a removal; and may not make an event", async () => {
    const { program, path, name } = await pendingScene();
    const resource = kde(program, path);
    await resource.sync();
    expect((await resource.answer(path + name, "DECLINED")).status).toBe(403);
    const declined = await resource.sync();
    expect([declined.names, declined.text.includes("Waldur refused")]).toEqual([[name], true]);
    const removed = await program.send("DELETE", path + name, null, {
      ...worker,
      "If-Match": resource.kept.get(path + name) ?? "",
    });
    expect(removed.status).toBe(403);
    expect((await resource.sync()).names).toEqual([name]);
    const made = await program.send("PUT", `${path}1795970415.R228.ics`, "BEGIN:VCALENDAR", {
      ...worker,
      "If-None-Match": "*",
    });
    expect(made.status).toBe(403);
    expect((await resource.sync()).names).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { propertyText } from "../../../src/caldav/multistatus.ts";
import { calendarUserAddress } from "../../../src/account/calendar-user.ts";
import { unfold } from "../../../src/calendar/ical/content-line.ts";
import type { SampleBooking } from "../../../src/demo/bookings.ts";
import { listDecisions } from "../../../src/store/decisions.ts";
import { untilDecided } from "../../rows.ts";
import { calendarPath, propfindBody, signedIn } from "./program.ts";
import { answerWith, pendingScene, read, sync, toldIn } from "./scene.ts";

describe("the calendar program's own buttons", () => {
  it("accept: Waldur is told, and the next sync shows it to everybody", async () => {
    const { world, booking, owner, program, path, name, feed } = await pendingScene();
    const before = await sync(program, path, "");
    const seen = await read(program, path + name);
    expect(seen.text).toMatch(/\r\nORGANIZER;CN=Waldur:mailto:noreply@calendar\.example\r\n/);
    expect(seen.text.match(/ATTENDEE/g)).toHaveLength(1);
    expect(seen.text).toContain(
      `PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${calendarUserAddress(world.deps, owner.account)}`,
    );
    const answer = await answerWith(program, path + name, "ACCEPTED");
    expect([answer.status, answer.text, answer.headers.get("ETag")]).toEqual([204, "", null]);
    expect(booking.state).toBe("OK");
    const after = await sync(program, path, before.token ?? "");
    expect(toldIn(after)).toEqual({ changed: [name], gone: [] });
    const { text } = await read(program, path + name);
    expect(text).toContain("STATUS:CONFIRMED");
    expect(text).not.toMatch(/ATTENDEE|ORGANIZER/);
    expect(await world.calendar(await world.address(feed))).not.toMatch(/ATTENDEE|ORGANIZER/);
    const [row] = await listDecisions(world.deps.sql, booking.uuid, 10);
    expect(row).toMatchObject({ action: "accept", result: "done", via: "caldav", accountId: owner.account.id });
  });

  it("decline: the booking ends, and stands as cancelled", async () => {
    const { booking, program, path, name } = await pendingScene(
      {},
      { config: { waldurDecisionToken: "sample-staff" } },
    );
    expect((await answerWith(program, path + name, "DECLINED")).status).toBe(204);
    expect(booking.state).toBe("Terminated");
    expect((await read(program, path + name)).text).toContain("STATUS:CANCELLED");
  });

  it("perhaps: nothing is decided, and the program is to ask again", async () => {
    const { booking, world, program, path, name } = await pendingScene();
    const before = await sync(program, path, "");
    const first = await read(program, path + name);
    expect((await answerWith(program, path + name, "TENTATIVE")).status).toBe(204);
    expect([booking.state, await listDecisions(world.deps.sql, null, 10)]).toEqual(["Creating", []]);
    expect(toldIn(await sync(program, path, before.token ?? "")).changed).toEqual([name]);
    const again = await read(program, path + name);
    expect([again.text, again.etag === first.etag]).toEqual([first.text, false]);
  });

  it("are one decision for two devices that answer at once", async () => {
    const { world, booking, program, path, name } = await pendingScene();
    const { text, etag } = await read(program, path + name);
    // A clock that stands: who waits gives way.
    Object.assign(world.deps, { sleep: untilDecided(world.deps.sql, booking.uuid) });
    const send = async () =>
      program.send("PUT", path + name, text.replace("NEEDS-ACTION", "ACCEPTED"), { "If-Match": etag });
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(booking.state).toBe("OK");
    expect(
      (await listDecisions(world.deps.sql, booking.uuid, 10)).filter(({ result }) => result === "done"),
    ).toHaveLength(1);
  });

  it("are one decision where the answer to the first PUT was lost, with a condition or without", async () => {
    const { world, booking, feed, program, path, name } = await pendingScene();
    const { text, etag } = await read(program, path + name);
    const colleague = await signedIn(world, world.sample.tokens.providerManager);
    const theirs = await read(colleague.program, calendarPath(colleague.account, feed) + name);
    const send = async (partstat: string, headers: Record<string, string> = { "If-Match": etag }) =>
      (await program.send("PUT", path + name, text.replace("NEEDS-ACTION", partstat), headers)).status;
    expect([await send("ACCEPTED"), await send("ACCEPTED"), await send("ACCEPTED", {})]).toEqual([204, 204, 204]);
    expect(await listDecisions(world.deps.sql, booking.uuid, 10)).toHaveLength(1);
    // Another answer is none, nor is another person's, nor one that comes late.
    expect([await send("DECLINED"), await send("DECLINED", {}), await send("TENTATIVE")]).toEqual([412, 403, 412]);
    const accepted = theirs.text.replace("NEEDS-ACTION", "ACCEPTED");
    const other = calendarPath(colleague.account, feed) + name;
    expect((await colleague.program.send("PUT", other, accepted, { "If-Match": theirs.etag })).status).toBe(412);
    world.wait(601);
    expect(await send("ACCEPTED")).toBe(412);
  });

  it("answer all parts of a booking by any one of them", async () => {
    const { world, program, path, booking } = await pendingScene();
    const names = toldIn(await sync(program, path, "")).changed.filter((name) => name.startsWith(booking.uuid));
    const last = names.at(-1) ?? "";
    expect((await answerWith(program, path + last, "ACCEPTED")).status).toBe(204);
    for (const name of names) expect((await read(program, path + name)).text).toContain("STATUS:CONFIRMED");
    void world;
  });

  it("work for a colleague, and say who it was", async () => {
    const { world, booking, feed, name } = await pendingScene();
    const colleague = await signedIn(world, world.sample.tokens.providerManager);
    const path = calendarPath(colleague.account, feed);
    expect((await answerWith(colleague.program, path + name, "ACCEPTED")).status).toBe(204);
    const [row] = await listDecisions(world.deps.sql, booking.uuid, 10);
    expect(row).toMatchObject({ via: "caldav", accountId: colleague.account.id });
  });

  it("are not there where decisions are off, or names are not shown", async () => {
    for (const profile of [{ decisions: "off" }, { detail: "basic" }, { detail: "busy" }] as const) {
      const { program, path } = await pendingScene(profile);
      const privileges = await program.send("PROPFIND", path, propfindBody("D:current-user-privilege-set"), {
        Depth: "0",
      });
      expect(privileges.text).not.toContain("write");
      for (const name of toldIn(await sync(program, path, "")).changed) {
        expect((await read(program, path + name)).text).not.toMatch(/ATTENDEE|ORGANIZER/);
      }
    }
  });
});

/** Kyiv, Helsinki and Tallinn as Windows names them. */
const windowsZone =
  "BEGIN:VTIMEZONE\r\nTZID:FLE Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:19701025T040000\r\n" +
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYHOUR=4;BYMINUTE=0;BYMONTH=10\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0200\r\n" +
  "END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T030000\r\n" +
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYHOUR=3;BYMINUTE=0;BYMONTH=3\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0300\r\n" +
  "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n";

/** An event in UTC as CalDav Synchronizer writes it, two hours ahead: Outlook knows times of a zone of its own alone. */
function windowsTimes(text: string): string {
  const local = text.replaceAll(
    /(DTSTART|DTEND):(\d{8}T)(\d\d)(\d{4})Z/g,
    (_, name: string, day: string, hour: string, rest: string) =>
      `${name};TZID=FLE Standard Time:${day}${String(Number(hour) + 2).padStart(2, "0")}${rest}`,
  );
  return local.replace("BEGIN:VEVENT", `${windowsZone}BEGIN:VEVENT`);
}

/** An object as other programs send it back, by what was read of their sources. */
const rewritings: Readonly<Record<string, (text: string) => string>> = {
  Thunderbird: (text) =>
    text
      .replace(/PRODID:.*\r\n/, "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r\n")
      .replace(/DTSTAMP:.*\r\n/, "DTSTAMP:20270104T100000Z\r\nX-MOZ-GENERATION:1\r\n")
      .replace(/LAST-MODIFIED:.*\r\n/, "LAST-MODIFIED:20270104T100000Z\r\n"),
  DAVx5: (text) => {
    const line = (name: string): string => new RegExp(`\\r\\n${name}[;:][^\\r]*`).exec(text)?.[0] ?? "";
    const attendee = line("ATTENDEE").replace("CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;", "");
    const organizer = line("ORGANIZER").replace(";CN=Waldur", "");
    return (
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:DAVx5/4.5 ical4j/4.1\r\nBEGIN:VEVENT\r\nDTSTAMP:20270104T100000Z` +
      `${["UID", "SEQUENCE", "SUMMARY", "DTSTART", "DTEND", "STATUS"].map(line).join("")}${attendee}${organizer}` +
      `\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT30M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`
    );
  },
  "a program with time zones": (text) =>
    text
      .replace(/DTSTART:(\d{8})T(\d\d)(\d{4})Z/, (_, day: string, hour: string, rest: string) => {
        const local = String(Number(hour) + 2).padStart(2, "0");
        return `DTSTART;TZID=Europe/Tallinn:${day}T${local}${rest}`;
      })
      .replace(
        "BEGIN:VEVENT",
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Tallinn\r\nBEGIN:STANDARD\r\nDTSTART:19701025T040000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0200\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT",
      ),
  "CalDav Synchronizer, with a zone of Windows": windowsTimes,
  "one with line feeds and lower case": (text) =>
    text.replaceAll("\r\n", "\n").replace("ATTENDEE", "attendee").replace("PARTSTAT=", "partstat="),
  "one with a name that RFC 5545 does not allow": (text) =>
    text.replace("BEGIN:VEVENT\r\n", "BEGIN:VEVENT\r\nX-ENTOURAGE_UUID:1\r\n"),
  "one that breaks a text into lines": (text) => text.replace(/(DESCRIPTION:.*?)\\n\\n/, "$1\r\n("),
  "one that escapes the at sign": (text) => text.replace(/(mailto:[0-9a-z.]+)@/, "MAILTO:%40".replace("MAILTO:", "$1")),
};

describe("an object that comes back rewritten", () => {
  it.each(Object.keys(rewritings))("is an answer all the same: %s", async (who) => {
    const { booking, program, path, name } = await pendingScene();
    const { text, etag } = await read(program, path + name);
    const answered = text.replace("NEEDS-ACTION", "ACCEPTED");
    const sent = rewritings[who]?.(answered) ?? "";
    expect(sent).not.toBe(answered);
    const { status } = await program.send("PUT", path + name, sent, { "If-Match": etag });
    expect([status, booking.state]).toEqual([204, "OK"]);
  });
});

describe("an answer that Waldur does not take", () => {
  it("is refused in words, and for a day the event says why", async () => {
    const { world, booking, program, path, name, owner } = await pendingScene();
    const before = await sync(program, path, "");
    const seen = await read(program, path + name);
    world.fault((request) =>
      /\/(?:accept|reject)/.test(request.url) ? Response.json({ detail: "You may not." }, { status: 403 }) : null,
    );
    const refused = await program.send("PUT", path + name, seen.text.replace("NEEDS-ACTION", "ACCEPTED"), {
      "If-Match": seen.etag,
    });
    expect(refused.status).toBe(403);
    expect(refused.text).toMatch(/<D:error[^>]*><D:need-privileges\/><D:responsedescription>[^<]{20,}</);
    expect(booking.state).toBe("Creating");
    const told = await sync(program, path, before.token ?? "");
    expect(toldIn(told).changed).toEqual([name]);
    const after = await read(program, path + name);
    const [, word = ""] = /<D:responsedescription>([^<]*)</.exec(refused.text) ?? [];
    expect(after.text).toContain(`DESCRIPTION:${word.slice(0, 30)}`);
    expect(after.text).toContain("PARTSTAT=NEEDS-ACTION");
    const tokens = async (): Promise<string | null> => {
      const home = await program.send("PROPFIND", `/dav/calendars/${owner.account.id}/`, propfindBody("D:sync-token"), {
        Depth: "1",
      });
      const listed = home.members.find(({ href }) => href === path);
      return listed === undefined ? null : propertyText(listed, "sync-token");
    };
    expect(await tokens()).toBe(told.token);
    world.wait(86_401);
    // A program that looks at the list of its calendars alone sees that there is something to read.
    expect(await tokens()).not.toBe(told.token);
    const later = await sync(program, path, told.token ?? "");
    expect(toldIn(later).changed).toContain(name);
    expect((await read(program, path + name)).text).toBe(seen.text);
    expect(toldIn(await sync(program, path, later.token ?? "")).changed).toEqual([]);
  });

  it.each([
    [
      "decided otherwise",
      async ({ sample }: { sample: { reject: (uuid: string) => unknown } }, uuid: string) => sample.reject(uuid),
    ],
    [
      "gone",
      async ({ sample }: { sample: { unlink: (uuid: string) => unknown } }, uuid: string) => sample.unlink(uuid),
    ],
  ] as const)("%s: refused with need-privileges, never with another status", async (_, change) => {
    const { world, booking, program, path, name } = await pendingScene();
    await change(world, booking.uuid);
    const refused = await answerWith(program, path + name, "ACCEPTED");
    expect([refused.status, refused.text.includes("<D:need-privileges/>")]).toEqual([403, true]);
  });

  it("is refused where the booking is at another time by now, also at one that the event does not show", async () => {
    const moves: ((slots: SampleBooking["slots"]) => SampleBooking["slots"])[] = [
      (slots) => slots.map((slot) => ({ ...slot, start: slot.start + 3600, end: slot.end + 3600 })),
      (slots) =>
        slots.flatMap((slot) => [
          slot,
          { ...slot, start: slot.start + 86_400, end: slot.end + 86_400, backendId: "2" },
        ]),
    ];
    for (const move of moves) {
      const { world, booking, program, path, name } = await pendingScene();
      booking.slots = move(booking.slots);
      const refused = await answerWith(program, path + name, "ACCEPTED");
      expect([refused.status, booking.state]).toEqual([403, "Creating"]);
      expect(refused.text).toContain("The times of this booking have changed");
      await world.settle();
      await world.tick();
      expect((await read(program, path + name)).text).toContain("The times of this booking have changed");
      expect((await answerWith(program, path + name, "ACCEPTED")).status).toBe(204);
      expect(booking.state).toBe("OK");
    }
  });

  it("is refused while the event is older than the booking that is stored", async () => {
    const { world, booking, program, path, name } = await pendingScene();
    await world.deps.sql.run("UPDATE events SET start_at = start_at - 3600 WHERE booking_uuid = ?1", booking.uuid);
    const refused = await answerWith(program, path + name, "ACCEPTED");
    expect([refused.status, booking.state]).toEqual([403, "Creating"]);
    expect(refused.text).toContain("The times of this booking have changed");
  });

  it("is refused while Waldur does not answer, or nobody knows what became of it", async () => {
    const { world, program, path, name } = await pendingScene();
    world.fault(() => new TypeError("no route"));
    const refused = await answerWith(program, path + name, "ACCEPTED");
    expect([refused.status, refused.text.includes("<D:need-privileges/>")]).toEqual([403, true]);
  });
});

describe("any other write", () => {
  const changes: readonly [string, (text: string) => string][] = [
    ["another time", (text) => text.replace(/DTEND:\d{8}/, "DTEND:20280101")],
    ["another title", (text) => text.replace("SUMMARY:", "SUMMARY:My ")],
    ["no attendee", (text) => text.replace(/ATTENDEE.*\r\n/, "")],
    ["another UID", (text) => text.replace(/UID:/, "UID:x").replace("NEEDS-ACTION", "ACCEPTED")],
    [
      "a rule of repetition",
      (text) => text.replace("DTSTART", "RRULE:FREQ=DAILY\r\nDTSTART").replace("NEEDS-ACTION", "ACCEPTED"),
    ],
    [
      "two events",
      (text) => text.replace("NEEDS-ACTION", "ACCEPTED").replace(/(BEGIN:VEVENT[^]*END:VEVENT\r\n)/, "$1$1"),
    ],
    ["two own attendees", (text) => text.replace("NEEDS-ACTION", "ACCEPTED").replace(/(ATTENDEE.*\r\n)/, "$1$1")],
    [
      "somebody else's answer",
      (text) => text.replace(/(ATTENDEE.*)NEEDS-ACTION(.*mailto:).*\r\n/, "$1ACCEPTED$2x@example.org\r\n"),
    ],
    ["no calendar", () => "BEGIN:VCARD\r\nEND:VCARD\r\n"],
    ["nothing", () => ""],
  ];
  it.each(changes)("is refused, and the object read again: %s", async (_, change) => {
    const { world, booking, program, path, name } = await pendingScene();
    const before = await sync(program, path, "");
    const seen = await read(program, path + name);
    const refused = await program.send("PUT", path + name, change(seen.text), { "If-Match": seen.etag });
    expect([refused.status, refused.text.includes("<D:need-privileges/>")]).toEqual([403, true]);
    expect([booking.state, await listDecisions(world.deps.sql, null, 10)]).toEqual(["Creating", []]);
    expect(toldIn(await sync(program, path, before.token ?? ""))).toEqual({ changed: [name], gone: [] });
    const after = await read(program, path + name);
    expect([after.text, after.etag === seen.etag]).toEqual([seen.text, false]);
  });

  it.each(["DELETE", "MOVE", "COPY", "PATCH", "POST", "MKCALENDAR", "MKCOL", "LOCK"])(
    "%s is refused",
    async (method) => {
      const { program, path, name } = await pendingScene();
      const before = await sync(program, path, "");
      for (const address of [path + name, path, `${path}new.ics`]) {
        const refused = await program.send(method, address, null, { Destination: `${path}x.ics` });
        expect([address, refused.status, refused.text.includes("<D:need-privileges/>")]).toEqual([address, 403, true]);
      }
      // What the program took away or added comes back, and goes.
      expect(toldIn(await sync(program, path, before.token ?? ""))).toEqual({ changed: [name], gone: ["new.ics"] });
    },
  );

  it("fails its condition where the object has changed meanwhile", async () => {
    const { program, path, name } = await pendingScene();
    const { text, etag } = await read(program, path + name);
    const send = async (headers: Record<string, string>) =>
      (await program.send("PUT", path + name, text, headers)).status;
    expect(await send({ "If-Match": '"old"' })).toBe(412);
    expect(await send({ "If-Match": `W/${etag}` })).toBe(412);
    expect(await send({ "If-None-Match": "*" })).toBe(412);
    expect((await program.send("PUT", `${path}none.ics`, text, { "If-Match": "*" })).status).toBe(412);
  });

  it("is none where its own zone means another time", async () => {
    const { program, path, name, booking } = await pendingScene();
    const { text } = await read(program, path + name);
    const [local, other] = [windowsTimes(text), windowsTimes(text).replaceAll("TZOFFSETTO:+0200", "TZOFFSETTO:+0100")];
    for (const [sent, status] of [
      [other, 403],
      [other.replaceAll("FLE Standard Time:", "Nowhere:"), 403],
      [local, 204],
    ] as const) {
      const answered = sent.replace("NEEDS-ACTION", "ACCEPTED");
      const answer = await program.send("PUT", path + name, answered, { "If-Match": "*" });
      expect(answer.status).toBe(status);
      expect(booking.state).toBe(status === 204 ? "OK" : "Creating");
    }
  });

  it("counts without a condition, which Evolution never sends, where SEQUENCE is the present one", async () => {
    const { program, path, name, booking } = await pendingScene();
    const { text } = await read(program, path + name);
    const accepted = text.replace("NEEDS-ACTION", "ACCEPTED");
    const send = async (body: string) => (await program.send("PUT", path + name, body)).status;
    // An old copy may not decide.
    expect(await send(accepted.replace(/^SEQUENCE:(\d+)/m, (_, count) => `SEQUENCE:${Number(count) + 1}`))).toBe(403);
    expect(booking.state).toBe("Creating");
    expect(await send(accepted)).toBe(204);
    expect(booking.state).toBe("OK");
  });

  it("is limited in what it leaves behind", async () => {
    const { world, program, path, owner } = await pendingScene();
    for (let n = 0; n < 520; n += 1) await program.send("PUT", `${path}n${n}.ics`, "x");
    await program.send("PUT", `${path}${"x".repeat(500)}.ics`, "x");
    const rows = await world.deps.sql.all("SELECT name FROM refused_writes WHERE account_id = ?1", owner.account.id);
    expect(rows).toHaveLength(500);
  });
});

it("keeps a link that decides by itself from colleagues", async () => {
  const { world, feed, program, path, name, booking } = await pendingScene(
    { decisions: "signed" },
    { config: { signedDecisions: true } },
  );
  const colleague = await signedIn(world, world.sample.tokens.providerManager);
  const theirs = calendarPath(colleague.account, feed);
  const signedLink = /\/a\/d[a-z0-9]/;
  expect(unfold((await program.send("GET", path + name)).text)).toMatch(signedLink);
  for (const address of [theirs + name, theirs]) {
    const { text, status } = await colleague.program.send("GET", address);
    expect(status).toBe(200);
    expect(unfold(text)).not.toMatch(signedLink);
    expect(unfold(text)).toContain(booking.uuid);
  }
});

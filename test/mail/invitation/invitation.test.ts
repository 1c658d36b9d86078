import ICAL from "ical.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InvitationMail, invitedEvent, renderInvitation } from "../../../src/mail/invitation/invitation.ts";
import { defaultConfig } from "../../../src/config/config.ts";
import { resourceEvent } from "../../../src/mail/resource/resource-mail.ts";
import { booking, context, hour, known, nowAt } from "../../calendar/samples.ts";

const deps = { config: { ...defaultConfig, publicUrl: "https://calendar.example" }, sample: false };
const mail: InvitationMail = {
  method: "REQUEST",
  uid: `${"a".repeat(32)}-${"b".repeat(26)}`,
  sequence: 2,
  stampAt: nowAt,
  organizer: { address: "rsvp-abc@example.org", name: "Waldur calendar" },
  attendee: { address: "mari+lab@example.edu", name: 'Mari "M" Tamm' },
  resource: false,
};

function event(of = known(booking())) {
  const found = invitedEvent(of, context());
  if (found === null) throw new Error("there is no event");
  return found;
}

/** The one VEVENT as a parser that is not ours reads it, with the METHOD. */
function parse(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents("vevent");
  expect(events).toHaveLength(1);
  const [one] = events;
  const value = (name: string): string => String(one?.getFirstPropertyValue(name) ?? "");
  const attendees = one?.getAllProperties("attendee") ?? [];
  return { method: String(calendar.getFirstPropertyValue("method")), value, attendees, one };
}

describe("an invitation", () => {
  it("asks one attendee, says where the answer goes, and takes nobody's time", () => {
    const { method, value, attendees, one } = parse(renderInvitation(event(), mail));
    expect(method).toBe("REQUEST");
    expect(value("organizer")).toBe("mailto:rsvp-abc@example.org");
    expect(attendees.map((attendee) => attendee.getFirstValue())).toEqual(["mailto:mari+lab@example.edu"]);
    const [attendee] = attendees;
    expect(attendee?.getParameter("rsvp")).toBe("TRUE");
    expect(attendee?.getParameter("partstat")).toBe("NEEDS-ACTION");
    expect(attendee?.getParameter("cn")).toBe("Mari 'M' Tamm");
    expect(value("status")).toBe("TENTATIVE");
    expect(value("transp")).toBe("TRANSPARENT");
    expect(value("sequence")).toBe("2");
    expect(value("dtstart")).toBe("2026-11-24T12:00:00Z");
    expect(one?.getFirstProperty("organizer")?.getParameter("sent-by")).toBeUndefined();
  });

  it("asks no more once the booking stands, and is taken back with the same ORGANIZER", () => {
    const confirmed = event(known(booking({ state: "OK" }), { orderState: "done" }));
    const shown = parse(renderInvitation(confirmed, mail));
    expect(shown.value("status")).toBe("CONFIRMED");
    expect(shown.attendees[0]?.getParameter("rsvp")).toBe("FALSE");
    const cancelled = parse(renderInvitation(confirmed, { ...mail, method: "CANCEL", sequence: 3 }));
    expect(cancelled.method).toBe("CANCEL");
    expect(cancelled.value("status")).toBe("CANCELLED");
    // Who declined is not shown as one who comes.
    expect(cancelled.attendees[0]?.getParameter("rsvp")).toBe("FALSE");
    expect(cancelled.attendees[0]?.getParameter("partstat")).toBeUndefined();
    expect(cancelled.value("organizer")).toBe(shown.value("organizer"));
  });

  it("asks a room for its time, and once it is given keeps it", () => {
    const confirmed = event(known(booking({ state: "OK" }), { orderState: "done" }));
    for (const one of [event(), confirmed]) {
      const { value, attendees } = parse(renderInvitation(one, { ...mail, resource: true }));
      expect([value("status"), value("transp"), value("x-microsoft-cdo-busystatus")]).toEqual([
        "CONFIRMED",
        "OPAQUE",
        "BUSY",
      ]);
      expect([attendees[0]?.getParameter("cutype"), attendees[0]?.getParameter("rsvp")]).toEqual(["RESOURCE", "TRUE"]);
    }
  });

  it("is of the first period, with all of them in the text", () => {
    const slots = [30, 24, 48].map((hours, n) => ({
      start: nowAt + hours * hour,
      end: nowAt + (hours + 1) * hour,
      backendId: `slot_${n}`,
    }));
    const { value } = parse(renderInvitation(event(known(booking({ slots }))), mail));
    expect(value("dtstart")).toBe("2026-11-24T12:00:00Z");
    expect(value("description")).toMatch(
      /^All 3 periods.*:\n2026-11-24 12:00 – 13:00 \(UTC\)\n2026-11-24 18:00 .*\n2026-11-25 12:00 /,
    );
  });

  it("has no address of the requester's that a program links", () => {
    const description = "See https://evil.example/pay and\nwww.evil.example, sign in";
    const shown = event(known(booking({ description }))).description;
    expect(shown).toContain("> See https: //evil. example/pay and\n> www. evil. example, sign in");
  });

  it("is none for a booking without a period", () => {
    expect(invitedEvent(known(booking({ slots: [], schedules: [] })), context())).toBeNull();
  });

  it("has the same properties whatever a booking and a name say", () => {
    const names = (text: string): string[] =>
      text
        .replaceAll(/\r\n[ \t]/g, "")
        .split("\r\n")
        .map((line) => line.replace(/[;:].*$/s, ""));
    const plain = names(renderInvitation(event(), mail));
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.constantFrom(
        '"\r\nATTENDEE:mailto:x@y.z',
        "\nEND:VEVENT\nBEGIN:VEVENT",
        ";RSVP=FALSE:",
        "\\n\\,\\;",
        "\u2028X:y",
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, description, person) => {
        const of = event(known(booking({ name, description: `x${description}`, requesterName: person })));
        const text = renderInvitation(of, { ...mail, attendee: { ...mail.attendee, name: person } });
        expect(names(text)).toEqual(plain);
        const row = { bookingUuid: "b".repeat(32), startAt: nowAt, endAt: nowAt + hour, status: "TENTATIVE" } as const;
        const room = resourceEvent(deps, { offeringName: person }, row, "en");
        // A name that shows nothing makes no LOCATION.
        expect([plain, plain.filter((one) => one !== "LOCATION")]).toContainEqual(
          names(renderInvitation(room, { ...mail, resource: true })),
        );
        expect(text.split("\r\n").every((line) => new TextEncoder().encode(line).length <= 75)).toBe(true);
        parse(text);
      }),
      { numRuns: 100 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unfold } from "../../src/calendar/ical/content-line.ts";
import { bookingStates, orderStates } from "../../src/calendar/booking.ts";
import type { KnownBooking } from "../../src/calendar/booking.ts";
import { bookingEvents } from "../../src/calendar/booking-events.ts";
import { reviseEvent } from "../../src/calendar/ical/vevent.ts";
import { bookingStatus } from "../../src/calendar/status.ts";
import { anyProfile, hostileKnown } from "./hostile.ts";
import { context, feedOf, known, nowAt } from "./samples.ts";

const who = {
  name: "SECRET-NAME",
  description: "SECRET-WORDS",
  requesterName: "SECRET-REQUESTER",
  requesterUsername: "SECRET-USERNAME",
  customerName: "SECRET-CUSTOMER",
  projectName: "SECRET-PROJECT",
  errorMessage: "SECRET-ERROR",
};
const what = { offeringName: "HIDDEN-OFFERING", providerName: "HIDDEN-PROVIDER" };
const noOfferings = { offerings: new Map() };
const everyState = bookingStates.flatMap((state) =>
  [...orderStates, null].map((orderState) => known({ ...who, ...what, state }, { orderState })),
);

function rendered(one: KnownBooking, around: ReturnType<typeof context>): string {
  return bookingEvents(one, around)
    .map((event) => reviseEvent(event, null, nowAt).vevent)
    .join("");
}

describe("the three levels of detail", () => {
  it("tells nobody's name or words in basic, whatever the state", () => {
    for (const one of everyState) {
      const text = unfold(feedOf([one], context({ detail: "basic" }, noOfferings)));
      expect(text).not.toContain("SECRET");
      expect(text).toContain("HIDDEN-OFFERING");
    }
  });

  it("tells in busy neither what nor where nor which booking", () => {
    const busy = context({ detail: "busy", zone: "Europe/Tallinn" }, { uidOf: () => "0123456789abcdef" });
    for (const one of everyState) {
      const text = unfold(feedOf([one], busy));
      expect(text).not.toMatch(/SECRET|HIDDEN|Confocal microscope\\|GEO|LOCATION|CATEGORIES|URL|CREATED|Error|Part/);
      expect(text).not.toContain(one.booking.uuid);
      expect(text.match(/^SUMMARY:.*$/gm)?.join()).toMatch(/^SUMMARY:(Busy|Busy \(tentative\)|Cancelled: Busy)$/);
    }
  });

  it("tells all of it in full", () => {
    const text = unfold(feedOf([known({ ...who, ...what })], context({}, noOfferings)));
    for (const secret of [...Object.values(who), ...Object.values(what)]) expect(text).toContain(secret);
  });

  it("gives the same bytes in basic for bookings that differ in who and why only", () => {
    fc.assert(
      fc.property(hostileKnown, anyProfile, (one, profile) => {
        const other = { ...one, booking: { ...one.booking, ...who } };
        const around = context({ ...profile, detail: "basic" });
        expect(rendered(other, around)).toBe(rendered(one, around));
      }),
      { numRuns: 150 },
    );
  });

  it("gives the same bytes in busy for bookings that only take the same time in the same way", () => {
    fc.assert(
      fc.property(hostileKnown, anyProfile, (one, profile) => {
        const changed = { ...one.booking, ...who, ...what, createdMicros: 1, offeringUuid: "x", uuid: "y" };
        const other = { ...one, booking: changed };
        const around = context({ ...profile, detail: "busy" }, { uidOf: (_uuid, n) => `hash-${n}` });
        expect(rendered(other, around)).toBe(rendered(one, around));
      }),
      { numRuns: 150 },
    );
  });

  it("tells in busy no difference between the ways a booking can end", () => {
    const busy = context({ detail: "busy" });
    const ends = everyState.filter((one) =>
      ["cancelled", "rejected", "refused", "failed"].includes(bookingStatus(one)),
    );
    expect(ends.length).toBeGreaterThan(4);
    expect(new Set(ends.map((one) => rendered(one, busy))).size).toBe(1);
  });
});

import { describe, expect, it } from "vitest";
import { bookingStates, orderStates } from "../../src/calendar/booking.ts";
import { bookingStatus, eventStatus } from "../../src/calendar/status.ts";
import { eventOf, known } from "./samples.ts";

describe("what state and order state mean together", () => {
  it.each([
    ["Creating", null, "requested", "TENTATIVE"],
    ["Creating", "pending-consumer", "awaiting-approval", "TENTATIVE"],
    ["Creating", "pending-project", "awaiting-start", "TENTATIVE"],
    ["Creating", "pending-start-date", "awaiting-start", "TENTATIVE"],
    ["Creating", "pending-provider", "awaiting-order", "TENTATIVE"],
    ["Creating", "executing", "awaiting-provider", "TENTATIVE"],
    ["OK", "done", "confirmed", "CONFIRMED"],
    ["OK", "executing", "confirmed", "CONFIRMED"],
    ["OK", null, "confirmed", "CONFIRMED"],
    ["Updating", "done", "updating", "CONFIRMED"],
    ["Terminating", "done", "cancelling", "CONFIRMED"],
    ["Terminated", "done", "cancelled", "CANCELLED"],
    ["Terminated", null, "cancelled", "CANCELLED"],
    ["Terminated", "canceled", "rejected", "CANCELLED"],
    ["Terminated", "rejected", "refused", "CANCELLED"],
    ["Terminated", "erred", "failed", "CANCELLED"],
    ["Erred", "done", "faulty", "CONFIRMED"],
    ["Erred", null, "faulty", "CONFIRMED"],
    ["Erred", "erred", "failed", "CANCELLED"],
  ] as const)("%s with order %s is %s, %s", (state, orderState, meaning, status) => {
    const one = known({ state }, { orderState });
    expect(bookingStatus(one)).toBe(meaning);
    expect(eventStatus[meaning]).toBe(status);
    expect(eventOf(one).status).toBe(status);
  });

  it("says Cancelled of what was accepted and then terminated, Rejected of what was not accepted", () => {
    expect(eventOf(known({ state: "Terminated" }, { orderState: "done" })).summary).toMatch(/^Cancelled: /);
    expect(eventOf(known({ state: "Terminated" }, { orderState: "canceled" })).summary).toMatch(/^Rejected: /);
  });

  it("holds a booking that vanished from Waldur for cancelled, whatever it was", () => {
    for (const state of bookingStates) {
      for (const orderState of [...orderStates, null]) {
        expect(eventOf(known({ state }, { orderState, vanished: true })).status).toBe("CANCELLED");
      }
    }
  });
});

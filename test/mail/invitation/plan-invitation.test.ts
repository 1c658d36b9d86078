import { describe, expect, it } from "vitest";
import type { InvitedEvent } from "../../../src/mail/invitation/invitation.ts";
import {
  type Invitation,
  planInvitation,
  type ShownEvent,
  type WantedInvitation,
} from "../../../src/mail/invitation/plan-invitation.ts";
import type { InvitationRow } from "../../../src/store/mail/invitations.ts";

const nowAt = 1_800_000_000;
const event: InvitedEvent = {
  start: nowAt + 3600,
  end: nowAt + 7200,
  periods: [
    { start: nowAt + 3600, end: nowAt + 7200 },
    { start: nowAt + 86_400, end: nowAt + 90_000 },
  ],
  status: "TENTATIVE",
  summary: "x",
  how: "",
  description: "",
  location: "",
  url: "",
};
const invitee: Invitation = {
  attendee: "u",
  bookingUuid: "b",
  address: "mari@example.edu",
  keyIds: ["k1"],
};
const renewed: Invitation = { ...invitee, keyIds: ["k2"] };
const lastEnd = nowAt + 90_000;
const shown: ShownEvent = { event, content: "c", periods: "p" };
const wanted: WantedInvitation = { shown, decidable: true, invited: true };
const ended = { shown: { ...shown, event: { ...event, status: "CANCELLED" as const } } };

const plan = (change: Partial<WantedInvitation>, row: InvitationRow | null, at = nowAt, of = invitee) =>
  planInvitation({ ...wanted, ...change }, row, of, at);

function invite(): InvitationRow {
  const step = plan({}, null);
  if (step === null) throw new Error("nothing is sent");
  return step.row;
}

describe("planInvitation", () => {
  it("begins with SEQUENCE 0, and says nothing while nothing changes", () => {
    const row = invite();
    expect(row).toMatchObject({ open: true, sequence: 0, stampAt: nowAt, status: "TENTATIVE" });
    expect(plan({}, row, nowAt + 60)).toBeNull();
  });

  it("begins only with what can be decided and is not over", () => {
    expect(plan({ decidable: false }, null)).toBeNull();
    expect(plan({ shown: null }, null)).toBeNull();
    expect(plan({}, null, lastEnd)).toBeNull();
    expect(plan({}, null, event.end)?.row.endAt).toBe(lastEnd);
  });

  it.each([
    ["time, of whichever period", { shown: { ...shown, periods: "other" } }, 1],
    ["status", { shown: { ...shown, event: { ...event, status: "CONFIRMED" as const } } }, 1],
    ["texts", { shown: { ...shown, content: "other" } }, 0],
  ])("tells a change of %s", (_, change, sequence) => {
    const step = plan(change, invite());
    expect(step?.method).toBe("REQUEST");
    expect(step?.row).toMatchObject({ open: true, sequence, stampAt: nowAt + 1 });
    expect(plan(change, step?.row ?? null)).toBeNull();
  });

  it("goes on telling of what was decided, though there is nothing to decide any more", () => {
    const confirmed = { shown: { ...shown, event: { ...event, status: "CONFIRMED" as const } }, decidable: false };
    expect(plan(confirmed, invite())?.method).toBe("REQUEST");
  });

  it.each([
    ["ended", ended, invitee],
    ["out of sight", { shown: null }, invitee],
    ["moved to another address", {}, { ...invitee, address: "other@example.edu" }],
  ])("takes back what is %s, where it was sent", (_, change, of) => {
    const step = plan(change, invite(), nowAt + 5, of);
    expect(step?.method).toBe("CANCEL");
    expect(step?.row).toMatchObject({ open: false, sequence: 1, address: invitee.address, stampAt: nowAt + 5 });
    const again = plan(change, step?.row ?? null, nowAt + 60, of);
    if (of === invitee) expect(again).toBeNull();
    else expect(again?.row).toMatchObject({ open: true, sequence: 2, address: of.address });
  });

  it("takes back from whoever wants none any more what waits for an answer, and keeps right what stands", () => {
    const row = invite();
    expect(plan({ invited: false }, null)).toBeNull();
    expect(plan({ invited: false }, row)).toMatchObject({ method: "CANCEL", row: { open: false, sequence: 1 } });
    const confirmed = { shown: { ...shown, event: { ...event, status: "CONFIRMED" as const } }, invited: false };
    const step = plan(confirmed, row);
    expect(step).toMatchObject({ method: "REQUEST", row: { open: true, status: "CONFIRMED" } });
    expect(plan(confirmed, step?.row ?? null)).toBeNull();
    expect(plan({ ...ended, invited: false }, step?.row ?? null)?.method).toBe("CANCEL");
  });

  it("keeps the UID's key of an invitation that begins again", () => {
    const closed = plan({ shown: null }, invite())?.row ?? null;
    expect(plan({}, closed, nowAt + 60, { ...invitee, keyIds: ["k2", "k1"] })?.row).toMatchObject({
      keyId: "k1",
      sequence: 2,
    });
    expect(plan({}, closed, nowAt + 60, renewed)?.row).toMatchObject({ keyId: "k2", sequence: 2 });
  });

  it("closes without a word what its time has passed by", () => {
    expect(plan({ shown: null }, invite(), event.end)?.method).toBe("CANCEL");
    const step = plan({ shown: null }, invite(), lastEnd);
    expect(step).toMatchObject({ method: null, row: { open: false, sequence: 0 } });
    const period = { start: lastEnd + 60, end: lastEnd + 120 };
    const moved = { shown: { ...shown, event: { ...event, ...period, periods: [period] }, periods: "other" } };
    expect(plan(moved, invite(), lastEnd)?.method).toBe("REQUEST");
  });

  it("begins anew where its key is gone, or ends without a word", () => {
    const row = invite();
    expect(plan({}, row, nowAt + 60, renewed)).toMatchObject({
      method: "REQUEST",
      row: { keyId: "k2", sequence: 1, open: true },
    });
    expect(plan({ decidable: false }, row, nowAt + 60, renewed)).toEqual({
      method: null,
      row: { ...row, open: false },
    });
  });
});

import type { InvitationRow } from "../../store/mail/invitations.ts";
import type { KeyRing } from "../../security/keys.ts";
import type { InvitedEvent } from "./invitation.ts";

/** The content of an invitation, with the fingerprints by which a change is found. */
export interface ShownEvent {
  readonly event: InvitedEvent;
  /** Of the event's texts. */
  readonly content: string;
  /** Of all its periods. */
  readonly periods: string;
}

/** The state that an attendee's calendar should have of a booking. */
export interface WantedInvitation {
  /** Null: of this booking nothing any more, for instance since the role is lost. */
  readonly shown: ShownEvent | null;
  /** The attendee can accept it now. */
  readonly decidable: boolean;
  /** The attendee is to be asked. */
  readonly invited: boolean;
}

/** The person who is invited, the booking, and the key that signs now. */
export interface Invitation {
  readonly attendee: string;
  readonly bookingUuid: string;
  readonly address: string;
  /** Ids of the keys that there are; the first signs what begins. */
  readonly keyIds: KeyRing["ids"];
}

/** A step of an invitation. */
export interface InvitationStep {
  /** The mail to send; null where the invitation is over and nobody has to be told. */
  readonly method: "REQUEST" | "CANCEL" | null;
  readonly row: InvitationRow;
}

/**
 * Compares what is wanted with the last message; returns the next one, or null where nothing is to be said. Only a request that can
 * be decided begins an invitation. SEQUENCE rises where the time of any period or the status changed (RFC 5546 2.1.4), since each
 * rise asks again, and for a cancellation; other changes have a later DTSTAMP alone. From somebody who is asked no more what waits
 * for an answer is taken back; what stands is kept right. What is over with its last period is closed without a word. `nowAt`:
 * epoch seconds.
 */
export function planInvitation(
  wanted: WantedInvitation,
  row: InvitationRow | null,
  invitation: Invitation,
  nowAt: number,
): InvitationStep | null {
  const shown = wanted.shown === null || wanted.shown.event.status === "CANCELLED" ? null : wanted.shown;
  const over = shown === null || lastEnd(shown.event) <= nowAt;
  // Of what a key signed that is gone nothing can be said any more, nor answered: it begins anew.
  const lost = row !== null && !invitation.keyIds.includes(row.keyId);
  if (row?.open !== true || lost) {
    if (over || !wanted.decidable || !wanted.invited) {
      return row?.open === true ? { method: null, row: { ...row, open: false } } : null;
    }
    return {
      method: "REQUEST",
      row: { ...rowOf(invitation, row), ...kept(shown), ...revision(row, true, nowAt) },
    };
  }
  if (row.endAt <= nowAt && over) return { method: null, row: { ...row, open: false } };
  const useless = !wanted.invited && shown?.event.status === "TENTATIVE";
  if (shown === null || useless || row.address !== invitation.address) {
    return { method: "CANCEL", row: { ...row, open: false, status: "CANCELLED", ...revision(row, true, nowAt) } };
  }
  const moved = row.periods !== shown.periods || row.status !== shown.event.status;
  if (!moved && row.content === shown.content) return null;
  return { method: "REQUEST", row: { ...row, ...kept(shown), ...revision(row, moved, nowAt) } };
}

/** Returns the step that asks again for an answer, whether anything has changed or not: the last one had no effect. */
export function askAgain(row: InvitationRow, shown: ShownEvent, nowAt: number): InvitationStep {
  return { method: "REQUEST", row: { ...row, ...kept(shown), ...revision(row, true, nowAt) } };
}

/** One that was closed keeps its key while there is one, and so its UID and ORGANIZER: clients take another for another meeting. */
function rowOf({ attendee, bookingUuid, address, keyIds }: Invitation, row: InvitationRow | null) {
  return {
    attendee,
    bookingUuid,
    address,
    keyId: keyIds.find((id) => id === row?.keyId) ?? keyIds[0],
    answeredAt: row?.answeredAt ?? 0,
    answer: "" as const,
  };
}

function lastEnd({ periods }: InvitedEvent): number {
  return periods.reduce((latest, { end }) => Math.max(latest, end), 0);
}

function kept({ event, content, periods }: ShownEvent) {
  return { open: true, startAt: event.start, endAt: lastEnd(event), status: event.status, content, periods };
}

function revision(row: InvitationRow | null, raised: boolean, nowAt: number) {
  if (row === null) return { sequence: 0, stampAt: nowAt };
  return { sequence: row.sequence + Number(raised), stampAt: Math.max(row.stampAt + 1, nowAt) };
}

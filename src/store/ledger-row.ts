export const ledgerStates = ["new", "synced", "create", "update", "delete", "left", "retired"] as const;
/**
 * Where one event stands in a calendar. `new`: nothing was sent; `synced`: the calendar has what was pushed; `create`,
 * `update`, `delete`: a request may have been sent and its outcome is not known; `left`: left as somebody made it in the
 * calendar, until the booking changes; `retired`: out of the feed's window, never touched again.
 */
export type LedgerState = (typeof ledgerStates)[number];

/** What was pushed of one event to one target. */
export interface LedgerRow {
  /** The event's UID in the feed. */
  readonly uid: string;
  /** Counts the UIDs it has had in the calendar. */
  readonly generation: number;
  /** As the server spells it; "" before it is known. */
  readonly href: string;
  /** Null: not known. */
  readonly etag: string | null;
  readonly state: LedgerState;
  /** Hash of what the calendar should have; "" for nothing. */
  readonly wantedHash: string;
  /** The event's rev in its feed of which `wantedHash` was made. */
  readonly eventRev: number;
  /** Hash of what the calendar last took from us; "" for nothing, or for something else. */
  readonly pushedHash: string;
  /** Hash of what a request whose outcome is not known tries to put there; "" for nothing. */
  readonly intentHash: string;
  /** Hash of how the server keeps what it took, where it changes it; "" where it does not. */
  readonly remoteHash: string;
  readonly startAt: number;
  readonly endAt: number;
  readonly intentAt: number | null;
  /** Failures in a row of this event alone. */
  readonly attempts: number;
  /** Before this it is not tried again. */
  readonly nextAt: number;
  /** Why the last attempt failed; "" when it did not. */
  readonly failure: string;
  /** Times it was put back since `restoredAt`. */
  readonly restores: number;
  readonly restoredAt: number;
}

/** The row of an event that the ledger does not have. */
export function newEntry(uid: string): LedgerRow {
  return {
    uid,
    generation: 1,
    href: "",
    etag: null,
    state: "new",
    wantedHash: "",
    eventRev: -1,
    pushedHash: "",
    intentHash: "",
    remoteHash: "",
    startAt: 0,
    endAt: 0,
    intentAt: null,
    attempts: 0,
    nextAt: 0,
    failure: "",
    restores: 0,
    restoredAt: 0,
  };
}

/** Whether a request for it may have been sent whose outcome is not known. */
export function isUnsettled({ state }: Pick<LedgerRow, "state">): boolean {
  return state === "create" || state === "update" || state === "delete";
}

import type { Action } from "../calendar/profile.ts";
import type { BookingStatus } from "../calendar/status.ts";

/** The decision that a sentence is about. */
export interface DecisionFacts {
  readonly action: Action;
  /** The booking's status as stored; null: it is not stored. */
  readonly status: BookingStatus | null;
  readonly provider: string;
  readonly customer: string;
  /** Name of the account. */
  readonly name: string;
  /** The account itself had asked for the booking: its reject is a withdrawal. */
  readonly own: boolean;
  /** Waldur was told with the operator's token. */
  readonly byOperator: boolean;
}

/** Counts of one run of a mirror. */
export interface RunCounts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly restored: number;
  readonly conflict: number;
  readonly failed: number;
  readonly requests: number;
}

/** Returns the counts that are not 0, each before its word. */
export function joinCounts(all: readonly (readonly [count: number, word: string])[]): string {
  return all
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}

import type { Period } from "../calendar/period.ts";
import type { Action } from "../calendar/profile.ts";
import { fingerprint } from "../lib/fingerprint.ts";

/** What a page showed, as its form sends it back; "" where it does not. */
export interface Seen {
  readonly times: string;
  readonly beside: string;
}

type Beside = Period & { readonly pending: boolean };

/** The periods of a booking, and those of others at the same time. */
export interface Moment {
  readonly periods: readonly Period[];
  readonly beside: readonly Beside[];
}

/** Returns the fingerprint of the periods that a page shows. */
export function timesShown(periods: readonly Period[]): string {
  return fingerprint(periods.map(({ start, end }) => `${start}-${end}`).join());
}

/** Returns what a page shows at the same time. */
export function besideShown(beside: readonly Beside[]): string {
  return beside.map(besideText).join(" ") || "none";
}

function besideText({ start, end, pending }: Beside): string {
  return `${start}-${end}${pending ? "" : "!"}`;
}

/**
 * Returns why an answer is to something else than there is now; null for none. To an accept it matters when there is more
 * at the same time than was seen.
 */
export function findChange({ times, beside }: Seen, action: Action, now: Moment): "moved" | "more" | null {
  if (times !== "" && times !== timesShown(now.periods)) return "moved";
  const seen = new Set(beside.split(" "));
  const more = action === "accept" && beside !== "" && now.beside.some((one) => !seen.has(besideText(one)));
  return more ? "more" : null;
}

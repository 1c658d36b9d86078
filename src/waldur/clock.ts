import type { Fetch } from "../deps.ts";

/** Seconds by which this machine's clock and Waldur's may differ before neither is believed alone. */
export const apartSeconds = 300;

/** Asks Waldur as before, and what its last answer said of this machine's clock. */
export interface WatchedClock {
  readonly fetch: Fetch;
  /** Returns the seconds by which this machine's clock is ahead of Waldur's, 0 for both being about right; null before an answer. */
  readonly ahead: () => number | null;
}

/** Compares this machine's clock (`now`, epoch milliseconds) with the `Date` of Waldur's answers. One that tells none agrees. */
export function watchClock({ fetch, now }: { readonly fetch: Fetch; readonly now: () => number }): WatchedClock {
  let ahead: number | null = null;
  return {
    async fetch(request) {
      const response = await fetch(request);
      ahead = aheadOf(now() / 1000, Date.parse(response.headers.get("Date") ?? "") / 1000);
      return response;
    },
    ahead: () => ahead,
  };
}

/** Returns the seconds by which `nowAt` is ahead of what Waldur's clock shows (epoch seconds); 0 for both being about right. */
export function aheadOf(nowAt: number, waldurAt: number): number {
  const ahead = Math.round(nowAt - waldurAt);
  return Math.abs(ahead) > apartSeconds ? ahead : 0;
}

/** Returns the time (epoch seconds) that both clocks have reached: what cannot be undone waits for it. */
export function reachedTime(nowAt: number, ahead: number): number {
  return nowAt - Math.max(0, ahead);
}

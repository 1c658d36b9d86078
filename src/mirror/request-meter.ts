import type { Deps } from "../deps.ts";
import { RequestsSpent } from "../security/guard.ts";

/** The count of requests to the outside, with redirects, retries and renewals of tokens. */
export interface RequestMeter {
  sent: number;
  /** The most that may be sent. */
  readonly most: number;
  /** Called before each request: renews the lease under which it is made. */
  beforeSend: (() => Promise<void>) | null;
}

/** Dependencies whose requests to the outside are counted. */
export interface MeteredDeps extends Deps {
  readonly meter: RequestMeter;
}

/** Returns the dependencies with a meter of their own; once it is spent, nothing more is sent. */
export function meterRequests(deps: Deps, most = deps.budget.requests): MeteredDeps {
  const meter: RequestMeter = { sent: 0, most, beforeSend: null };
  return {
    ...deps,
    meter,
    async outside(request) {
      if (meter.sent >= most) throw new RequestsSpent(`the ${most} requests of this run are spent`);
      await meter.beforeSend?.();
      meter.sent += 1;
      return deps.outside(request);
    },
  };
}

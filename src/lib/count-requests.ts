import type { Deps } from "../deps.ts";

/** Wraps the ways out and counts the requests that were sent through this wrapper, to Waldur and to places that users name. */
export function countRequests<D extends Pick<Deps, "fetch" | "outside">>(
  deps: D,
): { readonly deps: D; readonly sent: { requests: number } } {
  const sent = { requests: 0 };
  return {
    sent,
    deps: {
      ...deps,
      async fetch(request) {
        sent.requests += 1;
        return deps.fetch(request);
      },
      async outside(request) {
        sent.requests += 1;
        return deps.outside(request);
      },
    },
  };
}

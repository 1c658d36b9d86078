import type { HttpRequest, GuardedFetch, Signer, HttpResult, HttpFailure } from "../security/guard.ts";

/** What one call of tsdav may cost. */
export interface ResponseLimits {
  readonly milliseconds: number;
  readonly mostBytes: number;
  readonly mayMove?: (to: URL) => boolean;
}

/** Limits of reading a list or many objects, and of the answer to one change. */
export const readLimits: ResponseLimits = { milliseconds: 30_000, mostBytes: 10 * 1024 * 1024 };
export const writeLimits: ResponseLimits = { milliseconds: 20_000, mostBytes: 64 * 1024 };

/** Lets tsdav make one request, and gives the answer as it came. */
export type Exchange = (
  call: (fetch: typeof globalThis.fetch) => Promise<unknown>,
  limits: ResponseLimits,
) => Promise<HttpResult | HttpFailure>;

/**
 * tsdav writes the requests; the guard sends them. The answers are read here and not shown to tsdav, which turns ETags
 * into numbers, cuts error documents, and drops headers.
 */
export function makeExchange(guarded: GuardedFetch, signer: Signer | null): Exchange {
  return async (call, limits) => {
    let outcome: HttpResult | HttpFailure = { failed: "unreachable", why: "nothing was asked" };
    await call(async (input, init) => {
      outcome = await guarded(askedOf(input, init, limits), signer);
      return new Response(null, { status: 204 });
    });
    return outcome;
  };
}

function askedOf(input: RequestInfo | URL, init: RequestInit | undefined, limits: ResponseLimits): HttpRequest {
  const { body, method = "GET", headers } = init ?? {};
  if (body !== undefined && body !== null && typeof body !== "string") throw new TypeError("a body must be a text");
  return {
    url: input instanceof Request ? input.url : input.toString(),
    method,
    headers: new Headers(headers),
    body: body ?? null,
    ...limits,
  };
}

import { userAgent } from "../agent.ts";
import { withDeadline } from "../lib/deadline.ts";
import { messageOf } from "../errors.ts";
import { readResponseText } from "../lib/body.ts";
import type { Semaphore } from "../lib/semaphore.ts";
import { BlockedAddress, type OutsideRules, blockedReason } from "./outside.ts";

/** The outside of guarded requests. */
export interface GuardParts {
  /** The raw transport; it follows no redirect by itself. */
  readonly outside: (request: Request) => Promise<Response>;
  readonly deadline: (milliseconds: number) => AbortSignal;
  readonly rules: OutsideRules;
  /** Places for large answers, of all requests together; without one there is no bound. */
  readonly semaphore?: Semaphore;
}

/** The credentials of a request: gives the header that shows them, and only where it belongs. */
export interface Signer {
  /** Returns true when this place may see the credentials. */
  trusts(url: URL): boolean;
  /** The value of Authorization for a request; null: none yet. Throws `Unsigned`. */
  header(method: string, url: URL): Promise<string | null>;
  /**
   * Returns the value of Authorization with which a request is worth repeating that a trusted place answered with 401;
   * null: with none. Throws `Unsigned`.
   */
  signAgain(refused: UnauthorizedRequest): Promise<string | null>;
}

/** A request that was answered with 401. */
interface UnauthorizedRequest {
  readonly method: string;
  readonly url: URL;
  /** Its Authorization. */
  readonly authorization: string | null;
  /** The fields of the response. */
  readonly headers: Headers;
}

/** Thrown by a signer that cannot sign at the moment; the request is not sent. */
export class Unsigned extends Error {
  override readonly name = "Unsigned";
}

/** Thrown by a transport that got no connection; the request is not sent. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
}

/** Thrown by a transport that may send nothing more for now; the request is not sent. */
export class RequestsSpent extends Error {
  override readonly name = "RequestsSpent";
}

/** One request. A body is no stream, so that it goes with Content-Length: some servers refuse any other. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
  /** For the whole exchange, redirects included. */
  readonly milliseconds: number;
  /** Null: the answer is not read, and ends with its fields. */
  readonly mostBytes: number | null;
  /** Returns true when a redirect may lead there; asked for writes too, which otherwise stay in their origin. */
  readonly mayMove?: (to: URL) => boolean;
}

/** An answer, read to its end unless nothing of it was wanted. */
export interface HttpResult {
  /** The address it came from, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The credentials were kept back, since this place is not trusted with them. */
  readonly withheld: boolean;
}

/**
 * The reason for having no answer. `blocked`: our own rules; `unsent`: our own budget; `unreachable`: no connection. Nothing was sent to
 * that place then. `timeout`, and `cut` for a connection that ended: it may have taken the request.
 */
export interface HttpFailure {
  readonly failed: "blocked" | "unsent" | "unreachable" | "cut" | "timeout" | "too-large";
  readonly why: string;
}

export type GuardedFetch = (asked: HttpRequest, signer: Signer | null) => Promise<HttpResult | HttpFailure>;

const mostRedirects = 5;
const redirects = new Set([301, 302, 307, 308]);
const readers = new Set(["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"]);
const writers = new Set(["PUT", "DELETE", "MKCOL", "PROPPATCH"]);

/**
 * Requests to places that users name. Each address, also that of each redirect, must pass the rules; redirects are
 * followed at most five times, never from https to http, writes only within their origin; what a signer gives goes only
 * where it says. Every answer is read to its end or cancelled. Never throws.
 */
export function makeGuardedFetch({ outside, deadline, rules, semaphore }: GuardParts): GuardedFetch {
  return async (asked, signer) => {
    try {
      return await follow(asked, signer);
    } catch (error) {
      if (error instanceof Unsigned) return { failed: "unreachable", why: error.message };
      throw error;
    }
  };

  async function follow(asked: HttpRequest, signer: Signer | null): Promise<HttpResult | HttpFailure> {
    const signal = deadline(asked.milliseconds);
    let url = URL.canParse(asked.url) ? new URL(asked.url) : null;
    let hops = 0;
    let repeated: string | null = null;
    for (;;) {
      if (url === null) return { failed: "blocked", why: "this is no address" };
      const refused = blockedReason(url, rules);
      if (refused !== null) return { failed: "blocked", why: `${url.origin}: ${refused}` };
      const trusted = signer !== null && signer.trusts(url);
      const authorization: string | null = trusted ? (repeated ?? (await signer.header(asked.method, url))) : null;
      const told = await sendOnce(asked, url, authorization, signal);
      if ("failed" in told) return told;
      const here: HttpResult = { ...told, withheld: signer !== null && !trusted };
      if (told.status === 401 && trusted && repeated === null) {
        repeated = await signer.signAgain({ method: asked.method, url, authorization, headers: told.headers });
        if (repeated !== null) continue;
      }
      const location = told.headers.get("Location");
      if (!redirects.has(told.status) || location === null) return here;
      const to: URL | null = URL.canParse(location, url.href) ? new URL(location, url) : null;
      const stop = to === null ? "it redirects to an invalid address" : stopOf(asked, url, to);
      hops += 1;
      if (stop !== null || hops > mostRedirects) {
        return { failed: "blocked", why: `${url.origin}: ${stop ?? "it redirects too often"}` };
      }
      repeated = null;
      url = to;
    }
  }

  async function sendOnce(
    { method, headers: given, body, mostBytes }: HttpRequest,
    url: URL,
    authorization: string | null,
    signal: AbortSignal,
  ): Promise<Omit<HttpResult, "withheld"> | HttpFailure> {
    const headers = new Headers(given);
    headers.set("User-Agent", userAgent);
    headers.delete("Authorization");
    if (authorization !== null) headers.set("Authorization", authorization);
    try {
      const request = new Request(url, { method, headers, body, redirect: "manual", signal });
      // A request keeps only a weak hold of its own signal, and may forget it.
      const response = await withDeadline(outside(request), () => signal);
      if (mostBytes === null) {
        void response.body?.cancel().catch(() => undefined);
        return { url: url.href, status: response.status, headers: response.headers, text: "" };
      }
      const text = await readResponseText(response, mostBytes, signal, semaphore);
      if (text === null) return { failed: "too-large", why: `the answer is larger than ${mostBytes} bytes` };
      return { url: url.href, status: response.status, headers: response.headers, text };
    } catch (error) {
      return httpFailure(error, signal);
    }
  }
}

/** Returns why a redirect is not followed; null when it is. */
function stopOf({ method, mayMove }: HttpRequest, from: URL, to: URL): string | null {
  if (from.protocol === "https:" && to.protocol !== "https:") return "it redirects from https to http";
  if (!readers.has(method) && !writers.has(method)) return "it redirects, which is not followed here";
  if (writers.has(method) && to.origin !== from.origin) return `it redirects a change to ${to.origin}`;
  if (mayMove !== undefined && !mayMove(to)) return "it redirects to another place";
  return null;
}

function httpFailure(error: unknown, signal: AbortSignal): HttpFailure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof BlockedAddress) return { failed: "blocked", why: cause.message };
  if (cause instanceof RequestsSpent) return { failed: "unsent", why: cause.message };
  if (signal.aborted || (error instanceof Error && error.name === "TimeoutError")) {
    return { failed: "timeout", why: "no answer in time" };
  }
  return { failed: cause instanceof NotConnected ? "unreachable" : "cut", why: messageOf(cause) };
}

import { davRequest, propfind } from "tsdav";
import type { GuardedFetch, HttpFailure, HttpRequest, HttpResult, Signer } from "../security/guard.ts";
import { makeFailure, responseFailure, unansweredFailure } from "./failure.ts";
import { type Multistatus, readMultistatus } from "./multistatus.ts";
import { isExcessiveXml } from "./xml.ts";
import type { Failure, ReadResult } from "./port.ts";

/** The means to reach a server: the transport, the credentials and the time. */
export interface Connection {
  readonly guarded: GuardedFetch;
  readonly signer: Signer | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The most time and bytes that one request may take, redirects included. */
export interface ResponseLimits {
  readonly milliseconds: number;
  readonly mostBytes: number;
  readonly mayMove?: (to: URL) => boolean;
}

/** Limits of reading a list or many objects. */
export const readLimits: ResponseLimits = { milliseconds: 30_000, mostBytes: 10 * 1024 * 1024 };
/** Limits of looking for calendars, which anybody with a token may ask for at any address. */
export const discoveryLimits: ResponseLimits = { milliseconds: 20_000, mostBytes: 512 * 1024 };
/** Limits of one change, and of reading one object's properties. */
export const writeLimits: ResponseLimits = { milliseconds: 20_000, mostBytes: 64 * 1024 };

/** A call of tsdav with the fetch that it is to use. */
export type DavCall = (fetch: typeof globalThis.fetch) => Promise<unknown>;

/** The requests that reading and writing are made of. */
export interface Wire {
  readonly now: () => number;
  /** Lets tsdav make one request, and resolves to the response as it came. */
  exchange(call: DavCall, limits: ResponseLimits): Promise<HttpResult | HttpFailure>;
  /** Sends one request within `readLimits`; anything but a whole multistatus is a failure. */
  query(call: DavCall): Promise<ReadResult<Multistatus>>;
  /** Returns the multistatus in a response to a reading; anything else is a failure. */
  toMultistatus(result: HttpResult | HttpFailure): ReadResult<Multistatus>;
}

/**
 * Makes the wire to one server. tsdav writes the requests and the guard sends them. The responses are read here and not
 * shown to tsdav, which turns ETags into numbers, cuts error documents, and drops headers.
 */
export function makeWire({ guarded, signer, now }: Connection): Wire {
  const exchange: Wire["exchange"] = async (call, limits) => {
    let result: HttpResult | HttpFailure = { failed: "unreachable", why: "nothing was asked" };
    await call(async (input, init) => {
      result = await guarded(toHttpRequest(input, init, limits), signer);
      return new Response(null, { status: 204 });
    });
    return result;
  };
  const toMultistatus: Wire["toMultistatus"] = (result) => {
    if ("failed" in result) return { failure: unansweredFailure(result) };
    const read = result.status === 207 ? readMultistatus(result.text) : null;
    if (read !== null) return { value: read };
    if (result.status === 207 && isExcessiveXml(result.text)) {
      return invalidResponse("refused, since its XML has too many elements or too many inside one another");
    }
    return { failure: responseFailure("read", result, now()) };
  };
  return { exchange, now, toMultistatus, query: async (call) => toMultistatus(await exchange(call, readLimits)) };
}

function toHttpRequest(
  input: RequestInfo | URL,
  { body, method = "GET", headers }: RequestInit = {},
  limits: ResponseLimits,
): HttpRequest {
  if (body !== undefined && body !== null && typeof body !== "string") throw new TypeError("a body must be a text");
  const url = input instanceof Request ? input.url : input.toString();
  return { url, method, headers: new Headers(headers), body: body ?? null, ...limits };
}

/** Makes a PROPFIND (RFC 4918 9.1); properties with the prefixes of tsdav: d, c, cs, ca. */
export function propfindRequest(url: string, depth: "0" | "1", props: Readonly<Record<string, object>>): DavCall {
  return async (fetch) => propfind({ url, props, depth, fetch });
}

/** Makes a REPORT about the members of a collection (RFC 4791 7), with a body in tsdav's form. */
export function reportRequest(url: string, body: object): DavCall {
  return async (fetch) => davRequest({ url, init: { method: "REPORT", headers: { Depth: "1" }, body }, fetch });
}

/** Returns the failure of a multistatus that makes no sense. */
export function invalidResponse(text: string): { failure: Failure } {
  return { failure: makeFailure("unknown", 207, { text }) };
}

/** Returns the failure of a request for an href that is no object of the calendar: it is never sent. */
export function outsideCollection(href: string): Failure {
  return makeFailure("blocked", null, { text: `${href.slice(0, 100)} is no object of this calendar` });
}

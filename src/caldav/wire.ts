import { davRequest, propfind } from "tsdav";
import type { GuardedFetch, Signer, HttpResult, HttpFailure } from "../security/guard.ts";
import { type Exchange, makeExchange, readLimits } from "./exchange.ts";
import { makeFailure, responseFailure, unansweredFailure } from "./failure.ts";
import { type Multistatus, readMultistatus } from "./multistatus.ts";
import type { ReadResult, Failure } from "./port.ts";

/** How to get to a server: who sends, who asks, and the time. */
export interface Connection {
  readonly guarded: GuardedFetch;
  readonly signer: Signer | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

type DavRequest = (fetch: typeof globalThis.fetch) => Promise<unknown>;

/** The requests that every reading of a server is made of. */
export interface Wire {
  readonly exchange: Exchange;
  readonly now: () => number;
  /** One reading; anything but a whole multistatus is a failure. */
  multistatus(call: DavRequest): Promise<ReadResult<Multistatus>>;
  /** What an answer to a reading holds. */
  parse(told: HttpResult | HttpFailure): ReadResult<Multistatus>;
}

/** The wire to one server. */
export function makeWire({ guarded, signer, now }: Connection): Wire {
  const exchange = makeExchange(guarded, signer);
  const parse = (told: HttpResult | HttpFailure): ReadResult<Multistatus> => {
    if ("failed" in told) return { failure: unansweredFailure(told) };
    const read = told.status === 207 ? readMultistatus(told.text) : null;
    return read === null ? { failure: responseFailure("read", told, now()) } : { value: read };
  };
  return { exchange, now, parse, multistatus: async (call) => parse(await exchange(call, readLimits)) };
}

/** PROPFIND (RFC 4918 9.1); properties with the prefixes of tsdav: d, c, cs, ca. */
export function propfindRequest(url: string, depth: "0" | "1", props: Readonly<Record<string, object>>): DavRequest {
  return async (fetch) => propfind({ url, props, depth, fetch });
}

/** REPORT about the members of a collection (RFC 4791 7), with a body in tsdav's form. */
export function reportRequest(url: string, body: object): DavRequest {
  return async (fetch) => davRequest({ url, init: { method: "REPORT", headers: { Depth: "1" }, body }, fetch });
}

/** An answer that cannot be meant. */
export function invalidResponse(text: string): { failure: Failure } {
  return { failure: makeFailure("unknown", 207, { text }) };
}

/** The failure of a request for an href that is no object of the calendar: such a one is never sent. */
export function outsideCollection(href: string): Failure {
  return makeFailure("blocked", null, { text: `${href.slice(0, 100)} is no object of this calendar` });
}

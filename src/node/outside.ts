import { lookup, type LookupAddress } from "node:dns";
import { type LookupFunction } from "node:net";
import { Agent, buildConnector, fetch } from "undici";
import type { Fetch } from "../deps.ts";
import { causeOf } from "../errors.ts";
import { NotConnected } from "../security/guard.ts";
import { isBlockedIp } from "../security/ip.ts";
import { BlockedAddress } from "../security/outside.ts";

/** Shorter than an exchange: where nothing was sent, the failure says so. */
const connectMilliseconds = 5000;
const idleMilliseconds = 60_000;
/** The number of connections that a Worker may have. */
const connections = 6;

/** The part of `dns.lookup` that is used. */
export type Resolve = (
  host: string,
  options: { readonly all: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/** The transport for addresses that users give, on Node. */
export interface OutsideTransport {
  readonly fetch: Fetch;
  close(): Promise<void>;
}

/**
 * Makes a transport whose connections look up and check an address in one step, so that a name cannot lead to another
 * address afterwards. A name with any blocked address is refused with `BlockedAddress`, unless `mayBeInside` says that the
 * operator allows that host on that port. IP literals are never looked up: the guard checks those. Without a connection a request
 * fails with `NotConnected`. `resolve` is the system's resolver.
 */
export function openOutside(mayBeInside: (url: URL) => boolean, resolve: Resolve = lookup): OutsideTransport {
  const pinned =
    (inside: boolean): LookupFunction =>
    (host, options, callback) => {
      resolve(host, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, "", 0);
        const [first] = addresses;
        const blocked = addresses.some(({ address }) => isBlockedIp(address));
        if (first === undefined || (blocked && !inside)) {
          return callback(new BlockedAddress(`${host} leads to an address that is not on the public internet`), "", 0);
        }
        if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    };
  const openAgent = (inside: boolean): Agent =>
    new Agent({
      connect: openConnector(buildConnector({ lookup: pinned(inside), timeout: connectMilliseconds, allowH2: false })),
      connections,
      headersTimeout: idleMilliseconds,
      bodyTimeout: idleMilliseconds,
      allowH2: false,
    });
  // A look-up is not told the port, so what may lead inside has connections of its own.
  const agents = { inside: openAgent(true), outside: openAgent(false) };
  return {
    async fetch(request) {
      const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
      const response = await fetch(request.url, {
        method: request.method,
        headers: [...request.headers],
        body,
        redirect: "manual",
        signal: request.signal,
        dispatcher: mayBeInside(new URL(request.url)) ? agents.inside : agents.outside,
      });
      return new Response(response.body === null ? null : piped(response.body.getReader()), {
        status: response.status,
        statusText: response.statusText,
        headers: [...response.headers],
      });
    },
    close: async () => void (await Promise.all([agents.inside.destroy(), agents.outside.destroy()])),
  };
}

/** Returns the connector whose failures say that nothing was sent. */
function openConnector(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(error instanceof BlockedAddress ? error : new NotConnected(causeOf(error), { cause: error }), null);
    });
}

/** Returns the same bytes as a stream of this runtime, since undici's has another type. */
function piped(reader: {
  read(): Promise<{ done: boolean; value?: Uint8Array<ArrayBuffer> }>;
  cancel(): Promise<void>;
}) {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (value !== undefined) controller.enqueue(value);
      if (done) controller.close();
    },
    cancel: async () => reader.cancel(),
  });
}

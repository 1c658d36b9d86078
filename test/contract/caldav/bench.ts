import { type FoundCalendar, makeCalendar, removeEmptyCalendar } from "../../../src/caldav/calendars.ts";
import { makeCalendarPort } from "../../../src/caldav/client.ts";
import { discover, type Discovery } from "../../../src/caldav/discover.ts";
import type { ReadResult, CalendarPort, RemoteObject, ServerProfile } from "../../../src/caldav/port.ts";
import { probe } from "../../../src/caldav/probe.ts";
import { type LoginCredentials, makeSigner } from "../../../src/caldav/auth/signer.ts";
import { type Connection, readLimits } from "../../../src/caldav/wire.ts";
import type { Fetch } from "../../../src/deps.ts";
import { makeGuardedFetch } from "../../../src/security/guard.ts";

/** The operations of the suite on a server, from inside one runtime. */
export interface Bench {
  port(url: string): CalendarPort;
  discover(start: string): Promise<Discovery>;
  makeCalendar(home: string, name: string): Promise<ReadResult<FoundCalendar>>;
  /** Takes away an empty calendar; false when something is in it. */
  removeCalendar(url: string): Promise<boolean>;
  probe(url: string): Promise<ReadResult<ServerProfile>>;
}

export interface Account {
  readonly start: string;
  /** Null: the server lets everybody in. */
  readonly credentials: LoginCredentials | null;
}

const random = (bytes: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(bytes));

/** The line to an account's server, whose host is allowed whatever it is. */
export function lineTo({ start, credentials }: Account, outside: Fetch, now: () => number = Date.now): Connection {
  const { origin, host } = new URL(start);
  const deadline = (milliseconds: number): AbortSignal => AbortSignal.timeout(milliseconds);
  return {
    guarded: makeGuardedFetch({ outside, deadline, rules: { allowed: [host], own: [] } }),
    signer: credentials === null ? null : makeSigner(credentials, { origins: [origin], domain: null }, random),
    now,
  };
}

/** Sends what another program of the person sends. Resolves to the status and the body of the answer. */
export async function ask(
  { guarded, signer }: Connection,
  method: string,
  url: string,
  body: string | null = null,
): Promise<{ readonly status: number; readonly text: string }> {
  const type = body?.startsWith("<") === true ? "application/xml" : "text/calendar";
  const headers = new Headers(body === null ? {} : { "Content-Type": `${type}; charset=utf-8` });
  const answer = await guarded({ url, method, headers, body, ...readLimits }, signer);
  if ("failed" in answer) throw new Error(`${method} ${url}: ${answer.failed} ${answer.why}`);
  return answer;
}

/** The bench in this runtime. */
export function makeBench(line: Connection): Bench {
  return {
    port: (url) => makeCalendarPort(url, line),
    discover: async (start) => discover(start, line),
    makeCalendar: async (home, name) => makeCalendar(home, { name, colour: "#336699" }, line, random),
    removeCalendar: async (url) => removeEmptyCalendar(url, line),
    probe: async (url) => probe(url, line, random),
  };
}

interface Call {
  readonly account: Account;
  readonly method: string;
  readonly url: string;
  readonly args: readonly string[];
}

/** Does what a call of `remoteBench` asks, with the network of this runtime. */
export async function answerCall(request: Request, outside: Fetch): Promise<Response> {
  const { account, method, url, args }: Call = JSON.parse(await request.text());
  const bench = makeBench(lineTo(account, outside));
  const port = bench.port(url);
  const [first = "", second = "", third = ""] = args;
  switch (method) {
    case "discover":
      return Response.json(await bench.discover(url));
    case "removeCalendar":
      return Response.json(await bench.removeCalendar(url));
    case "makeCalendar":
      return Response.json(await bench.makeCalendar(url, first));
    case "probe":
      return Response.json(await bench.probe(url));
    case "read": {
      const answer = await port.read(args);
      return Response.json("value" in answer ? { value: [...answer.value] } : answer);
    }
    case "state":
    case "list":
      return Response.json(await port[method]());
    case "changes":
    case "look":
    case "findUid":
      return Response.json(await port[method](first));
    case "create":
    case "remove":
      return Response.json(await port[method](first, second));
    case "update":
      return Response.json(await port.update(first, second, third));
    default:
      return new Response("no such method", { status: 400 });
  }
}

/** The bench behind `answerCall` in another runtime. */
export function remoteBench(account: Account, send: (body: string) => Promise<string>): Bench {
  const ask = async <T>(method: string, url: string, args: readonly string[] = []): Promise<T> => {
    const call: Call = { account, method, url, args };
    const told: T = JSON.parse(await send(JSON.stringify(call)));
    return told;
  };
  return {
    port: (url) => ({
      state: async () => ask("state", url),
      list: async () => ask("list", url),
      changes: async (token) => ask("changes", url, [token]),
      look: async (href) => ask("look", url, [href]),
      findUid: async (uid) => ask("findUid", url, [uid]),
      create: async (name, body) => ask("create", url, [name, body]),
      update: async (href, etag, body) => ask("update", url, [href, etag, body]),
      remove: async (href, etag) => ask("remove", url, [href, etag]),
      async read(hrefs) {
        const answer = await ask<ReadResult<[string, RemoteObject | null][]>>("read", url, hrefs);
        return "value" in answer ? { value: new Map(answer.value) } : answer;
      },
    }),
    discover: async (start) => ask("discover", start),
    makeCalendar: async (home, name) => ask("makeCalendar", home, [name]),
    removeCalendar: async (url) => ask("removeCalendar", url),
    probe: async (url) => ask("probe", url),
  };
}

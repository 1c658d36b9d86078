import { makeWaldurClient } from "../../src/waldur/client.ts";
import type { Traits, WaldurClient } from "../../src/waldur/client.ts";
import { makeSend, type Transport } from "../../src/waldur/http.ts";

export const classicToken = "0123456789abcdef0123456789abcdef01234567";
/** Time of the fake clock: 23 November 2026, 12:00 UTC. */
export const nowMs = Date.UTC(2026, 10, 23, 12);
export const newest: Traits = { dateTimes: true, offeringLists: true };

/** Answers a request in place of Waldur, or makes the error that fetch throws. */
export type Answering = (request: Request, attempt: number) => Response | Error | Promise<Response | Error>;

export interface Fake {
  readonly transport: Transport;
  readonly requests: Request[];
  /** Milliseconds of each pause. */
  readonly pauses: number[];
  readonly deadlines: number[];
}

/** A transport whose clock stands still and whose pauses are only written down. `chance` is the byte that makes the jitter. */
export function fake(answering: Answering, options: { readonly token?: string; readonly chance?: number } = {}): Fake {
  const requests: Request[] = [];
  const pauses: number[] = [];
  const deadlines: number[] = [];
  const transport: Transport = {
    url: "https://waldur.example.org",
    token: options.token ?? classicToken,
    fetch: async (request) => {
      requests.push(request);
      const answer = await answering(request, requests.length);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
    },
    deadline: (milliseconds) => {
      deadlines.push(milliseconds);
      return new AbortController().signal;
    },
    now: () => nowMs,
    random: (bytes) => new Uint8Array(bytes).fill(options.chance ?? 128),
    timeoutMilliseconds: 30_000,
  };
  return { transport, requests, pauses, deadlines };
}

export function fakeSend(answering: Answering, options: { readonly token?: string; readonly chance?: number } = {}) {
  const made = fake(answering, options);
  return { ...made, send: makeSend(made.transport) };
}

export function fakeClient(
  answering: Answering,
  options: { readonly token?: string; readonly traits?: Traits } = {},
): Fake & { readonly client: WaldurClient; readonly learnt: Traits[] } {
  const made = fake(answering, options);
  const learnt: Traits[] = [];
  const client = makeWaldurClient({
    ...made.transport,
    traits: options.traits ?? newest,
    onTraits: (traits) => learnt.push(traits),
  });
  return { ...made, client, learnt };
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

/** A page of a list; `next` is the number of the page after it. */
export function list(rows: readonly unknown[], count = rows.length, next: number | null = null): Response {
  const link = (rel: string, page: number): string =>
    `<https://elsewhere.example/api/x/?o=created&page=${page}>; rel="${rel}"`;
  return json(rows, 200, {
    "X-Result-Count": String(count),
    Link: [link("first", 1), ...(next === null ? [] : [link("next", next)]), link("last", 99)].join(", "),
  });
}

/** A booking as Waldur lists it. */
export function row(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    uuid: "a".repeat(32),
    name: "Confocal session",
    description: "",
    state: "OK",
    created: "2026-11-23T12:37:49.795141Z",
    modified: "2026-11-23T12:37:49.849366Z",
    slots: [{ start: "2026-12-03T10:00:00Z", end: "2026-12-03T12:00:00Z", backend_id: "booking_1" }],
    attributes: { schedules: [{ start: "2026-12-03T10:00:00.000Z", end: "2026-12-03T12:00:00.000Z" }] },
    offering_uuid: "b".repeat(32),
    offering_name: "Confocal microscope",
    provider_uuid: "c".repeat(32),
    provider_name: "Nordic Imaging Centre",
    customer_uuid: "d".repeat(32),
    customer_name: "Karolin Cell Laboratory",
    project_uuid: "e".repeat(32),
    project_name: "Cell cycle",
    created_by_full_name: "Anna Berg",
    created_by_username: "anna.berg",
    error_message: "",
    ...change,
  };
}

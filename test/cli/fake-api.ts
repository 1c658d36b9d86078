import { runCli } from "../../src/cli/run.ts";
import type { ApiOptions, Runtime } from "../../src/cli/runtime.ts";

/** A request to the API, as the tests look at it. */
interface Asked {
  readonly method: string;
  /** Behind `/api/v1`, with query. */
  readonly path: string;
  readonly body: unknown;
  readonly token: string | null;
  readonly origin: string;
}

export type Route = (asked: Asked) => Response | Promise<Response>;

export interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly Asked[];
  /** The arguments of each opening of the API. */
  readonly opened: readonly ApiOptions[];
  readonly closed: number;
  readonly slept: number;
}

/** Runs a command line against an API made of routes, named `METHOD /path` without query; what is not there is 404. */
export async function run(
  line: string | readonly string[],
  routes: Readonly<Record<string, Route>> = {},
  overrides: Partial<Runtime> = {},
): Promise<Outcome> {
  let out = "";
  let err = "";
  let closed = 0;
  let slept = 0;
  const asked: Asked[] = [];
  const opened: ApiOptions[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const text = await request.text();
    const one: Asked = {
      method: request.method,
      path: url.href.slice(`${url.origin}/api/v1`.length),
      body: text === "" ? null : JSON.parse(text),
      token: request.headers.get("Authorization"),
      origin: url.origin,
    };
    asked.push(one);
    const route = routes[`${one.method} ${url.pathname.slice("/api/v1".length)}`];
    return route === undefined ? failed(404, "not_found", "there is nothing") : route(one);
  };
  const exit = await runCli(typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line, {
    version: "1.2.3",
    env: {},
    stdout: (text) => (out += text),
    stderr: (text) => (err += text),
    stdin: async () => "",
    isTerminal: false,
    sleep: async () => void (slept += 1),
    api: async (options) => {
      opened.push(options);
      return { fetch, close: async () => void (closed += 1) };
    },
    serve: async () => 0,
    demo: async () => 0,
    keygen: async () => ({ keys: "k:new", notes: [] }),
    backup: async ({ file }) => ({ file, bytes: 1, tables: 1, notes: [] }),
    copy: async ({ file }) => ({ file, tables: 1, rows: 1 }),
    restore: async ({ file }) => ({ file, bytes: 1, tables: 1, kept: null, notes: [] }),
    ...overrides,
  });
  return { exit, out, err, asked, opened, closed, slept };
}

export function answer(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

export function failed(status: number, code: string, message: string): Response {
  return answer({ error: { code, message, requestId: "r1" } }, status);
}

export const uuid = (digit: number): string => String(digit).repeat(32);

/** A feed as the API tells it. */
export function feedJson(changes: { readonly source?: object; readonly [name: string]: unknown } = {}) {
  const { source, ...rest } = changes;
  return {
    id: "f1",
    name: "Microscopes",
    state: "active",
    standing: "owner",
    source: {
      id: "s1",
      kind: "provider",
      uuid: uuid(1),
      name: "Core Facility",
      partial: null,
      loaded: true,
      bookings: 12,
      pending: 1,
      freshAt: "2030-01-02T03:04:05.000Z",
      failure: null,
      failingSince: null,
      access: "ok",
      lost: null,
      lostSince: null,
      held: null,
      skipped: 0,
      ...source,
    },
    profile: {
      detail: "full",
      language: "en",
      zone: null,
      alarmMinutes: 15,
      colour: null,
      cancelled: "keep",
      stateMark: "word",
      wholeDays: true,
      offeringColours: false,
      chosenColours: {},
      offeringImages: false,
      decisions: "sign-in",
      pastDays: 30,
      futureDays: 365,
      filter: { states: ["OK", "Creating"], text: "laser" },
    },
    address: "https://calendar.example.org/f/secret-secret/core-facility.ics",
    missingKey: null,
    webcal: "webcal://calendar.example.org/f/secret-secret/core-facility.ics",
    freeBusy: "https://calendar.example.org/f/secret-secret/core-facility.ifb",
    events: 14,
    bytes: 9100,
    warning: null,
    held: [],
    createdAt: "2030-01-01T00:00:00.000Z",
    expiresAt: null,
    usedAt: "2030-01-02T03:00:00.000Z",
    usedBy: "Thunderbird",
    ...rest,
  };
}

/** The report of a run of sync on the source `s1`. */
export function syncJson(source: object = {}, complete = true) {
  const changes = { added: 0, changed: 0, removed: 0 };
  return {
    sources: [
      {
        id: "s1",
        name: "Core Facility",
        ...changes,
        skipped: 0,
        requests: 2,
        pages: 1,
        failure: "",
        held: "",
        ...source,
      },
    ],
    feeds: [{ id: "f1", name: "Microscopes", ...changes, held: [] }],
    targets: [],
    complete,
    since: null,
  };
}

/** The report of a run that found nothing to do and could not finish. */
export const noSync = { sources: [], feeds: [], targets: [], complete: false, since: null };

import { hrefName } from "../../../src/caldav/hrefs.ts";
import { readObject } from "../../../src/mirror/remote-object.ts";
import type {
  ReadResult,
  CalendarPort,
  Failure,
  FailureKind,
  ListedObject,
  RemoteObject,
  ServerProfile,
  WriteOutcome,
} from "../../../src/caldav/port.ts";

import type { RequestMeter } from "../../../src/mirror/request-meter.ts";

const folder = "/dav/work/";
export const calendarUrl = `https://caldav.example${folder}`;

export interface Quirks {
  readonly ignoresIfNoneMatch: boolean;
  readonly ignoresIfMatchOnDelete: boolean;
  readonly tellsEtag: boolean;
  /** Keeps what it is given in another form. */
  readonly rewrite: (body: string) => string;
  readonly changeFeed: ServerProfile["changeFeed"];
  /** Token and ctag count seconds, as SOGo's do. */
  readonly slowTags: boolean;
  /** A UID that was deleted is refused for ever. */
  readonly burnsUids: boolean;
}

export const faithful: Quirks = {
  ignoresIfNoneMatch: false,
  ignoresIfMatchOnDelete: false,
  tellsEtag: true,
  rewrite: (body) => body,
  changeFeed: "sync-token",
  slowTags: false,
  burnsUids: false,
};

export function profileOf(quirks: Quirks, change: Partial<ServerProfile> = {}): ServerProfile {
  return {
    honoursIfNoneMatch: !quirks.ignoresIfNoneMatch,
    honoursIfMatch: true,
    honoursIfMatchOnDelete: !quirks.ignoresIfMatchOnDelete,
    tellsEtag: quirks.tellsEtag,
    rewrites: false,
    changeFeed: quirks.changeFeed,
    silentTokens: quirks.slowTags,
    maxBytes: null,
    minAt: null,
    maxAt: null,
    concurrency: 4,
    software: "memory",
    ...change,
  };
}

export function failureOf(kind: FailureKind, change: Partial<Failure> = {}): Failure {
  return { kind, status: null, precondition: "", text: kind, retryAfter: null, href: null, ...change };
}

/** The fault of one request: it fails, and was done before or not. */
interface Fault {
  readonly failure: Failure;
  readonly done: boolean;
}

export type Call = { readonly name: keyof CalendarPort; readonly at: string };

/** A calendar in memory behind the port, so that thousands of schedules run in a minute. */
export function memoryCalendar(quirks: Quirks, now: () => number) {
  const objects = new Map<string, { etag: string; body: string }>();
  const log: { name: string; at: number; mark: number }[] = [];
  const burnt = new Set<string>();
  const calls: Call[] = [];
  let etags = 0;
  let marks = 0;
  const state = { fault: null as ((call: Call) => Fault | null) | null, gone: false };

  let epoch = 1;
  const tagNow = (): string => (quirks.slowTags ? String(log.at(-1)?.at ?? -1) : `${epoch}-${marks}`);
  const touch = (name: string): void => {
    marks += 1;
    log.push({ name, at: Math.floor(now() / 1000), mark: marks });
  };
  const put = (name: string, body: string): string => {
    const etag = `"e${(etags += 1)}"`;
    objects.set(name, { etag, body });
    touch(name);
    return etag;
  };
  const drop = (name: string): void => {
    const uid = readObject(objects.get(name)?.body ?? "")?.uid;
    if (uid !== undefined) burnt.add(uid);
    objects.delete(name);
    touch(name);
  };
  /** The calendar is made again under its name, with some of what was in it. */
  const remake = (keeps: (name: string) => boolean): void => {
    const kept = [...objects].filter(([name]) => keeps(name));
    epoch += 1;
    objects.clear();
    log.length = 0;
    burnt.clear();
    for (const [name, { body }] of kept) put(name, body);
  };
  const listed = (name: string): ListedObject => ({ href: folder + name, etag: objects.get(name)?.etag ?? null });

  async function ask<T>(call: Call, answer: () => T): Promise<T | { failure: Failure }> {
    calls.push(call);
    const fault = state.fault?.(call) ?? null;
    if (fault === null) return state.gone ? { failure: failureOf("missing", { status: 404 }) } : answer();
    if (fault.done) answer();
    return { failure: fault.failure };
  }

  const port: CalendarPort = {
    state: async () =>
      ask({ name: "state", at: "" }, () => ({
        value: {
          ctag: quirks.changeFeed === "none" ? null : `c${tagNow()}`,
          syncToken: quirks.changeFeed === "sync-token" ? `t${tagNow()}` : null,
        },
      })),
    list: async () => ask({ name: "list", at: "" }, () => ({ value: [...objects.keys()].map(listed) })),
    changes: async (token) =>
      ask({ name: "changes", at: token }, (): Awaited<ReturnType<CalendarPort["changes"]>> => {
        const [, of, mark] = /^t(?:(\d+)-)?(-?\d+)$/.exec(token) ?? [];
        if (mark === undefined || (of !== undefined && Number(of) !== epoch)) return { value: "token-lost" };
        const since = Number(mark);
        const names = new Set(
          log.filter(({ at, mark }) => (quirks.slowTags ? at > since : mark > since)).map(({ name }) => name),
        );
        const all = [...names];
        return {
          value: {
            changed: all.filter((name) => objects.has(name)).map(listed),
            removed: all.filter((name) => !objects.has(name)).map((name) => folder + name),
            token: `t${tagNow()}`,
          },
        };
      }),
    read: async (hrefs) =>
      ask({ name: "read", at: hrefs.join(" ") }, (): ReadResult<ReadonlyMap<string, RemoteObject | null>> => ({
        value: new Map(
          hrefs.map((href) => {
            const object = objects.get(hrefName(href));
            return [href, object === undefined ? null : { href, ...object }];
          }),
        ),
      })),
    look: async (href) =>
      ask({ name: "look", at: href }, () => {
        const object = objects.get(hrefName(href));
        return { value: object === undefined ? null : { etag: object.etag } };
      }),
    findUid: async (uid) =>
      ask({ name: "findUid", at: uid }, () => {
        const found = [...objects].find(([, { body }]) => readObject(body)?.uid === uid);
        return { value: found === undefined ? null : folder + found[0] };
      }),
    create: async (name, body) =>
      ask({ name: "create", at: name }, (): WriteOutcome => {
        const uid = readObject(body)?.uid ?? "";
        if (objects.has(name) && !quirks.ignoresIfNoneMatch) return { failure: failureOf("exists", { status: 412 }) };
        const other = [...objects].find(([at, object]) => at !== name && readObject(object.body)?.uid === uid);
        if (other !== undefined || (quirks.burnsUids && burnt.has(uid)))
          return { failure: failureOf("uid-taken", { status: 409 }) };
        const etag = put(name, quirks.rewrite(body));
        return { done: true, href: folder + name, etag: quirks.tellsEtag ? etag : null };
      }),
    update: async (href, etag, body) =>
      ask({ name: "update", at: href }, (): WriteOutcome => {
        const name = hrefName(href);
        if (objects.get(name)?.etag !== etag) return { failure: failureOf("changed", { status: 412 }) };
        const next = put(name, quirks.rewrite(body));
        return { done: true, href, etag: quirks.tellsEtag ? next : null };
      }),
    remove: async (href, etag) =>
      ask({ name: "remove", at: href }, (): WriteOutcome => {
        const name = hrefName(href);
        const object = objects.get(name);
        if (object === undefined) return { done: true, href, etag: null };
        if (object.etag !== etag && !quirks.ignoresIfMatchOnDelete)
          return { failure: failureOf("changed", { status: 412 }) };
        drop(name);
        return { done: true, href, etag: null };
      }),
  };
  return { port, objects, calls, state, put, drop, remake };
}

/** The same calendar, each of whose requests is counted, and what a multiget does not find as one more. */
export function meterPort(port: CalendarPort, meter: RequestMeter): CalendarPort {
  const counted =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T | { failure: Failure }> => {
      if (meter.sent >= meter.most) return { failure: failureOf("unsent") };
      meter.sent += 1;
      return call(...args);
    };
  return {
    state: counted(async () => port.state()),
    list: counted(async () => port.list()),
    changes: counted(async (token: string) => port.changes(token)),
    read: counted(async (...args: Parameters<typeof port.read>) => {
      const answer = await port.read(...args);
      if ("failure" in answer) return answer;
      meter.sent += [...answer.value.values()].filter((object) => object === null).length;
      return meter.sent > meter.most ? { failure: failureOf("unsent") } : answer;
    }),
    look: counted(async (href: string) => port.look(href)),
    findUid: counted(async (uid: string) => port.findUid(uid)),
    create: counted(async (name: string, body: string) => port.create(name, body)),
    update: counted(async (href: string, etag: string, body: string) => port.update(href, etag, body)),
    remove: counted(async (href: string, etag: string) => port.remove(href, etag)),
  };
}

const writing = new Set<string>(["create", "update", "remove"]);

/** The writes among these calls. */
export function writesOf(calls: readonly Call[]): Call[] {
  return calls.filter(({ name }) => writing.has(name));
}

import { denied, inLatin, plain } from "./answers.ts";
import { etagHeader } from "./etag.ts";
import type { Fault } from "./faults.ts";
import { makeGate, type User } from "./gate.ts";
import { faithful, type Quirks } from "./quirks.ts";
import { propfind, report } from "./reading.ts";
import { Shelf, type Stored } from "./shelf.ts";
import { home, placeOf, type Recorded, type Site } from "./site.ts";
import { make, missingParent, put, remove, removeCalendar, rename } from "./writing.ts";

export interface ServerOptions {
  readonly quirks?: Partial<Quirks>;
  readonly user?: User;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly origin?: string;
}

/**
 * A CalDAV server in memory that behaves as RFC 4791, 5689, 6578 and 4918 want it, or with the quirks of real ones.
 * `fetch` answers as the network would; each request is recorded; a write without condition is refused and remembered.
 */
export function makeCaldav(options: ServerOptions = {}) {
  const quirks: Quirks = { ...faithful, ...options.quirks };
  const now = options.now ?? ((): number => Date.UTC(2027, 0, 4));
  const origin = options.origin ?? "https://caldav.example";
  const user: User = options.user ?? { name: "alice", password: "s3cret", token: "bearer-of-alice" };
  const gate = makeGate(quirks, user);
  const shelves = new Map<string, Shelf>([[`${home}work/`, new Shelf("Work", quirks, now)]]);
  const site: Site = { quirks, origin, shelves, now };
  const requests: Recorded[] = [];
  const unconditional: string[] = [];
  const faults: { fault: Fault; matches: (request: Recorded) => boolean; left: number }[] = [];

  const calendar = (name = "work"): Shelf => {
    const shelf = shelves.get(`${home}${name}/`);
    if (shelf === undefined) throw new Error(`no calendar ${name}`);
    return shelf;
  };

  async function fetch(request: Request): Promise<Response> {
    const pathname = new URL(request.url).pathname.replace(/%(?:[46][1-9a-f]|[57][0-9a])/gi, decodeURIComponent);
    const seen: Recorded = {
      method: request.method,
      path: pathname,
      url: request.url,
      headers: request.headers,
      body: await request.text(),
      status: null,
    };
    requests.push(seen);
    const match = seen.headers.get("If-Match");
    // "Any there is" is no condition for a PUT: it overwrites what others wrote.
    const conditional =
      (match !== null && !(match === "*" && seen.method === "PUT")) || seen.headers.has("If-None-Match");
    if (!conditional && (seen.method === "PUT" || seen.method === "DELETE")) {
      unconditional.push(`${seen.method} ${seen.path}`);
      return new Response("unconditional write", { status: 500 });
    }
    const apply = async (): Promise<Response> => {
      const response = await answer(seen);
      seen.status = response.status;
      return response;
    };
    const scripted = faults.find(({ matches, left }) => left > 0 && matches(seen));
    if (scripted === undefined) return apply();
    scripted.left -= 1;
    return scripted.fault(apply, request);
  }

  let writing = false;
  let dropped = 0;

  async function answer(seen: Recorded): Promise<Response> {
    const { method, path } = seen;
    if (path === "/.well-known/caldav") return plain(301, "", { Location: "/dav/" });
    if (!path.startsWith("/dav/")) return plain(404, "nothing here");
    if (!gate.allows(seen)) {
      return plain(401, "who are you?", quirks.challenges ? { "WWW-Authenticate": gate.challenge() } : {});
    }
    if (method === "OPTIONS") return plain(200, "", { DAV: "1, 3, access-control, calendar-access" });
    if (method === "PROPFIND") return quirks.latin ? inLatin(propfind(site, seen)) : propfind(site, seen);
    if (method === "MKCOL" || method === "MKCALENDAR") return make(site, seen);
    const place = placeOf(site, path);
    if (method === "PROPPATCH") return place?.name === "" ? rename(site, place.shelf, seen) : plain(404, "");
    if (method === "REPORT")
      return place?.name === "" ? report(site, place.shelf, path, seen.body) : plain(404, "no such collection");
    if (method === "GET" && place !== null) {
      const stored = place.shelf.objects.get(place.name);
      return stored === undefined
        ? plain(404, "")
        : plain(200, stored.body, { "Content-Type": "text/calendar", ...etagHeader(quirks, stored) });
    }
    if (method !== "PUT" && method !== "DELETE") return plain(405, "");
    if (place === null) return method === "DELETE" ? plain(404, "") : missingParent(quirks);
    if (place.name === "") {
      const removed = method === "DELETE" ? removeCalendar(site, seen) : null;
      if (removed !== null) return removed;
      unconditional.push(`${method} ${path}`);
      return plain(500, "a write to the collection itself");
    }
    if (quirks.readOnly) return denied(403, "need-privileges");
    const write = method === "PUT" ? put : remove;
    if (!quirks.oneAtATime) return write(site, place.shelf, place.name, seen);
    if (writing) return plain(423, "locked");
    writing = true;
    await new Promise((resolve) => void setImmediate(resolve));
    writing = false;
    return write(site, place.shelf, place.name, seen);
  }

  return {
    fetch,
    origin,
    user,
    quirks,
    /** Addresses a client may begin with. */
    home: origin + home,
    calendarUrl: (name = "work"): string => `${origin}${home}${name}/`,
    calendar,
    /** Edits of a person with a calendar program of their own. */
    put: (name: string, body: string, inCalendar = "work"): Stored => calendar(inCalendar).put(name, body),
    drop: (name: string, inCalendar = "work"): void => calendar(inCalendar).remove(name),
    addCalendar: (name: string, components?: readonly string[]): void => {
      const shelf = new Shelf(name, quirks, now);
      if (quirks.uniqueTokens) shelf.epoch = shelves.size + dropped + 1;
      if (components !== undefined) shelf.components = components;
      shelves.set(`${home}${name}/`, shelf);
    },
    dropCalendar: (name = "work"): void => {
      shelves.delete(`${home}${name}/`);
      dropped += 1;
    },
    /** The calendar is made again under its name, or restored from an older copy, with these objects. */
    remake: (keeps: (name: string) => boolean, name = "work"): void =>
      void shelves.set(`${home}${name}/`, calendar(name).again(keeps)),
    /** Every sync token given so far is unknown from now on. */
    loseTokens: (inCalendar = "work"): void => {
      calendar(inCalendar).epoch += 1;
    },
    /** The bodies in a calendar, by decoded name. */
    bodies: (inCalendar = "work"): Map<string, string> =>
      new Map([...calendar(inCalendar).objects].map(([name, { body }]) => [name, body])),
    /** Every request, in order. */
    requests,
    /** Requests since the last call, as "METHOD /path". */
    taken: (): string[] => requests.splice(0).map(({ method, path }) => `${method} ${path}`),
    /** Writes without condition, and writes to a collection: there must never be any. */
    unconditional,
    /** Lets the next `times` requests that match meet a fault. */
    script(fault: Fault, matches: string | ((request: Recorded) => boolean) = () => true, times = 1): void {
      faults.push({
        fault,
        matches: typeof matches === "string" ? ({ method }) => method === matches : matches,
        left: times,
      });
    },
    /** Takes away all faults. */
    heal(): void {
      faults.length = 0;
    },
  };
}

export type Caldav = ReturnType<typeof makeCaldav>;

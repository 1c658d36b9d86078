import {
  caldavSpace,
  child,
  childrenOf,
  davSpace,
  escapeXml,
  parseXml,
  type XmlElement,
} from "../../src/caldav/xml.ts";
import { allows, challengeOf, type User } from "./gate.ts";
import { denied, errorOf, multistatus, plain } from "./answers.ts";
import type { Fault } from "./faults.ts";
import { faithful, type Quirks } from "./quirks.ts";
import { Shelf, type Stored, uidOf } from "./shelf.ts";

export interface ServerOptions {
  readonly quirks?: Partial<Quirks>;
  readonly user?: User;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly origin?: string;
}

/** A request as it came in. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  status: number | null;
}

const home = "/dav/calendars/alice/";
const principal = "/dav/principals/alice/";

/**
 * A CalDAV server in memory that behaves as RFC 4791, 5689, 6578 and 4918 want it, or with the quirks of real ones.
 * `fetch` answers as the network would; each request is recorded; a write without condition is refused and remembered.
 */
export function makeCaldav(options: ServerOptions = {}) {
  const quirks: Quirks = { ...faithful, ...options.quirks };
  const now = options.now ?? ((): number => Date.UTC(2027, 0, 4));
  const origin = options.origin ?? "https://caldav.example";
  const user: User = options.user ?? { name: "alice", password: "s3cret", token: "bearer-of-alice" };
  const shelves = new Map<string, Shelf>([[`${home}work/`, new Shelf("Work", quirks, now)]]);
  const requests: Recorded[] = [];
  const unconditional: string[] = [];
  const faults: { fault: Fault; matches: (request: Recorded) => boolean; left: number }[] = [];

  const calendar = (name = "work"): Shelf => {
    const shelf = shelves.get(`${home}${name}/`);
    if (shelf === undefined) throw new Error(`no calendar ${name}`);
    return shelf;
  };

  async function fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
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

  async function answer(seen: Recorded): Promise<Response> {
    const { method, path } = seen;
    if (path === "/.well-known/caldav") return plain(301, "", { Location: "/dav/" });
    if (!path.startsWith("/dav/")) return plain(404, "nothing here");
    if (!(await allows(quirks.auth, user, seen))) {
      return plain(401, "who are you?", quirks.challenges ? { "WWW-Authenticate": challengeOf(quirks.auth) } : {});
    }
    if (method === "OPTIONS") return plain(200, "", { DAV: "1, 3, access-control, calendar-access" });
    if (method === "PROPFIND") return propfind(seen);
    if (method === "MKCOL" || method === "MKCALENDAR") return make(seen);
    const place = placeOf(path);
    if (method === "REPORT")
      return place?.name === "" ? report(place.shelf, path, seen.body) : plain(404, "no such collection");
    if (method === "GET" && place !== null) {
      const stored = place.shelf.objects.get(place.name);
      return stored === undefined
        ? plain(404, "")
        : plain(200, stored.body, { "Content-Type": "text/calendar", ...etagHeader(stored) });
    }
    if (method !== "PUT" && method !== "DELETE") return plain(405, "");
    if (place === null) return method === "DELETE" ? plain(404, "") : missingParent();
    if (place.name === "") {
      unconditional.push(`${method} ${path}`);
      return plain(500, "a write to the collection itself");
    }
    if (quirks.readOnly) return denied(403, "need-privileges");
    return method === "PUT" ? put(place.shelf, place.name, seen) : remove(place.shelf, place.name, seen);
  }

  function placeOf(path: string): { shelf: Shelf; name: string } | null {
    const cut = path.lastIndexOf("/") + 1;
    const shelf = shelves.get(path.slice(0, cut));
    return shelf === undefined ? null : { shelf, name: decodeURIComponent(path.slice(cut)).normalize("NFC") };
  }

  function missingParent(): Response {
    const status = quirks.missingParent;
    return status === 403
      ? plain(403, "<html><body>Mailbox does not exist</body></html>", { "Content-Type": "text/html" })
      : plain(status, "no such collection");
  }

  function put(shelf: Shelf, name: string, { headers, body }: Recorded): Response {
    const old = shelf.objects.get(name);
    const fail = (status: number, condition: string, href = ""): Response => {
      if (quirks.failsPutWith207) {
        return multistatus(
          `<D:response><D:href>x</D:href><D:status>HTTP/1.1 ${status} no</D:status>${errorOf(condition, href)}</D:response>`,
        );
      }
      return condition === "" ? plain(status, "no") : denied(status, condition, href);
    };
    if (headers.has("Transfer-Encoding")) return plain(400, "Bad Request");
    const wanted = headers.get("If-Match");
    if (
      wanted !== null &&
      !(old === undefined ? quirks.createsOnIfMatch : quirks.ignoresIfMatch || same(wanted, old))
    ) {
      return plain(412, "Precondition failed.");
    }
    if (headers.get("If-None-Match") === "*" && old !== undefined && !quirks.ignoresIfNoneMatch)
      return plain(412, "Precondition failed.");
    if (quirks.maxBytes !== null && new TextEncoder().encode(body).byteLength > quirks.maxBytes)
      return fail(403, "max-resource-size");
    const uid = uidOf(body);
    if (!/^BEGIN:VCALENDAR[\s\S]*BEGIN:VEVENT[\s\S]*END:VCALENDAR\s*$/.test(body) || uid === "")
      return fail(403, "valid-calendar-data");
    if (/^METHOD:/m.test(body) || !/^DTEND/m.test(body)) return fail(403, "valid-calendar-data");
    if (old !== undefined && old.uid !== uid) return fail(409, "no-uid-conflict");
    const refused = uidConflict(shelf, name, uid, fail);
    if (refused !== null) return refused;
    const stored = shelf.put(name, body);
    const status = old === undefined ? 201 : quirks.updateStatus;
    return plain(
      status,
      null,
      quirks.putEtag === "absent" ? {} : etagHeader(stored, quirks.putEtag === "gzip" ? "-gzip" : ""),
    );
  }

  function uidConflict(
    shelf: Shelf,
    name: string,
    uid: string,
    fail: (status: number, condition: string, href?: string) => Response,
  ): Response | null {
    if (quirks.burnsUids && shelf.burnt.has(uid)) return plain(409, "the UID was deleted");
    const scope = quirks.uidScope === "user" ? [...shelves] : [...shelves].filter(([, one]) => one === shelf);
    for (const [path, one] of scope) {
      for (const [other, stored] of one.objects) {
        if (stored.uid !== uid || (one === shelf && other === name)) continue;
        const href = path + quirks.spells(other);
        if (quirks.uidConflict === "cyrus")
          return fail(403, one === shelf ? "no-uid-conflict" : "unique-scheduling-object-resource", href);
        if (quirks.uidConflict === "radicale") return fail(409, "no-uid-conflict");
        if (quirks.uidConflict === "xandikos") return fail(412, "no-uid-conflict");
        if (quirks.uidConflict === "sogo") return plain(409, `Event UID already in use. (${other})`);
        if (quirks.uidConflict === "nextcloud")
          return plain(400, "Calendar object with uid already exists in this calendar collection.");
      }
    }
    return null;
  }

  function remove(shelf: Shelf, name: string, { headers }: Recorded): Response {
    const old = shelf.objects.get(name);
    if (old === undefined) return plain(quirks.deleteMissing, "");
    const wanted = headers.get("If-Match");
    if (wanted !== null && !quirks.ignoresIfMatchOnDelete && !same(wanted, old))
      return plain(412, "Precondition failed.");
    shelf.remove(name);
    return plain(quirks.deleteStatus, null);
  }

  const form = (etag: string): string =>
    quirks.etagForm === "unquoted" ? etag : quirks.etagForm === "weak" ? `W/"${etag}"` : `"${etag}"`;

  const same = (given: string, stored: Stored): boolean =>
    given === "*" || given.replace(/^W\//, "").replaceAll('"', "") === stored.etag;

  function etagHeader(stored: Stored, suffix = ""): Record<string, string> {
    return quirks.etagForm === "none" ? {} : { ETag: form(stored.etag + suffix) };
  }

  /** What is known of a resource: properties by name, as XML. */
  function properties(path: string, stored?: Stored): Record<string, string> {
    if (stored !== undefined) {
      return {
        resourcetype: "",
        getcontenttype: "text/calendar",
        "calendar-data": escapeXml(stored.body),
        ...(quirks.etagForm !== "none" && { getetag: escapeXml(form(stored.etag)) }),
      };
    }
    const shelf = shelves.get(path);
    const common = {
      "current-user-principal": `<D:href>${principal}</D:href>`,
      owner: `<D:href>${principal}</D:href>`,
    };
    if (shelf === undefined) {
      return {
        ...common,
        resourcetype: "<D:collection/>",
        ...(path === principal && { "calendar-home-set": `<D:href>${home}</D:href>` }),
      };
    }
    const ctag = shelf.ctag();
    const rights = quirks.readOnly ? ["read"] : ["read", "write", "write-content", "bind", "unbind"];
    return {
      ...common,
      resourcetype: "<D:collection/><C:calendar/>",
      displayname: escapeXml(shelf.name),
      "calendar-color": "#336699FF",
      "supported-calendar-component-set": shelf.components.map((name) => `<C:comp name="${name}"/>`).join(""),
      "current-user-privilege-set": rights.map((right) => `<D:privilege><D:${right}/></D:privilege>`).join(""),
      ...(ctag !== null && { getctag: ctag }),
      ...(quirks.sync && { "sync-token": shelf.token() }),
      ...(quirks.maxBytes !== null && { "max-resource-size": String(quirks.maxBytes) }),
    };
  }

  function hrefOf(path: string): string {
    return quirks.absoluteHrefs ? origin + path : path;
  }

  function member(path: string, asked: readonly XmlElement[], stored?: Stored): string {
    const known = properties(path, stored);
    const tag = ({ space, name }: XmlElement, content: string | null): string =>
      content === null || content === ""
        ? `<x:${name} xmlns:x="${space}"/>`
        : `<x:${name} xmlns:x="${space}">${content}</x:${name}>`;
    const found = asked.filter(({ name }) => known[name] !== undefined).map((one) => tag(one, known[one.name] ?? ""));
    const lacking = asked.filter(({ name }) => known[name] === undefined).map((one) => tag(one, null));
    const stat = (tags: readonly string[], status: string): string =>
      tags.length === 0
        ? ""
        : `<D:propstat><D:prop>${tags.join("")}</D:prop><D:status>HTTP/1.1 ${status}</D:status></D:propstat>`;
    return `<D:response><D:href>${escapeXml(hrefOf(path))}</D:href>${stat(found, "200 OK")}${stat(lacking, "404 Not Found")}</D:response>`;
  }

  function absent(path: string, status = "404 Not Found"): string {
    return `<D:response><D:href>${escapeXml(hrefOf(path))}</D:href><D:status>HTTP/1.1 ${status}</D:status></D:response>`;
  }

  function nothing(path: string): Response {
    return quirks.absentIs207 ? multistatus(absent(encodeURIComponent(origin + path))) : plain(404, "");
  }

  function propfind({ path, headers, body }: Recorded): Response {
    const asked = child(parseXml(body) ?? undefined, "prop")?.children ?? [];
    const depth = headers.get("Depth") ?? "infinity";
    const place = placeOf(path);
    if (place !== null && place.name !== "") {
      const stored = place.shelf.objects.get(place.name);
      return stored === undefined ? nothing(path) : multistatus(member(path, asked, stored));
    }
    const inHome = path === home;
    if (place === null && !inHome && path !== principal && path !== "/dav/") return nothing(path);
    const members = [member(path, asked)];
    if (depth === "1" && place !== null) {
      for (const [name, stored] of place.shelf.objects) members.push(member(path + quirks.spells(name), asked, stored));
    }
    if (depth === "1" && inHome) for (const one of shelves.keys()) members.push(member(one, asked));
    return multistatus(members.join(""));
  }

  function report(shelf: Shelf, path: string, body: string): Response {
    const root = parseXml(body);
    const asked = child(root ?? undefined, "prop")?.children ?? [];
    if (root?.name === "calendar-multiget") return multiget(shelf, path, root, asked);
    if (root?.name === "calendar-query") {
      const uid = /<[^>]*text-match[^>]*>([^<]*)</.exec(body)?.[1] ?? "";
      const objects = quirks.staleQueries ? shelf.before : shelf.objects;
      const found = [...objects].filter(([, stored]) => stored.uid === uid);
      return multistatus(found.map(([name, stored]) => member(path + quirks.spells(name), asked, stored)).join(""));
    }
    if (root?.name === "sync-collection" && quirks.sync) return sync(shelf, path, root, asked);
    return denied(403, "supported-report");
  }

  function multiget(shelf: Shelf, path: string, root: XmlElement, asked: readonly XmlElement[]): Response {
    const objects = quirks.staleReports
      ? new Map([...shelf.objects].map(([name, one]) => [name, shelf.before.get(name) ?? one]))
      : shelf.objects;
    const members: string[] = [];
    for (const { text: href } of childrenOf(root, "href")) {
      const name = decodeURIComponent(new URL(href.trim(), origin).pathname.slice(path.length)).normalize("NFC");
      const stored = objects.get(name);
      if (stored !== undefined) members.push(member(path + quirks.spells(name), asked, stored));
      else if (quirks.multigetMissing === "whole") return plain(404, "Calendar object not found");
      else if (quirks.multigetMissing === "member") members.push(absent(path + quirks.spells(name)));
    }
    return multistatus(members.join(""));
  }

  function sync(shelf: Shelf, path: string, root: XmlElement, asked: readonly XmlElement[]): Response {
    const given = child(root, "sync-token")?.text.trim() ?? "";
    const limit = child(root, "limit");
    if (limit !== undefined) return plain(400, "no client of ours may send a limit");
    const known = new RegExp(`^data:,${shelf.epoch}-(\\d+)$`).exec(given)?.[1];
    let since = quirks.ctag === "seconds" ? 0 : Number(known ?? 0);
    if (given !== "" && quirks.ctag !== "seconds" && (known === undefined || since > shelf.revision)) {
      if (quirks.lostToken === "500") return plain(500, "Server got itself in trouble");
      if (quirks.lostToken !== "full") return denied(Number(quirks.lostToken), "valid-sync-token");
      since = 0;
    }
    const initial = since === 0 && quirks.ctag !== "seconds";
    const changes = [
      ...[...shelf.objects]
        .filter(([, stored]) => stored.revision > since)
        .map(([name, stored]) => ({ at: stored.revision, name, stored })),
      ...[...shelf.deleted]
        .filter(([, at]) => at > since && (!initial || quirks.ghosts))
        .map(([name, at]) => ({ at, name, stored: undefined })),
    ].toSorted((a, b) => a.at - b.at);
    const page = quirks.page === null ? changes : changes.slice(0, quirks.page);
    const members = page.map(({ name, stored }) =>
      stored === undefined ? absent(path + quirks.spells(name)) : member(path + quirks.spells(name), asked, stored),
    );
    if (quirks.listsItself) members.push(member(path, asked));
    let reached = shelf.revision;
    if (page.length < changes.length) {
      reached = page.at(-1)?.at ?? since;
      members.push(
        `<D:response><D:href>${path}</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status><D:error><D:number-of-matches-within-limits/></D:error></D:response>`,
      );
    }
    return multistatus(`${members.join("")}<D:sync-token>${escapeXml(shelf.token(reached))}</D:sync-token>`);
  }

  function make({ method, path, body }: Recorded): Response {
    const at = path.endsWith("/") ? path : `${path}/`;
    if (!quirks.canMake || quirks.readOnly) return plain(403, "calendars cannot be made here");
    if (shelves.has(at)) return denied(quirks.makeAgain, "resource-must-be-null");
    if (!at.startsWith(home)) return missingParent();
    const prop = child(
      child(parseXml(body) ?? undefined, "set", method === "MKCOL" ? davSpace : caldavSpace) ??
        child(parseXml(body) ?? undefined, "set"),
      "prop",
    );
    if (method === "MKCOL" && child(child(prop, "resourcetype"), "calendar", caldavSpace) === undefined)
      return plain(415, "a plain collection");
    shelves.set(at, new Shelf(child(prop, "displayname")?.text ?? at, quirks, now));
    return plain(201, null);
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
    /** What a person does to the calendar with a program of their own. */
    put: (name: string, body: string, inCalendar = "work"): Stored => calendar(inCalendar).put(name, body),
    drop: (name: string, inCalendar = "work"): void => calendar(inCalendar).remove(name),
    addCalendar: (name: string, components?: readonly string[]): void => {
      const shelf = new Shelf(name, quirks, now);
      if (components !== undefined) shelf.components = components;
      shelves.set(`${home}${name}/`, shelf);
    },
    dropCalendar: (name = "work"): void => void shelves.delete(`${home}${name}/`),
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

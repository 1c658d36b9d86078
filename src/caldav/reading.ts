import { parseContentLine, unfoldLines } from "../calendar/ical/content-line.ts";
import { davRequest, syncCollection } from "tsdav";
import type { HttpResult, HttpFailure } from "../security/guard.ts";
import { makeFailure, responseFailure, unansweredFailure } from "./failure.ts";
import { hrefName, hrefPath, memberPath, sameHref } from "./hrefs.ts";
import { memberEtag, isCollection, type Member, findProperty, propertyText } from "./multistatus.ts";
import type { ReadResult, CalendarPort, SyncChanges, Failure, ListedObject, RemoteObject } from "./port.ts";
import {
  invalidResponse,
  outsideCollection,
  propfindRequest,
  readLimits,
  reportRequest,
  type Wire,
  writeLimits,
} from "./wire.ts";
import { caldavSpace, calendarServerSpace } from "./xml.ts";

export type Reading = Pick<CalendarPort, "state" | "list" | "changes" | "read" | "look" | "findUid">;

/** Hrefs in one calendar-multiget (RFC 4791 7.9): some servers fail above a hundred. */
const chunkSize = 50;
const mostPages = 1000;
/** ETags that objects have by now, by href. */
type Etags = ReadonlyMap<string, string | null>;
const namespaces = { "xmlns:d": "DAV:", "xmlns:c": caldavSpace };
const etagOnly = { "d:getetag": {}, "d:resourcetype": {} };
const etagAndData = { "d:getetag": {}, "c:calendar-data": {} };

/** Makes the reading half of a calendar. */
export function makeReading(collection: URL, wire: Wire): Reading {
  return { state, list, changes, read, look, findUid };

  async function state() {
    const props = { "cs:getctag": {}, "d:sync-token": {}, "d:resourcetype": {} };
    const answer = await wire.query(propfindRequest(collection.href, "0", props));
    if ("failure" in answer) return answer;
    const own = answer.value.members.find(({ href }) => isOwn(href)) ?? answer.value.members[0];
    if (own === undefined || !isFound(own)) return gone();
    return {
      value: { ctag: propertyText(own, "getctag", calendarServerSpace), syncToken: propertyText(own, "sync-token") },
    };
  }

  async function list(): Promise<ReadResult<readonly ListedObject[]>> {
    const answer = await wire.query(propfindRequest(collection.href, "1", etagOnly));
    if ("failure" in answer) return answer;
    const { members } = answer.value;
    if (members.some(({ status }) => status === 507)) return invalidResponse("an incomplete listing");
    if (!members.some((member) => isFound(member) && isOwn(member.href))) {
      // A calendar is always in its own listing, so that an empty listing is not an empty calendar. Xandikos sends 207 with a 404 inside.
      return members.every(isGone) && members.length > 0 ? gone() : invalidResponse("a listing without the calendar");
    }
    if (hasOnlyStrangers(members)) return invalidResponse("a listing with the objects of another place");
    const listed = new Map<string, ListedObject>();
    for (const member of members) {
      const href = memberPath(collection, member.href);
      if (href === null || isCollection(member) || isGone(member)) continue;
      // Some servers name an object twice.
      if (!listed.has(hrefName(href))) listed.set(hrefName(href), { href, etag: memberEtag(member) });
    }
    return { value: [...listed.values()] };
  }

  async function changes(token: string): Promise<ReadResult<SyncChanges | "token-lost">> {
    const changed = new Map<string, ListedObject>();
    const removed = new Map<string, string>();
    let since = token;
    for (let page = 0; page < mostPages; page += 1) {
      const result = await wire.exchange(
        async (fetch) =>
          syncCollection({
            url: collection.href,
            props: etagOnly,
            syncLevel: 1,
            syncToken: since,
            headers: { Depth: "0" },
            fetch,
          }),
        readLimits,
      );
      const answer = wire.toMultistatus(result);
      if ("failure" in answer) return isTokenLost(result, answer.failure) ? { value: "token-lost" } : answer;
      const { members, syncToken } = answer.value;
      if (syncToken === null || hasOnlyStrangers(members)) return { value: "token-lost" };
      let more = false;
      for (const member of members) {
        if (member.status === 507) more = true;
        const href = memberPath(collection, member.href);
        if (href === null || member.status === 507 || isCollection(member)) continue;
        const key = hrefName(href);
        changed.delete(key);
        removed.delete(key);
        if (isGone(member)) removed.set(key, href);
        else changed.set(key, { href, etag: memberEtag(member) });
      }
      if (!more) return { value: { changed: [...changed.values()], removed: [...removed.values()], token: syncToken } };
      if (syncToken === since) return { value: "token-lost" };
      since = syncToken;
    }
    return { value: "token-lost" };
  }

  async function read(
    hrefs: readonly string[],
    etags: Etags = new Map(),
  ): Promise<ReadResult<ReadonlyMap<string, RemoteObject | null>>> {
    const found = new Map<string, RemoteObject | null>();
    for (let at = 0; at < hrefs.length; at += chunkSize) {
      const failed = await readChunk(hrefs.slice(at, at + chunkSize), etags, found);
      if (failed !== null) return { failure: failed };
    }
    return { value: found };
  }

  /** Reads these hrefs by one multiget and puts each into `found`. Resolves to the failure that ended it, or null. */
  async function readChunk(
    hrefs: readonly string[],
    etags: Etags,
    found: Map<string, RemoteObject | null>,
    again = true,
  ): Promise<Failure | null> {
    const inside = hrefs.filter((href) => memberPath(collection, href) !== null);
    for (const href of hrefs) if (!inside.includes(href)) found.set(href, null);
    if (inside.length === 0) return null;
    const answer = await wire.query(reportRequest(collection.href, multigetBody(inside)));
    if ("failure" in answer) {
      if (answer.failure.kind !== "missing") return answer.failure;
      if (again) return readListed(inside, etags, found);
    }
    // A report that is refused for objects which are listed says nothing of the calendar: they are read one by one.
    const members = "failure" in answer ? [] : answer.value.members;
    const byKey = new Map(members.map((member) => [hrefName(member.href), member]));
    for (const href of inside) {
      const member = byKey.get(hrefName(href));
      const body = member === undefined ? null : calendarData(member);
      const now = etags.get(href) ?? null;
      if (member !== undefined && body !== null && (now === null || memberEtag(member) === now)) {
        found.set(href, { href: memberPath(collection, member.href) ?? href, etag: memberEtag(member), body });
        continue;
      }
      const single = await readOne(href);
      if ("value" in single) found.set(href, single.value);
      else if (!isOfObject(single.failure)) return single.failure;
    }
    return null;
  }

  /** Reads those of the hrefs that are listed: a missing one makes some servers refuse the whole report. */
  async function readListed(
    hrefs: readonly string[],
    etags: Etags,
    found: Map<string, RemoteObject | null>,
  ): Promise<Failure | null> {
    const listing = await list();
    if ("failure" in listing) return listing.failure;
    const there = new Set(listing.value.map(({ href }) => hrefName(href)));
    for (const href of hrefs) if (!there.has(hrefName(href))) found.set(href, null);
    return readChunk(
      hrefs.filter((href) => there.has(hrefName(href))),
      etags,
      found,
      false,
    );
  }

  /** Reads an object that a report left out or shows as it was before: the report may lag behind the object. */
  async function readOne(href: string): Promise<ReadResult<RemoteObject | null>> {
    const seen = await look(href);
    if ("failure" in seen) return seen;
    if (seen.value === null) return { value: null };
    const url = new URL(href, collection).href;
    const result = await wire.exchange(
      async (fetch) => davRequest({ url, init: { method: "GET", body: null }, convertIncoming: false, fetch }),
      readLimits,
    );
    if ("failed" in result) return { failure: unansweredFailure(result) };
    if (result.status === 404 || result.status === 410) return { value: null };
    if (result.status !== 200 || !result.text.includes("BEGIN:VCALENDAR")) {
      return { failure: responseFailure("read", result, wire.now()) };
    }
    return { value: { href, etag: seen.value.etag, body: result.text } };
  }

  async function look(href: string): Promise<ReadResult<{ readonly etag: string | null } | null>> {
    if (memberPath(collection, href) === null) return { failure: outsideCollection(href) };
    const result = await wire.exchange(propfindRequest(new URL(href, collection).href, "0", etagOnly), writeLimits);
    if (!("failed" in result) && (result.status === 404 || result.status === 410)) return { value: null };
    const answer = wire.toMultistatus(result);
    if ("failure" in answer) return answer;
    const [member] = answer.value.members;
    if (member === undefined) return invalidResponse("a response without a member");
    return { value: isGone(member) ? null : { etag: memberEtag(member) } };
  }

  async function findUid(uid: string): Promise<ReadResult<string | null>> {
    const answer = await wire.query(reportRequest(collection.href, uidQueryBody(uid)));
    if ("failure" in answer) return answer;
    // A text-match also finds parts of texts, and some servers ignore the filter.
    const found = answer.value.members.find((member) => hasUid(calendarData(member) ?? "", uid));
    return { value: found === undefined ? null : memberPath(collection, found.href) };
  }

  function isOwn(href: string): boolean {
    const path = hrefPath(href, collection);
    return sameHref(href, collection.pathname) || (path !== null && sameHref(path, collection.pathname));
  }

  /** Returns true when there are objects, and none of them is of this calendar: they would look like none at all. */
  function hasOnlyStrangers(members: readonly Member[]): boolean {
    const objects = members.filter((member) => !isOwn(member.href) && !isCollection(member) && member.status !== 507);
    return objects.length > 0 && objects.every(({ href }) => memberPath(collection, href) === null);
  }
}

function multigetBody(hrefs: readonly string[]): object {
  return {
    "c:calendar-multiget": {
      _attributes: namespaces,
      "d:prop": etagAndData,
      "d:href": hrefs.map((href) => ({ _text: href })),
    },
  };
}

function uidQueryBody(uid: string): object {
  const match = { "c:text-match": { _attributes: { collation: "i;octet" }, _text: uid } };
  const uidFilter = { "c:prop-filter": { _attributes: { name: "UID" }, ...match } };
  const events = { "c:comp-filter": { _attributes: { name: "VEVENT" }, ...uidFilter } };
  const filter = { "c:comp-filter": { _attributes: { name: "VCALENDAR" }, ...events } };
  return { "c:calendar-query": { _attributes: namespaces, "d:prop": etagAndData, "c:filter": filter } };
}

function gone(): { failure: Failure } {
  return { failure: makeFailure("missing", 404, { text: "there is no such calendar" }) };
}

/** Returns true when a failure may be of the one object that was asked for, beside others that were shown. */
function isOfObject({ kind, status }: Failure): boolean {
  return status !== null && kind !== "unauthorized" && kind !== "throttled" && kind !== "blocked";
}

/** Returns true when the member is a resource with at least one of the properties asked for. */
function isFound({ status, found }: Member): boolean {
  return (status === null || status < 300) && found.length > 0;
}

function isGone({ status }: Member): boolean {
  return status === 404 || status === 410;
}

/**
 * Returns true when the server may not know the sync-token (RFC 6578 3.2), for which servers use almost any status.
 * Statuses that have another meaning are failures like any other.
 */
function isTokenLost(result: HttpResult | HttpFailure, { kind, status }: Failure): boolean {
  if ("failed" in result || status === null || status < 300) return false;
  return kind !== "unauthorized" && kind !== "throttled" && kind !== "blocked" && status !== 502 && status !== 504;
}

function calendarData(member: Member): string | null {
  const text = findProperty(member, "calendar-data", caldavSpace)?.text ?? "";
  return text.trim() === "" ? null : text;
}

function hasUid(body: string, uid: string): boolean {
  return unfoldLines(body).some((line) => {
    const { name, value } = parseContentLine(line) ?? { name: "", value: "" };
    return name.toUpperCase() === "UID" && value.trim() === uid;
  });
}

import { readDateTime } from "../calendar/ical/content-line.ts";
import { davRequest } from "tsdav";
import { hex } from "../security/hash.ts";
import { makeFailure, responseFailure, innerStatus, unansweredFailure } from "./failure.ts";
import { collectionInside, hrefAddress, hrefPath, sameHref, withSlash } from "./hrefs.ts";
import { findProperty, mayWrite, type Member, propertyText } from "./multistatus.ts";
import type { ReadResult, Failure } from "./port.ts";
import { type Connection, discoveryLimits, makeWire, propfindRequest, type Wire, writeLimits } from "./wire.ts";
import { appleSpace, attributeOf, caldavSpace, calendarServerSpace, child, childrenOf, davSpace } from "./xml.ts";

/** A calendar collection as a server describes it. */
export interface FoundCalendar {
  /** The collection, with a slash at its end. */
  readonly url: string;
  /** "" for none. */
  readonly name: string;
  /** `#rrggbb`; null for none. */
  readonly colour: string | null;
  /** Names of the components it takes; null: the server does not say, which means all. */
  readonly components: readonly string[] | null;
  /** The reason for which events cannot be written there; null when the server names none. */
  readonly notWritable: string | null;
  /** Largest object in bytes; null: not told. */
  readonly maxBytes: number | null;
  /** Bounds of event times, epoch seconds; null: not told. */
  readonly minAt: number | null;
  readonly maxAt: number | null;
  readonly hasSync: boolean;
  readonly hasCtag: boolean;
}

const properties = {
  "d:resourcetype": {},
  "d:displayname": {},
  "d:current-user-privilege-set": {},
  "d:sync-token": {},
  "c:supported-calendar-component-set": {},
  "c:max-resource-size": {},
  "c:min-date-time": {},
  "c:max-date-time": {},
  "cs:getctag": {},
  "ca:calendar-color": {},
};

/** Finds the calendars in a collection (Depth 1), or the one at the address itself (Depth 0); in the server's order. */
export async function findCalendars(
  url: string,
  depth: "0" | "1",
  wire: Wire,
): Promise<ReadResult<readonly FoundCalendar[]>> {
  const result = await wire.exchange(propfindRequest(url, depth, properties), discoveryLimits);
  const answer = wire.toMultistatus(result);
  if ("failure" in answer) return answer;
  // Hrefs are relative to the address that responded, which may be another after redirects.
  const base = new URL("url" in result ? result.url : url);
  const found = answer.value.members.flatMap((member) => {
    const place = depth === "0" ? base : memberAddress(member.href, base);
    return place !== null && isCalendar(member) ? [readCalendar(member, place)] : [];
  });
  return { value: found };
}

/** Returns the address of a member of a listing at `base`; null when it is elsewhere. */
function memberAddress(href: string, base: URL): URL | null {
  // A server behind a proxy names a host of its own: what lies in the collection that was asked is there nevertheless.
  const inside = collectionInside(base, href);
  if (inside !== null) return inside;
  const place = hrefAddress(href, base);
  return place?.origin === base.origin ? place : null;
}

function isCalendar(member: Member): boolean {
  return child(findProperty(member, "resourcetype"), "calendar", caldavSpace) !== undefined;
}

function readCalendar(member: Member, place: URL): FoundCalendar {
  const set = findProperty(member, "supported-calendar-component-set", caldavSpace);
  const components =
    set === undefined ? [] : childrenOf(set, "comp", caldavSpace).map((one) => attributeOf(one, "name") ?? "");
  const takesEvents = components.length === 0 || components.includes("VEVENT");
  const writable = mayWrite(member);
  const size = Number(propertyText(member, "max-resource-size", caldavSpace) ?? "");
  return {
    url: withSlash(place.href),
    name: propertyText(member, "displayname") ?? "",
    colour: /^#[0-9a-f]{6}/i.exec(propertyText(member, "calendar-color", appleSpace) ?? "")?.[0].toLowerCase() ?? null,
    components: components.length === 0 ? null : components,
    notWritable: !takesEvents
      ? "this calendar takes no events"
      : writable === false
        ? "this calendar may only be read with these credentials"
        : null,
    maxBytes: Number.isSafeInteger(size) && size > 0 ? size : null,
    minAt: readDateTime(propertyText(member, "min-date-time", caldavSpace) ?? ""),
    maxAt: readDateTime(propertyText(member, "max-date-time", caldavSpace) ?? ""),
    hasSync: propertyText(member, "sync-token") !== null,
    hasCtag: propertyText(member, "getctag", calendarServerSpace) !== null,
  };
}

/**
 * Makes a calendar for events in a home by extended MKCOL (RFC 5689), which every server seen takes and Workers can send,
 * unlike MKCALENDAR. Its path is random; its name is for people. Resolves to the calendar as the server then describes
 * it. A failure leaves nothing behind, as far as the server allows that.
 */
export async function makeCalendar(
  home: string,
  { name, colour }: { readonly name: string; readonly colour: string | null },
  connection: Connection,
  random: (bytes: number) => Uint8Array,
): Promise<ReadResult<FoundCalendar>> {
  const wire = makeWire(connection);
  const url = new URL(`waldur-${hex(random(8))}/`, withSlash(home));
  const needed = { "d:resourcetype": { "d:collection": {}, "c:calendar": {} }, "d:displayname": { _text: name } };
  const wanted = {
    ...needed,
    "c:supported-calendar-component-set": { "c:comp": { _attributes: { name: "VEVENT" } } },
    "c:schedule-calendar-transp": { "c:transparent": {} },
    ...(colour !== null && { "ca:calendar-color": { _text: colour } }),
  };
  const first = await sendMkcol(wire, url, wanted);
  // Some servers refuse the whole request for one property they do not know.
  const again = "failure" in first && mayBeOverProperties(first.failure) ? await sendMkcol(wire, url, needed) : first;
  // No path of ours was there before: after a lost response, or a refusal of the second request, it may have been made.
  const unsure = "failure" in again && (again.failure.kind === "unknown" || again.failure.kind === "exists");
  if ("failure" in again && !unsure) return again;
  const place = "failure" in again ? url : again.value;
  const made = await findMade(place.href, name, wire);
  if ("value" in made) return made;
  if (!("failure" in again) || made.failure.kind !== "missing") await removeEmptyCalendar(place.href, connection);
  return "failure" in again ? again : made;
}

/** Finds the calendar that was just made, and names it where the server ignored its name. */
async function findMade(url: string, name: string, wire: Wire): Promise<ReadResult<FoundCalendar>> {
  const made = await findCalendars(url, "0", wire);
  if ("failure" in made) return made;
  const [calendar] = made.value;
  if (calendar === undefined)
    return { failure: makeFailure("refused", 201, { text: "the server did not make it a calendar" }) };
  if (calendar.name === name) return { value: calendar };
  const set = { "d:set": { "d:prop": { "d:displayname": { _text: name } } } };
  const body = { "d:propertyupdate": { _attributes: { "xmlns:d": davSpace }, ...set } };
  await wire.exchange(
    async (fetch) => davRequest({ url: calendar.url, init: { method: "PROPPATCH", body }, fetch }),
    writeLimits,
  );
  const named = await findCalendars(calendar.url, "0", wire);
  return { value: ("value" in named ? named.value[0] : undefined) ?? calendar };
}

/** Deletes a calendar that we have just made, unless something is in it. Resolves to true when it is gone. */
export async function removeEmptyCalendar(url: string, connection: Connection): Promise<boolean> {
  const wire = makeWire(connection);
  const listed = wire.toMultistatus(
    await wire.exchange(propfindRequest(url, "1", { "d:resourcetype": {} }), discoveryLimits),
  );
  if ("failure" in listed) return listed.failure.kind === "missing";
  if (listed.value.members.some(({ href }) => !sameHref(hrefPath(href, new URL(url)) ?? "", new URL(url).pathname)))
    return false;
  const result = await wire.exchange(
    async (fetch) => davRequest({ url, init: { method: "DELETE", headers: { "If-Match": "*" }, body: null }, fetch }),
    writeLimits,
  );
  return !("failed" in result) && (result.status < 300 || result.status === 404);
}

/** Sends MKCOL. Resolves to the address of the collection: servers may put it at another place and name that. */
async function sendMkcol(wire: Wire, url: URL, props: Readonly<Record<string, object>>): Promise<ReadResult<URL>> {
  const spaces = { "xmlns:d": davSpace, "xmlns:c": caldavSpace, "xmlns:ca": appleSpace };
  const body = { "d:mkcol": { _attributes: spaces, "d:set": { "d:prop": props } } };
  const result = await wire.exchange(
    async (fetch) => davRequest({ url: url.href, init: { method: "MKCOL", body }, fetch }),
    writeLimits,
  );
  if ("failed" in result) return { failure: unansweredFailure(result) };
  const status = result.status === 207 ? (innerStatus(result.text) ?? 201) : result.status;
  if (status !== 201 && status !== 200 && status !== 204)
    return { failure: responseFailure("make", result, wire.now(), status) };
  const place = hrefAddress(result.headers.get("Location") ?? "", new URL(result.url));
  return { value: place?.origin === url.origin ? place : url };
}

function mayBeOverProperties({ kind, status }: Failure): boolean {
  if (kind === "exists") return false;
  return status === 207 || status === 400 || status === 403 || status === 409 || status === 424 || status === 415;
}

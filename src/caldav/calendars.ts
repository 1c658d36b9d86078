import { readDateTime } from "../calendar/content-line.ts";
import { davRequest } from "tsdav";
import { hex } from "../security/hash.ts";
import { makeFailure, responseFailure, innerStatus, unansweredFailure } from "./failure.ts";
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
    const place = URL.canParse(member.href, base.href) ? new URL(member.href, base) : null;
    return place !== null && place.origin === base.origin && isCalendar(member) ? [readCalendar(member, place)] : [];
  });
  return { value: found };
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
    url: place.href.replace(/(?<!\/)\/*$/, "/"),
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
 * unlike MKCALENDAR. Its path is random; its name is for people. Resolves to the calendar as the server then
 * describes it.
 */
export async function makeCalendar(
  home: string,
  { name, colour }: { readonly name: string; readonly colour: string | null },
  connection: Connection,
  random: (bytes: number) => Uint8Array,
): Promise<ReadResult<FoundCalendar>> {
  const wire = makeWire(connection);
  const url = new URL(`waldur-${hex(random(8))}/`, home.replace(/(?<!\/)\/*$/, "/")).href;
  const needed = { "d:resourcetype": { "d:collection": {}, "c:calendar": {} }, "d:displayname": { _text: name } };
  const wanted = {
    ...needed,
    "c:supported-calendar-component-set": { "c:comp": { _attributes: { name: "VEVENT" } } },
    "c:schedule-calendar-transp": { "c:transparent": {} },
    ...(colour !== null && { "ca:calendar-color": { _text: colour } }),
  };
  const refused = await sendMkcol(wire, url, wanted);
  // Some servers refuse the whole request for one property they do not know.
  const failed =
    refused !== null && refused.kind !== "exists" && mayBeOverProperties(refused)
      ? await sendMkcol(wire, url, needed)
      : refused;
  if (failed !== null) return { failure: failed };
  const made = await findCalendars(url, "0", wire);
  if ("failure" in made) return made;
  const [calendar] = made.value;
  if (calendar === undefined)
    return { failure: makeFailure("refused", 201, { text: "the server did not make it a calendar" }) };
  return { value: calendar };
}

async function sendMkcol(wire: Wire, url: string, props: Readonly<Record<string, object>>): Promise<Failure | null> {
  const spaces = { "xmlns:d": davSpace, "xmlns:c": caldavSpace, "xmlns:ca": appleSpace };
  const body = { "d:mkcol": { _attributes: spaces, "d:set": { "d:prop": props } } };
  const result = await wire.exchange(
    async (fetch) => davRequest({ url, init: { method: "MKCOL", body }, fetch }),
    writeLimits,
  );
  if ("failed" in result) return unansweredFailure(result);
  const status = result.status === 207 ? (innerStatus(result.text) ?? 201) : result.status;
  return status === 201 || status === 200 || status === 204
    ? null
    : responseFailure("make", result, wire.now(), status);
}

function mayBeOverProperties({ status }: Failure): boolean {
  return status === 207 || status === 400 || status === 403 || status === 409 || status === 424 || status === 415;
}

import { caldavSpace, davSpace } from "../../caldav/xml.ts";
import { findObjects, nameEnding, type ObjectContent, type ObjectRow } from "../../store/objects.ts";
import { formatHttpDate } from "../feed/conditional.ts";
import { writeObject } from "./object-text.ts";
import { type PropertyRequest, propertyValue, propstats, toldProperties } from "./properties.ts";
import type { PersonCalendar, Resource, Scene } from "./scene.ts";
import { objectTag } from "../../feed/sync-token.ts";
import { dav, element, href, type XmlName, xmlText } from "./xml.ts";

/** The properties that a report is to tell of each object. */
export interface ReportQuery {
  readonly request: PropertyRequest;
  readonly minimal: boolean;
}

/** Returns the `response` of an object that is not there. */
export function absentResponse(address: string): string {
  return dav("response", href(address) + dav("status", "HTTP/1.1 404 Not Found"));
}

/** Returns the `response` of each object, with its text where that is asked for. */
export async function describeAll(
  scene: Scene,
  calendar: PersonCalendar,
  contents: readonly ObjectContent[],
  query: ReportQuery,
): Promise<string[]> {
  const withData = asksForData(query.request);
  const write = objectWriter(scene, calendar, query, withData);
  return Promise.all(
    contents.map(async (content) => {
      return withData ? write(content, xmlText(await writeObject(scene, calendar, content))) : write(content);
    }),
  );
}

/** Stand for what differs from one object of a calendar to the next; no XML has such characters. */
const marks = { uid: "\u0001", tag: "\u0002", modified: "\u0003", data: "\u0004" } as const;
const mark = new RegExp(`([${Object.values(marks).join("")}])`);
const own = new Map<string, string>([
  [`${davSpace} getetag`, marks.tag],
  [`${davSpace} getlastmodified`, marks.modified],
]);

/**
 * Makes the function that returns the `response` of an object of a calendar with the properties asked for, `withData` with its
 * text as XML, which only reports tell (RFC 4791 9.6). What all objects share is written once: a list has thousands of them.
 */
export function objectWriter(
  scene: Scene,
  calendar: PersonCalendar,
  { request, minimal }: ReportQuery,
  withData = false,
): (object: ObjectRow, data?: string) => string {
  const asked = request.kind === "prop" ? request.names : toldProperties(request.kind);
  const any: Resource = { kind: "object", calendar, object: { uid: "", rev: 0, touchedAt: 0 } };
  const found: string[] = [];
  const missing: string[] = [];
  for (const name of asked) {
    const value =
      own.get(`${name.space} ${name.name}`) ??
      (withData && isData(name) ? marks.data : propertyValue(scene, any, name));
    if (value !== null) found.push(element(name, request.kind === "propname" ? "" : value));
    else if (request.kind === "prop") missing.push(element(name, ""));
  }
  const address = dav("href", `${xmlText(calendar.href)}${marks.uid}${nameEnding}`);
  const pieces = dav("response", address + propstats(found.join(""), missing.join(""), minimal)).split(mark);
  return (object, data = "") => {
    let text = "";
    for (const piece of pieces) {
      if (piece === marks.uid) text += object.uid;
      else if (piece === marks.tag) text += objectTag(calendar, object);
      else if (piece === marks.modified) text += formatHttpDate(object.rev);
      else text += piece === marks.data ? data : piece;
    }
    return text;
  };
}

/** Returns true when a report asks for the text of objects. */
export function asksForData(request: PropertyRequest): boolean {
  return request.kind === "prop" && request.names.some(isData);
}

function isData({ name, space }: XmlName): boolean {
  return name === "calendar-data" && space === caldavSpace;
}

/** Reads the contents of objects, in their order; one that went meanwhile is left out. */
export async function readContents(
  scene: Scene,
  calendar: PersonCalendar,
  rows: readonly ObjectRow[],
): Promise<ObjectContent[]> {
  if (rows.length === 0) return [];
  const uids = rows.map(({ uid }) => uid);
  const found = await findObjects(scene.deps.sql, calendar.feed.id, scene.viewer.account.id, uids);
  return uids.flatMap((uid) => found.get(uid) ?? []);
}

import { colours } from "../../calendar/colours.ts";
import { renderTimezone } from "../../calendar/ical/timezone.ts";
import { windowOf } from "../../calendar/window.ts";
import { calendarWords } from "../../calendar/words/index.ts";
import { appleSpace, caldavSpace, calendarServerSpace, davSpace, pushSpace } from "../../caldav/xml.ts";
import { AppError } from "../../errors.ts";
import { memoize } from "../../lib/memoize.ts";
import type { VapidKey } from "../../push/vapid.ts";
import { formatHttpDate } from "../feed/conditional.ts";
import { personName } from "../../account/person-name.ts";
import { hrefOf } from "./address.ts";
import { maxBodyBytes } from "./read-body.ts";
import type { PersonCalendar, Resource, Scene } from "./scene.ts";
import { currentToken, objectTag } from "../../feed/sync-token.ts";
import { cal, dav, element, href, push, type XmlName, xmlText } from "./xml.ts";

/** The token of a collection that is always empty. */
export const emptyToken = "urn:waldur-calendar:sync:empty";

/** RFC 4791 7.5.1. */
const collations = ["i;ascii-casemap", "i;unicode-casemap", "i;octet"] as const;

/** The inside of a property as XML; null where the resource has none. */
type Value = (resource: Resource, scene: Scene) => string | null;

interface Property extends XmlName {
  /** Told without being asked for by name (RFC 4918 9.1): CalDAV's are not (RFC 4791 5.2). */
  readonly inAllprop: boolean;
  readonly value: Value;
}

const principalHref = ({ user }: Scene): string => href(hrefOf({ kind: "principal", user }));

/** Makes a value that only resources of these kinds have. */
function only(kinds: readonly Resource["kind"][], value: Value): Value {
  return (resource, scene) => (kinds.includes(resource.kind) ? value(resource, scene) : null);
}

/** Makes a value that only calendars have. */
function ofCalendar(value: (calendar: PersonCalendar) => string | null): Value {
  return (resource) => (resource.kind === "calendar" ? value(resource.calendar) : null);
}

/** Makes a value that calendars have while WebDAV-Push is on. */
function ofPushed(value: (key: VapidKey, calendar: PersonCalendar) => string): Value {
  return (resource, { vapidKey }) =>
    resource.kind === "calendar" && vapidKey !== null ? value(vapidKey, resource.calendar) : null;
}

const collections = ["root", "principals", "homes", "principal", "home", "inbox", "outbox", "calendar"] as const;
const owned = ["home", "inbox", "outbox", "calendar", "object"] as const;

const types: Readonly<Record<Resource["kind"], string>> = {
  root: "",
  principals: "",
  homes: "",
  home: "",
  principal: dav("principal"),
  inbox: cal("schedule-inbox"),
  outbox: cal("schedule-outbox"),
  calendar: cal("calendar"),
  object: "",
};

const reports: Readonly<Record<Resource["kind"], string>> = {
  root: reportSet([dav("principal-property-search"), dav("principal-search-property-set")]),
  principals: reportSet([dav("principal-property-search"), dav("principal-search-property-set")]),
  homes: "",
  home: "",
  principal: reportSet([dav("principal-property-search"), dav("principal-search-property-set")]),
  inbox: reportSet([cal("calendar-query"), cal("calendar-multiget"), dav("sync-collection")]),
  outbox: "",
  calendar: reportSet([
    cal("calendar-query"),
    cal("calendar-multiget"),
    cal("free-busy-query"),
    dav("sync-collection"),
  ]),
  object: "",
};

function reportSet(names: readonly string[]): string {
  return names.map((name) => dav("supported-report", dav("report", name))).join("");
}

/**
 * Returns the privileges (RFC 3744 5.4): an answer is a change of content, and nothing else may be written. KOrganizer's
 * editor moves an event away from a calendar in which none may be made, and has no way to be rid of one that was refused
 * where none may be deleted: KDE is told both.
 */
function privileges(resource: Resource, { client }: Scene): string {
  const answers = (resource.kind === "calendar" || resource.kind === "object") && resource.calendar.answerable;
  const all = [
    dav("read"),
    dav("read-current-user-privilege-set"),
    ...(answers ? [dav("write-content")] : []),
    ...(answers && client === "KDE" ? [dav("bind"), dav("unbind")] : []),
    ...(resource.kind === "calendar" ? [cal("read-free-busy")] : []),
  ];
  return all.map((privilege) => dav("privilege", privilege)).join("");
}

/** Returns what a person's programs chose, else the feed's own colour; Apple writes it with its opacity. */
function colourOf({ colour, feed }: PersonCalendar): string | null {
  if (colour !== "") return colour;
  const hex = colours.get(feed.profile.colour ?? "");
  return hex === undefined ? null : `${hex}FF`;
}

/** A home tells the zone of each of its calendars, and a runtime takes milliseconds for the offsets of a year. */
const timezoneOf = memoize((key: string): string => {
  const [from, to, zone = ""] = key.split(" ");
  return xmlText(renderTimezone(zone, { fromAt: Number(from), toAt: Number(to) }));
}, 50);

/** Returns the sync token, which is the ctag too; a feed that is loaded for the first time has none yet. */
function tokenOf(resource: Resource): string | null {
  if (resource.kind === "inbox") return emptyToken;
  return resource.kind === "calendar" && resource.calendar.feed.state !== "loading"
    ? currentToken(resource.calendar)
    : null;
}

const d = (name: string, value: Value, inAllprop = true): Property => ({ space: davSpace, name, inAllprop, value });
const c = (name: string, value: Value): Property => ({ space: caldavSpace, name, inAllprop: false, value });
const cs = (name: string, value: Value): Property => ({ space: calendarServerSpace, name, inAllprop: false, value });
const p = (name: string, value: Value): Property => ({ space: pushSpace, name, inAllprop: false, value });
const apple = (name: string, value: Value): Property => ({ space: appleSpace, name, inAllprop: false, value });

/** The live properties (RFC 4918, 3744, 5397, 4791, 6578, 6638, WebDAV-Push, and those of Apple's calendar server). */
const properties: readonly Property[] = [
  d("resourcetype", ({ kind }) => (kind === "object" ? "" : dav("collection") + types[kind])),
  d("displayname", (resource, { viewer }) => {
    if (resource.kind === "calendar") return xmlText(resource.calendar.feed.profile.name);
    if (resource.kind === "principal") return xmlText(personName(viewer.account));
    return resource.kind === "home" ? "Calendars" : null;
  }),
  d("getetag", (resource) =>
    resource.kind === "object" ? xmlText(objectTag(resource.calendar, resource.object)) : null,
  ),
  d("getcontenttype", ({ kind }) => {
    if (kind === "object") return "text/calendar; charset=utf-8; component=VEVENT";
    return kind === "calendar" ? "text/calendar; charset=utf-8" : null;
  }),
  d("getlastmodified", (resource) => {
    if (resource.kind === "object") return formatHttpDate(resource.object.rev);
    return resource.kind === "calendar" ? formatHttpDate(resource.calendar.feed.revisedAt) : null;
  }),
  d("current-user-principal", (_, scene) => principalHref(scene), false),
  d(
    "principal-URL",
    only(["principal"], (_, scene) => principalHref(scene)),
    false,
  ),
  d(
    "principal-collection-set",
    only(collections, () => href(hrefOf({ kind: "principals" }))),
    false,
  ),
  d(
    "owner",
    only(owned, (_, scene) => principalHref(scene)),
    false,
  ),
  d("current-user-privilege-set", privileges, false),
  d("supported-report-set", ({ kind }) => reports[kind], false),
  d("sync-token", tokenOf, false),
  c(
    "calendar-home-set",
    only(["root", "principal"], (_, { user }) => href(hrefOf({ kind: "home", user }))),
  ),
  c(
    "calendar-user-address-set",
    only(["principal"], (_, scene) => href(`mailto:${scene.attendee}`) + principalHref(scene)),
  ),
  c(
    "calendar-user-type",
    only(["principal"], () => "INDIVIDUAL"),
  ),
  c(
    "schedule-inbox-URL",
    only(["principal"], (_, { user }) => href(hrefOf({ kind: "inbox", user }))),
  ),
  c(
    "schedule-outbox-URL",
    only(["principal"], (_, { user }) => href(hrefOf({ kind: "outbox", user }))),
  ),
  c(
    "supported-calendar-component-set",
    only(["calendar", "inbox", "outbox"], () => '<C:comp name="VEVENT"/>'),
  ),
  c(
    "supported-calendar-data",
    only(["calendar", "inbox"], () => '<C:calendar-data content-type="text/calendar" version="2.0"/>'),
  ),
  c(
    "supported-collation-set",
    ofCalendar(() => collations.map((name) => cal("supported-collation", name)).join("")),
  ),
  c(
    "max-resource-size",
    only(["calendar"], () => String(maxBodyBytes)),
  ),
  // Bookings of a provider are nobody's own time.
  c(
    "schedule-calendar-transp",
    ofCalendar(() => cal("transparent")),
  ),
  c(
    "calendar-timezone",
    ofCalendar(({ feed }) => {
      const { fromAt, toAt } = windowOf(feed.profile, feed.windowAt);
      return timezoneOf(`${fromAt} ${toAt} ${feed.profile.zone ?? "UTC"}`);
    }),
  ),
  c(
    "calendar-description",
    ofCalendar(({ feed }) => xmlText(calendarWords[feed.profile.language].calendar)),
  ),
  c(
    "calendar-timezone-id",
    ofCalendar(({ feed }) => (feed.profile.zone === null ? null : xmlText(feed.profile.zone))),
  ),
  cs(
    "email-address-set",
    only(["principal"], (_, { attendee }) =>
      element({ space: calendarServerSpace, name: "email-address" }, xmlText(attendee)),
    ),
  ),
  cs("getctag", tokenOf),
  p(
    "transports",
    ofPushed(({ publicKey }) =>
      push("web-push", `<P:vapid-public-key type="p256ecdsa">${publicKey}</P:vapid-public-key>`),
    ),
  ),
  p(
    "topic",
    ofPushed((_, { feed }) => xmlText(feed.id)),
  ),
  p(
    "supported-triggers",
    ofPushed(() => push("content-update", dav("depth", "1"))),
  ),
  apple("calendar-color", ofCalendar(colourOf)),
  apple(
    "calendar-order",
    ofCalendar(({ place }) => (place === null ? null : String(place))),
  ),
];

const byName = new Map(properties.map((property) => [`${property.space} ${property.name}`, property]));

/** The properties that a request asks for (RFC 4918 9.1). */
export type PropertyRequest =
  | { readonly kind: "allprop" | "propname" }
  | { readonly kind: "prop"; readonly names: readonly XmlName[] };

/** Properties that one request names at most, and the letters of a name and of its namespace: an answer repeats each for every object. */
const mostNames = 200;
const longestName = 200;

/** Returns the names of these properties, each once. Throws `too_large` for more or longer ones than any program has use for. */
export function readPropertyNames(properties: readonly XmlName[]): readonly XmlName[] {
  if (properties.length > mostNames) throw new AppError("too_large", `more than ${mostNames} properties are named`);
  if (properties.some(({ space, name }) => Math.max(space.length, name.length) > longestName)) {
    throw new AppError("too_large", `the name of a property has more than ${longestName} letters`);
  }
  return [...new Map(properties.map(({ space, name }) => [`${space} ${name}`, { space, name }])).values()];
}

/**
 * Returns the `response` of a resource with the properties asked for. Those it lacks are under a 404, unless the request
 * prefers a minimal answer (RFC 8144 2.1).
 */
export function describeResource(
  scene: Scene,
  resource: Resource,
  address: string,
  request: PropertyRequest,
  minimal: boolean,
): string {
  const found: string[] = [];
  const missing: string[] = [];
  for (const name of request.kind === "prop" ? request.names : toldProperties(request.kind)) {
    const value = propertyValue(scene, resource, name);
    if (value !== null) found.push(element(name, request.kind === "propname" ? "" : value));
    else if (request.kind === "prop") missing.push(element(name, ""));
  }
  return dav("response", href(address) + propstats(found.join(""), missing.join(""), minimal));
}

/** Returns the names of the properties that a request without names is told, where a resource has them. */
export function toldProperties(kind: "allprop" | "propname"): readonly XmlName[] {
  return properties.filter(({ inAllprop }) => kind === "propname" || inAllprop);
}

/** Returns the inside of a property as XML; null where the resource has none. */
export function propertyValue(scene: Scene, resource: Resource, { space, name }: XmlName): string | null {
  return byName.get(`${space} ${name}`)?.value(resource, scene) ?? null;
}

/** Returns the `propstat` of the properties that are there, and of those that are not. */
export function propstats(found: string, missing: string, minimal: boolean): string {
  const told = found !== "" || missing === "" || minimal ? propstat([found], "200 OK") : "";
  return told + (missing !== "" && !minimal ? propstat([missing], "404 Not Found") : "");
}

/** Returns a `propstat` (RFC 4918 14.22) of these properties. */
export function propstat(inside: readonly string[], status: string): string {
  return dav("propstat", dav("prop", inside.join("")) + dav("status", `HTTP/1.1 ${status}`));
}

import { bookingStates } from "../../calendar/booking.ts";
import { decisionModes, details, languages, profileBounds, stateMarks } from "../../calendar/profile.ts";
import { AppError } from "../../errors.ts";
import { type Arguments, type Option, option, toggle } from "../args.ts";
import { readChoice, readInstant, readUuidOption, readWhole, splitList } from "../option-values.ts";

const name = option("name", "TEXT", "name of the calendar");
const detail = option("detail", "LEVEL", `how much the events show: ${details.join(", ")}`);
const language = option("language", "CODE", languages.join(" or "));
const zone = option("zone", "ZONE", "IANA time zone whose local time the text also shows");
const alarm = option("alarm", "MINUTES", "remind this long before the start");
const colour = option("colour", "NAME", "CSS colour name");
const cancelled = option("cancelled", "WHAT", "cancelled bookings: keep or drop");
const mark = option("mark", "HOW", `how titles tell the state: ${stateMarks.join(", ")}`);
const wholeDays = option("whole-days", "on|off", "whole days of the zone are all-day events");
const offeringColours = option("offering-colours", "on|off", "each offering has a colour of its own");
const chosenColours = option("chosen-colours", "LIST", "colours of single offerings: UUID=NAME,…");
const offeringImages = option("offering-images", "on|off", "events carry the picture of their offering");
const decisions = option("decisions", "HOW", `links to accept and reject: ${decisionModes.join(", ")}`);
const pastDays = option("past-days", "DAYS", "how far back it shows");
const futureDays = option("future-days", "DAYS", "how far ahead it shows");
const states = option("states", "LIST", `only these states: ${bookingStates.join(", ")}`);
const offerings = option("offerings", "UUIDS", "only these offerings");
const customers = option("customers", "UUIDS", "only these customers");
const projects = option("projects", "UUIDS", "only these projects");
const requesters = option("requesters", "USERS", "only bookings that these usernames made");
const text = option(
  "text",
  "TEXT",
  "only bookings that have this in name, description, requester, customer or project",
);
const expires = option("expires", "DATE", "end the feed after this day (UTC)");

/** The options that shape a feed, for `feeds add` and `feeds set`. */
export const feedOptions: readonly Option[] = [
  name,
  detail,
  language,
  zone,
  alarm,
  colour,
  cancelled,
  mark,
  wholeDays,
  offeringColours,
  chosenColours,
  offeringImages,
  decisions,
  pastDays,
  futureDays,
  states,
  offerings,
  customers,
  projects,
  requesters,
  text,
  expires,
];

export const feedNotes = [
  "--decisions sign-in: pending events of a full feed link to a page where you sign in, then accept or reject;",
  "signed: anyone who sees the event can decide as the feed's owner, if the operator allows it; off: no links.",
  "Separate the items of a list with commas. An empty value resets an option: --alarm= --states=",
] as const;

/** The member of the request for each option; null resets it, and an empty list or text removes a filter. */
const members: readonly (readonly [Option, key: string, read: (args: Arguments, given: string) => unknown])[] = [
  [name, "name", (_, given) => given],
  [detail, "detail", (_, given) => readChoice(detail, given, details)],
  [language, "language", (_, given) => readChoice(language, given, languages)],
  [zone, "zone", (_, given) => given || null],
  [alarm, "alarmMinutes", (args) => readWhole(args, alarm, profileBounds.alarmMinutes)],
  [colour, "colour", (_, given) => given.toLowerCase() || null],
  [cancelled, "cancelled", (_, given) => readChoice(cancelled, given, ["keep", "drop"])],
  [mark, "stateMark", (_, given) => readChoice(mark, given, stateMarks)],
  [wholeDays, "wholeDays", (_, given) => readSwitch(wholeDays, given)],
  [offeringColours, "offeringColours", (_, given) => readSwitch(offeringColours, given)],
  [chosenColours, "chosenColours", (_, given) => readColours(given)],
  [offeringImages, "offeringImages", (_, given) => readSwitch(offeringImages, given)],
  [decisions, "decisions", (_, given) => readChoice(decisions, given, decisionModes)],
  [pastDays, "pastDays", (args) => readDays(args, pastDays, profileBounds.pastDays)],
  [futureDays, "futureDays", (args) => readDays(args, futureDays, profileBounds.futureDays)],
  [expires, "expiresAt", (_, given) => (given === "" ? null : readInstant(expires, given))],
];

const filters: readonly (readonly [Option, key: string, read: (part: string) => unknown])[] = [
  [states, "states", (part) => readChoice(states, part, bookingStates)],
  [offerings, "offerings", (part) => readUuidOption("--offerings", part)],
  [customers, "customers", (part) => readUuidOption("--customers", part)],
  [projects, "projects", (part) => readUuidOption("--projects", part)],
  [requesters, "requesters", (part) => part],
];

/** Returns the members of a request for the options that were given. Throws `bad_input`. */
export function readFeedOptions(args: Arguments): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [given, key, read] of members) {
    const value = args.value(given);
    if (value !== null) body[key] = read(args, value);
  }
  const filter: Record<string, unknown> = {};
  for (const [given, key, read] of filters) {
    const value = args.value(given);
    if (value !== null) filter[key] = splitList(value).map(read);
  }
  const wanted = args.value(text);
  if (wanted !== null) filter["text"] = wanted;
  return Object.keys(filter).length === 0 ? body : { ...body, filter };
}

const provider = option("provider", "UUID", "all bookings of this provider (its organisation's UUID)");
const offering = option("offering", "UUID", "bookings of this offering");
const customer = option("customer", "UUID", "bookings of this customer");
const project = option("project", "UUID", "bookings of this project");
const mine = toggle("mine", "bookings that the account itself made");
const visible = toggle("visible", "every booking that Waldur shows the account");

/** The options that name the source of a feed, for `feeds add`. */
export const sourceOptions: readonly Option[] = [provider, offering, customer, project, mine, visible];

/** Returns the source that the options name. Throws `bad_input` unless they name exactly one. */
export function readSource(args: Arguments): { kind: string; uuid?: string } {
  const given = sourceOptions.filter((source) => args.has(source));
  const [chosen] = given;
  if (chosen === undefined || given.length > 1) {
    throw new AppError("bad_input", `give one of ${sourceOptions.map((source) => `--${source.name}`).join(", ")}`);
  }
  const uuid = args.value(chosen);
  return uuid === null || chosen.value === null
    ? { kind: chosen.name }
    : { kind: chosen.name, uuid: readUuidOption(`--${chosen.name}`, uuid) };
}

/** Returns the colours of `UUID=NAME,…`, by uuid. */
function readColours(given: string): Record<string, string> {
  return Object.fromEntries(
    splitList(given).map((part) => {
      const [uuid = "", name = ""] = part.split("=").map((text) => text.trim());
      return [readUuidOption("--chosen-colours", uuid), name.toLowerCase()];
    }),
  );
}

function readSwitch(asked: Option, given: string): boolean {
  return readChoice(asked, given, ["on", "off"]) === "on";
}

function readDays(args: Arguments, days: Option, bounds: { readonly least: number; readonly most: number }): number {
  const value = readWhole(args, days, bounds);
  if (value === null) throw new AppError("bad_input", `--${days.name} needs a number of days`);
  return value;
}

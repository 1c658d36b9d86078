import { colours } from "./colours.ts";
import { escapeText } from "./ical/content-line.ts";
import type { Event } from "./event.ts";
import { renderEvent } from "./ical/vevent.ts";
import type { FeedProfile } from "./profile.ts";
import { calendarProperties, writeProperties } from "./ical/properties.ts";
import { cleanLine, truncate } from "./text.ts";
import { dayOf, localTime, wholeDays } from "./window.ts";
import type { NoticeReason } from "./words/calendar-words.ts";
import { calendarWords } from "./words/index.ts";

/**
 * The version of the renderer, raised with every change of the text that the same data gives: then every feed is
 * rendered again. `test/calendar/golden.test.ts` compares it with the golden files.
 */
export const rendererVersion = 5;

const longestName = 100;

/** A component that shows nothing, since RFC 5545 3.6 wants one in every calendar. */
const filler =
  "BEGIN:VTIMEZONE\r\nTZID:Etc/UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n" +
  "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nTZNAME:UTC\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

const tail = "END:VCALENDAR\r\n";

/** Returns the whole calendar (RFC 5545 3.4) of a feed: its properties, then these VEVENTs unchanged and in their order. */
export function joinFeed(profile: FeedProfile, vevents: readonly string[]): string {
  return `${calendarHead(profile)}${vevents.length === 0 ? filler : vevents.join("")}${tail}`;
}

/** Returns the whole calendar in UTF-8, from VEVENTs in UTF-8 that already stand one after the other. */
export function joinFeedBytes(profile: FeedProfile, vevents: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const head = encoder.encode(vevents.length === 0 ? calendarHead(profile) + filler : calendarHead(profile));
  return concat([head, vevents, encoder.encode(tail)]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Returns the calendar that an ended address serves: one event that says so, on the day of `endedAt` (epoch seconds). */
export function endedCalendar(profile: FeedProfile, endedAt: number): string {
  const { title, text } = calendarWords[profile.language].ended;
  const event = dayNotice(profile, `ended-${endedAt}`, endedAt, title, text(localMoment(profile, endedAt)));
  return joinFeed(profile, [renderEvent(event, { sequence: 0, stamp: endedAt })]);
}

/** The reason for which a feed is out of date, since when, and until when it is kept so (null: for long). Epoch seconds. */
export interface FeedNotice {
  readonly reason: NoticeReason;
  readonly sinceAt: number;
  readonly untilAt: number | null;
  /** Days for which a role is believed without a token that Waldur takes. */
  readonly proofDays: number;
}

/**
 * Returns the event, on the day of `nowAt`, that says since when (`sinceAt`; both epoch seconds) the calendar is out of
 * date, why, and who must act. It changes once a day.
 */
export function noticeEvent(
  profile: FeedProfile,
  facts: FeedNotice & { readonly uid: string; readonly nowAt: number },
): Event {
  const { title, text } = calendarWords[profile.language].notice[facts.reason];
  const [since, until] = [localMoment(profile, facts.sinceAt), localMoment(profile, facts.untilAt ?? facts.nowAt)];
  return dayNotice(profile, facts.uid, facts.nowAt, title, text(since, until, facts.proofDays));
}

/** Returns the event, on the day of `nowAt` (epoch seconds), that stands in a feed that would be empty. */
export function emptyEvent(profile: FeedProfile, facts: { readonly uid: string; readonly nowAt: number }): Event {
  const { title, text } = calendarWords[profile.language].empty;
  return dayNotice(profile, facts.uid, facts.nowAt, title, text);
}

function dayNotice(profile: FeedProfile, uid: string, at: number, title: string, text: string): Event {
  const day = dayOf(profile.zone, at);
  return {
    uid,
    n: 0,
    ...day,
    days: wholeDays(profile.zone, day),
    // Without it SEQUENCE rises over all outages, not from the start of each.
    created: null,
    summary: title,
    description: text,
    location: "",
    geo: null,
    categories: [],
    url: "",
    image: "",
    colour: "",
    status: "CONFIRMED",
    notice: true,
    alarmMinutes: null,
  };
}

function localMoment(profile: FeedProfile, at: number): string {
  const local = localTime(profile.zone, at);
  return `${local.toFormat("yyyy-LL-dd HH:mm")} (${local.zoneName})`;
}

/** Writes the beginning of a VCALENDAR and its properties. */
function calendarHead(profile: FeedProfile): string {
  const name = escapeText(truncate(cleanLine(profile.name), longestName)) || "Waldur";
  const about = escapeText(calendarWords[profile.language].calendar);
  const colour = profile.colour?.toLowerCase() ?? "";
  const hex = colours.get(colour);
  const zone = profile.zone === null ? "" : (localTime(profile.zone, 0).zoneName ?? "");
  const properties = writeProperties(calendarProperties, {
    VERSION: "2.0",
    PRODID: `-//waldur-calendar//feed ${rendererVersion}//${profile.language.toUpperCase()}`,
    CALSCALE: "GREGORIAN",
    NAME: name,
    "X-WR-CALNAME": name,
    DESCRIPTION: about,
    "X-WR-CALDESC": about,
    "X-WR-TIMEZONE": /^[A-Za-z0-9_+/-]+$/.test(zone) ? zone : "",
    "REFRESH-INTERVAL": "PT1H",
    "X-PUBLISHED-TTL": "PT1H",
    COLOR: hex === undefined ? "" : colour,
    "X-APPLE-CALENDAR-COLOR": hex ?? "",
  });
  return `BEGIN:VCALENDAR\r\n${properties}`;
}

import { colours } from "./colours.ts";
import type { Event } from "./event.ts";
import { renderEvent } from "./ical.ts";
import type { FeedProfile } from "./profile.ts";
import { cleanLine, truncate, escapeText, fold } from "./text.ts";
import { dayOf, localTime } from "./window.ts";
import type { NoticeReason } from "./words/calendar-words.ts";
import { calendarWords } from "./words/index.ts";

/** Version of all that shapes bytes; raised with every change of the text that the same data gives. */
export const rendererVersion = 2;

const longestName = 100;

/** RFC 5545 3.6 wants a component in every calendar; this one shows nothing. */
const filler =
  "BEGIN:VTIMEZONE\r\nTZID:Etc/UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n" +
  "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nTZNAME:UTC\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

const tail = "END:VCALENDAR\r\n";

/** The whole calendar (RFC 5545 3.4) of a feed: its properties, then these VEVENTs as they are, in their order. */
export function joinFeed(profile: FeedProfile, vevents: readonly string[]): string {
  return `${headOf(profile)}${vevents.length === 0 ? filler : vevents.join("")}${tail}`;
}

/** The same as UTF-8, from VEVENTs in UTF-8 that already stand one after the other. */
export function joinFeedBytes(profile: FeedProfile, vevents: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const head = encoder.encode(vevents.length === 0 ? headOf(profile) + filler : headOf(profile));
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

/** The calendar that an ended address answers: one event, on the day of `endedAt` (epoch seconds), that says so. */
export function endedCalendar(profile: FeedProfile, endedAt: number): string {
  const { title, text } = calendarWords[profile.language].ended;
  const event = notice(profile, `ended-${endedAt}`, endedAt, title, text(momentOf(profile, endedAt)));
  return joinFeed(profile, [renderEvent(event, { sequence: 0, stamp: endedAt })]);
}

/**
 * The event, on the day of `nowAt`, that says since when (`sinceAt`; both epoch seconds) the calendar is not kept up to
 * date, why, and who must act. It changes once a day.
 */
export function noticeEvent(
  profile: FeedProfile,
  facts: { readonly uid: string; readonly sinceAt: number; readonly nowAt: number; readonly reason: NoticeReason },
): Event {
  const { title, text } = calendarWords[profile.language].notice[facts.reason];
  return notice(profile, facts.uid, facts.nowAt, title, text(momentOf(profile, facts.sinceAt)));
}

/** The event, on the day of `nowAt` (epoch seconds), that stands in a feed that would run empty. */
export function emptyEvent(profile: FeedProfile, facts: { readonly uid: string; readonly nowAt: number }): Event {
  const { title, text } = calendarWords[profile.language].empty;
  return notice(profile, facts.uid, facts.nowAt, title, text);
}

function notice(profile: FeedProfile, uid: string, at: number, title: string, text: string): Event {
  return {
    uid,
    n: 0,
    ...dayOf(profile.zone, at),
    // Its SEQUENCE must rise over all outages, not from the start of each.
    created: null,
    summary: title,
    description: text,
    location: "",
    geo: null,
    categories: [],
    url: "",
    status: "CONFIRMED",
    notice: true,
    alarmMinutes: null,
  };
}

function momentOf(profile: FeedProfile, at: number): string {
  const local = localTime(profile.zone, at);
  return `${local.toFormat("yyyy-LL-dd HH:mm")} (${local.zoneName})`;
}

function headOf(profile: FeedProfile): string {
  const name = escapeText(truncate(cleanLine(profile.name), longestName)) || "Waldur";
  const about = escapeText(calendarWords[profile.language].calendar);
  const colour = profile.colour?.toLowerCase() ?? "";
  const hex = colours.get(colour);
  const zone = profile.zone === null ? "" : (localTime(profile.zone, 0).zoneName ?? "");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:-//waldur-calendar//feed ${rendererVersion}//${profile.language.toUpperCase()}`,
    "CALSCALE:GREGORIAN",
    `NAME:${name}`,
    `X-WR-CALNAME:${name}`,
    `DESCRIPTION:${about}`,
    `X-WR-CALDESC:${about}`,
    ...(/^[A-Za-z0-9_+/-]+$/.test(zone) ? [`X-WR-TIMEZONE:${zone}`] : []),
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    "X-PUBLISHED-TTL:PT1H",
    ...(hex === undefined ? [] : [`COLOR:${colour}`, `X-APPLE-CALENDAR-COLOR:${hex}`]),
  ]
    .map(fold)
    .join("");
}

import { rendererVersion } from "../../calendar/feed.ts";
import { escapeText, fold, unfoldLines } from "../../calendar/ical/content-line.ts";
import { offersDecision } from "../../calendar/ical/relink.ts";
import { withSignInLinks } from "../../feed/links.ts";
import type { ObjectContent } from "../../store/objects.ts";
import { personName } from "../../account/person-name.ts";
import type { PersonCalendar, Scene } from "./scene.ts";

/** Returns true for an event that the person may answer: it is pending, and its own text offers to decide. */
export function isAnswerable({ answerable }: PersonCalendar, { vevent }: ObjectContent): boolean {
  return answerable && vevent.includes("\r\nSTATUS:TENTATIVE\r\n") && offersDecision(vevent);
}

/**
 * Returns an object as the person who asks has it (RFC 4791 4.1): the event of the feed, and where they may answer it an
 * ORGANIZER, which is this service, and themselves as the one ATTENDEE. A sentence about a refused change stands above its
 * description. A link that lets its holder decide is for the feed's owner alone.
 */
export async function writeObject(scene: Scene, calendar: PersonCalendar, content: ObjectContent): Promise<string> {
  const { feed, standing } = calendar;
  const own = standing === "colleague" ? await withSignInLinks(scene.deps, feed, content.vevent) : content.vevent;
  const told = content.word === "" ? own : addWord(own, content.word);
  const vevent = isAnswerable(calendar, content) ? addAttendee(scene, told) : told;
  return (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" +
    `PRODID:-//waldur-calendar//caldav ${rendererVersion}//EN\r\n` +
    `CALSCALE:GREGORIAN\r\n${vevent}END:VCALENDAR\r\n`
  );
}

/** Adds the sentence above the DESCRIPTION. */
function addWord(vevent: string, word: string): string {
  const lines = unfoldLines(vevent);
  const at = lines.findIndex((line) => line.startsWith("DESCRIPTION:"));
  const alarm = lines.indexOf("BEGIN:VALARM");
  const written = escapeText(word);
  const has = at >= 0 && (alarm < 0 || at < alarm);
  const told = has
    ? lines.with(at, `DESCRIPTION:${written}\\n\\n${(lines[at] ?? "").slice("DESCRIPTION:".length)}`)
    : lines.toSpliced(lines.findIndex((line) => line.startsWith("SUMMARY:")) + 1, 0, `DESCRIPTION:${written}`);
  return told.map(fold).join("");
}

/** Adds ORGANIZER and ATTENDEE behind the other properties, before the alarm. */
function addAttendee({ viewer, client, attendee, organizer }: Scene, vevent: string): string {
  const alarm = vevent.indexOf("\r\nBEGIN:VALARM\r\n");
  const at = alarm < 0 ? vevent.length - "END:VEVENT\r\n".length : alarm + 2;
  const name = parameterValue(personName(viewer.account) || attendee);
  const invitation =
    fold(`ORGANIZER;CN=Waldur:mailto:${organizer}`) +
    fold(
      `ATTENDEE;CN=${name};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${attendee}`,
    ) +
    // KOrganizer offers no answer to a lone attendee.
    (client === "KDE" ? fold(`ATTENDEE;CN=Waldur;ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:${organizer}`) : "");
  return vevent.slice(0, at) + invitation + vevent.slice(at);
}

/** Returns a text as the value of a parameter, in quotes (RFC 5545 3.1, RFC 6868). */
function parameterValue(text: string): string {
  return `"${text
    .replaceAll("^", "^^")
    .replaceAll('"', "^'")
    .replaceAll(/\p{Cc}/gu, " ")}"`;
}

import { calendarWords } from "../../calendar/words/index.ts";
import { isolate } from "../../calendar/text.ts";
import { type Language, languages } from "../../calendar/profile.ts";
import type { Deps } from "../../deps.ts";
import type { InvitationRow } from "../../store/mail/invitations.ts";
import type { ResourceMailbox } from "../../store/mail/resource-mailboxes.ts";
import type { NewOutboxRow } from "../../store/mail/outbox.ts";
import { texts } from "../../text/index.ts";
import { writeCalendarMail } from "../invitation/invitation-mail.ts";
import type { InvitedEvent } from "../invitation/invitation.ts";
import { bookingPage } from "../notices/request-text.ts";
import type { Person } from "../people.ts";
import { periodOf } from "./plan-resource.ts";

/**
 * Returns the event of one period of a booking in the calendar of a room or equipment. It says the offering and the page alone:
 * calendars of rooms are read by many.
 */
export function resourceEvent(
  deps: Pick<Deps, "config" | "sample">,
  { offeringName }: Pick<ResourceMailbox, "offeringName">,
  row: Pick<InvitationRow, "bookingUuid" | "startAt" | "endAt" | "status">,
  language: Language,
): InvitedEvent {
  const offering = isolate(offeringName);
  const { booking, sample } = calendarWords[language];
  const page = bookingPage(deps, row.bookingUuid);
  const period = periodOf(row);
  return {
    ...period,
    periods: [period],
    status: row.status,
    summary: `${booking}: ${offering}`,
    how: "",
    description: `${deps.sample ? `${sample}\n` : ""}${texts[language].mailboxes.event}\n${page}`,
    location: offering,
    url: page,
  };
}

/**
 * Writes what a mailbox is told: all of it in one thread, and each SEQUENCE of a period once, whoever writes it. Null when the key is gone that signs it.
 */
export async function writeResourceMail(
  deps: Deps,
  { mailbox, person }: { readonly mailbox: ResourceMailbox; readonly person: Person | null },
  method: "REQUEST" | "CANCEL",
  row: InvitationRow,
): Promise<NewOutboxRow | null> {
  const { address: name, userUuid } = mailbox;
  const event = resourceEvent(deps, mailbox, row, person?.language ?? languages[0]);
  return writeCalendarMail(deps, { method, row, event, name, note: "", userUuid, content: "", resource: true });
}

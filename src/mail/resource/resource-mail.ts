import { calendarWords } from "../../calendar/words/index.ts";
import { isolate } from "../../calendar/text.ts";
import { type Language, languages } from "../../calendar/profile.ts";
import type { Deps } from "../../deps.ts";
import type { InvitationRow } from "../../store/mail/invitations.ts";
import type { ResourceMailbox } from "../../store/mail/resource-mailboxes.ts";
import type { Statement } from "../../store/sql/port.ts";
import { texts } from "../../text/index.ts";
import { asHtml } from "../invitation/invitation-mail.ts";
import { type InvitedEvent, renderInvitation } from "../invitation/invitation.ts";
import type { Mail } from "../message.ts";
import { bookingPage } from "../notices/request-text.ts";
import { queueMail } from "../outbox.ts";
import type { Person } from "../people.ts";
import { answerMailbox, invitationUid } from "../reply/answer-address.ts";
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
 * Makes the statement that queues what a mailbox is told: all of it in one thread, and each SEQUENCE of a period once, whoever
 * queues it. Null when the key is gone that signs it.
 */
export async function queueResourceMail(
  deps: Deps,
  { mailbox, person }: { readonly mailbox: ResourceMailbox; readonly person: Person | null },
  method: "REQUEST" | "CANCEL",
  row: InvitationRow,
): Promise<Statement | null> {
  const organizer = await answerMailbox(deps, row);
  const uid = await invitationUid(deps.keys, row);
  if (organizer === null || uid === null) return null;
  const { address, userUuid } = mailbox;
  const { bookingUuid, sequence, stampAt } = row;
  const event = resourceEvent(deps, mailbox, row, person?.language ?? languages[0]);
  const attendee = { name: address, address };
  const mail: Omit<Mail, "messageId"> = {
    from: organizer,
    to: attendee,
    subject: event.summary,
    text: event.description,
    html: asHtml(event.description, [event.url]),
    headers: { "Auto-Submitted": "auto-generated" },
    calendar: {
      method,
      text: renderInvitation(event, { method, uid, sequence, stampAt, organizer, attendee, resource: true }),
    },
  };
  const cause = `invitation ${uid} ${method} ${sequence}`;
  return queueMail(deps, { cause, recipient: address, userUuid, bookingUuid, thread: address }, mail);
}

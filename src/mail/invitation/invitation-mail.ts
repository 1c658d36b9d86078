import type { KnownBooking } from "../../calendar/booking.ts";
import type { EventContext } from "../../calendar/event.ts";
import type { Deps } from "../../deps.ts";
import { newProfile } from "../../feed/profile.ts";
import { escapeHtml } from "../../lib/escape-html.ts";
import { hex, sha256 } from "../../security/hash.ts";
import type { InvitationRow } from "../../store/mail/invitations.ts";
import type { NewOutboxRow } from "../../store/mail/outbox.ts";
import { texts } from "../../text/index.ts";
import { answerMailbox, invitationUid } from "../reply/answer-address.ts";
import { type InvitedEvent, invitedEvent, renderInvitation } from "./invitation.ts";
import type { Invitee } from "./invitees.ts";
import type { Mail } from "../message.ts";
import { mailRow } from "../queue.ts";
import type { InvitationStep, ShownEvent } from "./plan-invitation.ts";
import { bookingPage } from "../notices/request-text.ts";

/** Returns the event that an invitation to a booking shows this invitee; null for a booking without a period. */
export function inviteeEvent(
  deps: Pick<Deps, "config" | "sample">,
  known: KnownBooking,
  { language, zone }: Pick<Invitee, "language" | "zone">,
  around: Pick<EventContext, "homeport" | "offerings">,
): InvitedEvent | null {
  const profile = newProfile(deps.config, "", { language, zone, decisions: "off", wholeDays: false });
  const context: EventContext = {
    ...around,
    profile,
    uidOf: (uuid, n) => `${uuid}-${n}`,
    decisionUrlOf: () => "",
    sideOf: () => "provider",
    sample: deps.sample,
  };
  const event = invitedEvent(known, context);
  if (event?.status !== "TENTATIVE") return event;
  const { invited } = texts[language].answers;
  const words = deps.config.mailDecisions === "on" ? invited.on : invited.page;
  return { ...event, how: `${words}:\n${bookingPage(deps, known.booking.uuid)}\n\n` };
}

/** Returns the fingerprint of what an event says besides time and status. */
async function eventContent({ summary, how, description, location, url }: InvitedEvent): Promise<string> {
  return hex((await sha256(JSON.stringify([summary, how + description, location, url]))).subarray(0, 16));
}

/** Returns the fingerprint of an event's periods: another one asks again. */
async function eventPeriods({ periods }: Pick<InvitedEvent, "periods">): Promise<string> {
  const times = periods.map(({ start, end }) => [start, end]);
  return hex((await sha256(JSON.stringify(times))).subarray(0, 16));
}

/** Returns what an invitation to this event says, as the last message is compared with it. */
export async function shownOf(event: InvitedEvent): Promise<ShownEvent> {
  return { event, content: await eventContent(event), periods: await eventPeriods(event) };
}

/**
 * Returns the mail of a step: an invitation, or its cancellation, with the text above it that `note` gives. `before`: the invitation
 * as it was, for the same step is sent once whoever takes it. Null when the key is gone that signs it.
 */
export async function writeInvitation(
  deps: Deps,
  invitee: Invitee,
  { method, row }: InvitationStep & { readonly method: "REQUEST" | "CANCEL" },
  shown: InvitedEvent,
  before: InvitationRow | null,
  note = "",
): Promise<NewOutboxRow | null> {
  const { account, language, userUuid } = invitee;
  const words = texts[language].answers;
  const why = shown.how === "" ? words.cancelled : `${words.left}:\n${bookingPage(deps, row.bookingUuid)}`;
  const above = method === "CANCEL" ? `${why}\n\n` : shown.how;
  const event = { ...shown, description: above + shown.description };
  const name = account.fullName || account.username;
  const content = `${row.periods} ${row.content} ${before?.stampAt ?? ""}`;
  return writeCalendarMail(deps, { method, row, event, name, note, userUuid, content, resource: false });
}

/** The content of a mail of an invitation, and whose it is. */
interface CalendarMail {
  readonly method: "REQUEST" | "CANCEL";
  readonly row: InvitationRow;
  readonly event: InvitedEvent;
  /** Of the attendee. */
  readonly name: string;
  /** Stands above the text; "": none. */
  readonly note: string;
  readonly userUuid: string;
  /** With the SEQUENCE says that it is another mail. */
  readonly content: string;
  /** It goes to a room or equipment, whose mails are one thread; else those of each invitation are one. */
  readonly resource: boolean;
}

/** Writes a mail with an iTIP object. Null when the key is gone that signs it. */
export async function writeCalendarMail(
  deps: Deps,
  { method, row, event, name, note, userUuid, content, resource }: CalendarMail,
): Promise<NewOutboxRow | null> {
  const organizer = await answerMailbox(deps, row);
  const uid = await invitationUid(deps.keys, row);
  if (organizer === null || uid === null) return null;
  const { bookingUuid, sequence, stampAt, address } = row;
  const attendee = { name, address };
  const text = note === "" ? event.description : `${note}\n\n${event.description}`;
  const mail: Omit<Mail, "messageId"> = {
    from: organizer,
    to: attendee,
    subject: note === "" ? event.summary : `Re: ${event.summary}`,
    text,
    html: asHtml(text, [bookingPage(deps, bookingUuid), event.url]),
    headers: { "Auto-Submitted": "auto-generated" },
    calendar: {
      method,
      text: renderInvitation(event, { method, uid, sequence, stampAt, organizer, attendee, resource }),
    },
  };
  const cause = `invitation ${uid} ${method} ${sequence} ${content}`;
  const [recipient, thread] = resource ? [address, address] : [userUuid, uid];
  return mailRow({ cause, recipient, userUuid, bookingUuid, thread }, mail);
}

/** Returns a text as HTML in which those of its lines that are one of these addresses are links, and nothing else is. */
export function asHtml(text: string, links: readonly string[]): string {
  const lines = text.split("\n").map((line) => {
    const shown = escapeHtml(line);
    return line !== "" && links.includes(line) ? `<a href="${shown}">${shown}</a>` : shown;
  });
  return `<!doctype html><html><body><p>${lines.join("<br>\n").replaceAll("<br>\n<br>\n", "</p>\n<p>")}</p></body></html>`;
}

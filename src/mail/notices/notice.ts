import { cleanName, cleanPerson } from "../../calendar/foreign-text.ts";
import { calendarWords } from "../../calendar/words/index.ts";
import { livePeriods } from "../../decision/beside.ts";
import type { Deps } from "../../deps.ts";
import type { LocatedRow } from "../../store/bookings/bookings.ts";
import type { NoticeKind } from "../../store/mail/notice-kinds.ts";
import type { NewOutboxRow } from "../../store/mail/outbox.ts";
import { type Occasion, occasionId } from "../queue.ts";
import type { MailContent, MailLink } from "../write.tsx";
import { noticeMail } from "./notice-mail.ts";
import type { Recipient } from "./recipients.ts";

/** The event of which a notice tells, as programs are told. */
type NoticeEvent =
  | `request.${"new" | "reminder" | "digest"}`
  | `decision.${"accepted" | "rejected"}`
  | `booking.${"accepted" | "rejected" | "cancelled" | "moved"}`
  | "feed.lost"
  | "target.stopped"
  | "token.expiring"
  | "test";

/** A booking as programs are told of it. */
export interface NoticeBooking {
  readonly uuid: string;
  readonly name: string;
  readonly offering: { readonly uuid: string; readonly name: string };
  readonly requester: string;
  readonly customer: string;
  readonly project: string;
  /** RFC 3339, in UTC. */
  readonly periods: readonly { readonly start: string; readonly end: string }[];
}

/** A booking in a notice: what is said of it, its page, and the same for programs. */
export interface NoticeItem {
  readonly facts: readonly string[];
  readonly link: MailLink;
  readonly booking: NoticeBooking;
}

/** A notice to somebody, whatever way it goes. Names of others are cleaned already. */
export interface Notice extends Omit<MailContent, "language" | "foot" | "items"> {
  readonly event: NoticeEvent;
  readonly items: readonly NoticeItem[];
}

/** A notice for a webhook: without the requester's own words. */
export type Post = Omit<Notice, "quote">;

/** Returns a notice as it is posted. */
export function postOf(notice: Notice): Post {
  const { quote: _, ...post } = notice;
  return post;
}

/** Returns a booking as programs are told of it: what its page shows but the message. */
export function noticeBooking({ booking, slots }: Pick<LocatedRow, "booking" | "slots">): NoticeBooking {
  return {
    uuid: booking.uuid,
    name: cleanName(booking.name),
    offering: { uuid: booking.offeringUuid, name: cleanName(booking.offeringName) },
    requester: cleanPerson(booking.requesterName, booking.requesterUsername),
    customer: cleanName(booking.customerName),
    project: cleanName(booking.projectName),
    periods: livePeriods(slots).flatMap(({ start, end }) => {
      const [from, to] = [instant(start), instant(end)];
      return from === null || to === null ? [] : [{ start: from, end: to }];
    }),
  };
}

/** Returns a time as RFC 3339 writes it; null for one beyond what it can. */
function instant(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : null;
}

/** Returns the row of the outbox that tells a recipient of something. */
export async function noticeRow(
  deps: Pick<Deps, "config" | "keys" | "mail" | "sample">,
  recipient: Recipient,
  occasion: Occasion,
  kind: NoticeKind,
  notice: Notice,
): Promise<NewOutboxRow> {
  const sentence = calendarWords[recipient.person.language].sample;
  const told = deps.sample ? { ...notice, intro: `${sentence} ${notice.intro}` } : notice;
  if (recipient.webhook === null) {
    const bookings = notice.items.map(({ booking }) => booking.uuid);
    return { ...occasion, ...(await noticeMail(deps, recipient.person, occasion, kind, told, bookings)) };
  }
  return { ...occasion, id: await occasionId(occasion), channel: "webhook", message: JSON.stringify(postOf(told)) };
}

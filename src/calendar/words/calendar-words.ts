import type { BookingStatus } from "../status.ts";

/**
 * The reasons for which a feed is out of date: Waldur's or the token's; `suspended`: emptied for one of these. Of what its
 * account lost in Waldur: `role`, `inactive`, and with `-cleared` that it was emptied for that; `part`: a role that shows some.
 */
export const noticeReasons = [
  "unreachable",
  "token",
  "failing",
  "suspended",
  "role",
  "inactive",
  "part",
  "role-cleared",
  "inactive-cleared",
] as const;
export type NoticeReason = (typeof noticeReasons)[number];

/** Every text of this program that a calendar can show, in one language. */
export interface CalendarWords {
  readonly calendar: string;
  /** Stands in front of the title; ends in a blank, or is empty. */
  readonly prefix: Readonly<Record<BookingStatus, string>>;
  readonly state: Readonly<Record<BookingStatus, string>>;
  readonly busy: Readonly<Record<"TENTATIVE" | "CONFIRMED" | "CANCELLED", string>>;
  /** Title of a booking without any name. */
  readonly booking: string;
  readonly removed: string;
  readonly labels: Readonly<
    Record<"state" | "offering" | "provider" | "requester" | "customer" | "project" | "time" | "error", string>
  >;
  /** Stands in front of the links to decide. */
  readonly decide: Readonly<Record<"accept" | "reject" | "both", string>>;
  /** Stands above the quoted words of the requester. */
  readonly message: string;
  /** Stands in front of the link to the order, where only its page can move it. */
  readonly order: string;
  readonly part: (number: number, count: number) => string;
  /** Says how many more periods of the booking cannot be read. */
  readonly unread: (count: number) => string;
  readonly backwards: string;
  readonly lengthless: string;
  readonly sampleTitle: string;
  readonly sample: string;
  readonly ended: { readonly title: string; readonly text: (since: string) => string };
  /** The event that stands alone in a feed that would be empty. */
  readonly empty: { readonly title: string; readonly text: string };
  /** `until`: when the bookings are taken out unless what was lost is given back. */
  readonly notice: Readonly<
    Record<NoticeReason, { readonly title: string; readonly text: (since: string, until: string) => string }>
  >;
}

import type { BookingStatus } from "../status.ts";

/**
 * The reasons for which a feed is out of date: Waldur's or the token's; `suspended`: emptied for one of these. Of what its
 * account lost in Waldur: `role`, `inactive`, `expired` (its token, for so long that nobody knows of its role), and with
 * `-cleared` that it was emptied for that; `part`: a role that shows some.
 */
export const noticeReasons = [
  "unreachable",
  "token",
  "failing",
  "suspended",
  "role",
  "inactive",
  "expired",
  "part",
  "role-cleared",
  "inactive-cleared",
  "expired-cleared",
] as const;
export type NoticeReason = (typeof noticeReasons)[number];

/** Every text of this program that a calendar can show, in one language. */
export interface CalendarWords {
  readonly calendar: string;
  /** Stands before the title with a colon, or behind it; "" for none. */
  readonly mark: Readonly<Record<BookingStatus, string>>;
  readonly state: Readonly<Record<BookingStatus, string>>;
  readonly busy: Readonly<Record<"TENTATIVE" | "CONFIRMED" | "CANCELLED", string>>;
  /** Title of a booking without any name. */
  readonly booking: string;
  readonly removed: string;
  readonly labels: Readonly<
    Record<"state" | "offering" | "provider" | "requester" | "customer" | "project" | "time" | "error", string>
  >;
  /** Stands in front of the links to decide; `withdraw`: of the only one that there is on the requester's side. */
  readonly decide: Readonly<Record<"accept" | "reject" | "both" | "withdraw", string>>;
  /** Stands above the quoted words of the requester. */
  readonly message: string;
  /** Stands in front of the link to the order, where only its page can move it. */
  readonly order: string;
  readonly part: (number: number, count: number) => string;
  /** Stands above the list of all periods of a booking, before a colon. */
  readonly periods: (count: number) => string;
  /** Says how many more periods of the booking cannot be read. */
  readonly unread: (count: number) => string;
  readonly backwards: string;
  readonly lengthless: string;
  readonly sampleTitle: string;
  readonly sample: string;
  readonly ended: { readonly title: string; readonly text: (since: string) => string };
  /** The event that stands alone in a feed that would be empty. */
  readonly empty: { readonly title: string; readonly text: string };
  /**
   * `until`: when the bookings are taken out unless what was lost is given back; `proofDays`: for so many days a role is
   * believed without a token that Waldur takes.
   */
  readonly notice: Readonly<
    Record<
      NoticeReason,
      { readonly title: string; readonly text: (since: string, until: string, proofDays: number) => string }
    >
  >;
}

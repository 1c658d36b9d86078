import type { BookingStatus } from "../status.ts";

/** Why a feed is not kept up to date. */
export type NoticeReason = "unreachable" | "token" | "failing" | "suspended";

/** Every text of ours that a calendar can show. */
export interface CalendarWords {
  readonly calendar: string;
  /** In front of the title; ends in a blank, or is empty. */
  readonly prefix: Readonly<Record<BookingStatus, string>>;
  readonly state: Readonly<Record<BookingStatus, string>>;
  readonly busy: Readonly<Record<"TENTATIVE" | "CONFIRMED" | "CANCELLED", string>>;
  /** Title of a booking without any name. */
  readonly booking: string;
  readonly removed: string;
  readonly labels: Readonly<
    Record<"state" | "offering" | "provider" | "requester" | "customer" | "project" | "time" | "error", string>
  >;
  /** In front of the links to decide. */
  readonly decide: Readonly<Record<"accept" | "reject" | "both", string>>;
  readonly part: (number: number, count: number) => string;
  readonly backwards: string;
  readonly lengthless: string;
  readonly sampleTitle: string;
  readonly sample: string;
  readonly ended: { readonly title: string; readonly text: (since: string) => string };
  /** Stands alone in a feed that would run empty. */
  readonly empty: { readonly title: string; readonly text: string };
  readonly notice: Readonly<Record<NoticeReason, { readonly title: string; readonly text: (since: string) => string }>>;
}

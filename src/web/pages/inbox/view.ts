import { type InboxOrder, type InboxPart, inboxOrders, inboxParts } from "../../../store/bookings/inbox.ts";
import { readDate } from "../../../text/times.ts";

/** A page of the inbox as its address tells it. */
export interface InboxView {
  /** null: not said. */
  readonly part: InboxPart | null;
  readonly words: string;
  readonly names: string;
  /** Uuid; "" for all. */
  readonly offering: string;
  /** Days as `2027-01-31`, both included; "" for no end. */
  readonly from: string;
  readonly to: string;
  readonly order: InboxOrder | null;
  /** From 1 on. */
  readonly page: number;
  /** All that one click may accept is ticked. */
  readonly ticked: boolean;
}

const longest = 200;

/** Returns the page that a query asks for. Whatever is no value counts as not given. */
export function readInboxView(query: URLSearchParams): InboxView {
  const text = (name: string): string => (query.get(name) ?? "").trim().slice(0, longest);
  const date = (name: string): string => (readDate(text(name)) === null ? "" : text(name));
  return {
    part: inboxParts.find((known) => known === text("part")) ?? null,
    words: text("words"),
    names: text("names"),
    offering: /^[0-9a-f]{32}$/.test(text("offering")) ? text("offering") : "",
    from: date("from"),
    to: date("to"),
    order: inboxOrders.find((known) => known === text("order")) ?? null,
    page: /^[1-9]\d{0,5}$/.test(text("page")) ? Number(text("page")) : 1,
    ticked: text("ticked") === "all",
  };
}

/** Returns the query of a page, without what is not given. */
export function inboxQuery(view: InboxView, change: Partial<InboxView> = {}): string {
  const { page, ticked, ...rest } = { ...view, page: 1, ticked: false, ...change };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) if (value !== null && value !== "") query.set(name, value);
  if (page > 1) query.set("page", String(page));
  if (ticked) query.set("ticked", "all");
  return query.toString();
}

/** Returns true when a page does not show all of its part. */
export function isSearch({ words, names, offering, from, to }: InboxView): boolean {
  return [words, names, offering, from, to].some((value) => value !== "");
}

import type { Deps } from "../../deps.ts";
import { hex, sha256 } from "../../security/hash.ts";
import type { LocatedRow } from "../../store/bookings/bookings.ts";
import type { NewOutboxRow } from "../../store/mail/outbox.ts";
import { type Occasion, occasionId } from "../queue.ts";
import { noticeRow } from "./notice.ts";
import type { NoticePlan } from "./plan-notices.ts";
import { channelOf, mostItems, type Recipient } from "./recipients.ts";
import { requestContent, requestsContent } from "./request-text.ts";

/** Returns the uuids of the bookings that a plan names. */
export function namedIn({ as, bookingUuids }: NoticePlan, to: Pick<Recipient, "webhook">): readonly string[] {
  if (as === "known") return [];
  return as === "joined" ? bookingUuids.slice(0, mostItems(to)) : bookingUuids;
}

/**
 * Returns the rows of the outbox with which a plan is done: one for each request, and the one that tells several. `found`: the bookings
 * that it names, of those that the recipient sees.
 */
export async function requestRows(
  deps: Deps,
  to: Recipient,
  plan: NoticePlan,
  found: ReadonlyMap<string, LocatedRow>,
): Promise<NewOutboxRow[]> {
  const { kind, as, bookingUuids } = plan;
  const { recipient, person } = to;
  const { userUuid } = person;
  const occasions = bookingUuids.map((bookingUuid) => ({
    cause: `${kind}:${bookingUuid}`,
    recipient,
    userUuid,
    bookingUuid,
  }));
  if (as === "known") return Promise.all(occasions.map(async (one) => quietRow(to, one, "known")));
  if (as === "joined") {
    const located = namedIn(plan, to).flatMap((uuid) => found.get(uuid) ?? []);
    const notice = requestsContent(deps, located, bookingUuids.length, person, kind);
    const digest = hex((await sha256(bookingUuids.join())).subarray(0, 8));
    const whole = { cause: `${kind}s:${digest}`, recipient, userUuid };
    const rows = await Promise.all(occasions.map(async (one) => quietRow(to, one, "joined")));
    return [await noticeRow(deps, to, whole, kind, notice), ...rows];
  }
  return Promise.all(
    occasions.flatMap((one) => {
      const row = found.get(one.bookingUuid);
      return row === undefined ? [] : [noticeRow(deps, to, one, kind, requestContent(deps, row, person, kind))];
    }),
  );
}

/** Returns the row that says that something needs no notice of its own. */
export async function quietRow(
  to: Pick<Recipient, "webhook">,
  occasion: Occasion,
  state: "known" | "joined",
): Promise<NewOutboxRow> {
  return { ...occasion, id: await occasionId(occasion), channel: channelOf(to), state };
}

import type { Booking } from "../calendar/booking.ts";
import { bookingAddress, orderAddress, tokenAddress } from "../calendar/homeport.ts";
import { type BookingStatus, bookingStatus, eventStatus, isDecidable } from "../calendar/status.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { type AccountRow, noteRefused } from "../store/accounts/accounts.ts";
import { type DecisionRow, findDone } from "../store/decisions.ts";
import { readOfferings } from "../store/sources/sources.ts";
import { accountClient, identify } from "../account/client.ts";
import { bookingEnd, rejectRight } from "./rights.ts";
import { epochSeconds } from "../lib/clock.ts";
import { actsForProvider } from "../waldur/roles.ts";
import { readHomeport } from "../account/site.ts";
import type { Period } from "../calendar/period.ts";
import { type Beside, findBeside, livePeriods } from "./beside.ts";
import type { Linked } from "./linked.ts";

/** A time that anybody may see, with a name for those who represent the provider; null: not for this reader. */
type OverlappingBooking = Pick<Beside, "start" | "end" | "pending"> & { readonly name: string | null };

/** Somebody signed in, as Waldur knows them now. */
interface Reader {
  readonly account: AccountRow;
  /** Represents the provider; null: Waldur did not say. */
  readonly insider: boolean | null;
  readonly reject: "own" | "operator" | "none" | null;
  /** Asked for the booking: what others reject they withdraw. */
  readonly requester: boolean;
}

/** Everything that the page of a booking shows. */
export interface PageData {
  readonly booking: Booking;
  readonly offering: string;
  readonly meaning: BookingStatus;
  /** `open`: it can be decided; `waiting`: something else comes first; `past`: nobody decided in time. */
  readonly standing: "open" | "waiting" | "decided" | "past";
  readonly parts: readonly Period[];
  readonly beside: readonly OverlappingBooking[];
  /** Accept is offered: whoever would decide may stand for the provider. */
  readonly accepts: boolean;
  readonly reader: Reader | null;
  /** Waldur no longer accepts the reader's token. */
  readonly expired: boolean;
  /** The decision made through us; only for readers who represent the provider. */
  readonly made: DecisionRow | null;
  /** The booking, and the order behind it, in Waldur's own pages; "" where their address is not known. */
  readonly homeport: string;
  /** The page in Waldur on which somebody finds their token; "" where that is not known. */
  readonly tokenPage: string;
  readonly order: string;
}

/**
 * Reads what the page of a booking shows from the store. Waldur is asked only about a reader who has signed in: opening a
 * link costs Waldur nothing otherwise. Throws `store_failed`.
 */
export async function loadPageData(
  deps: Deps,
  { known, source, kind, account }: Pick<Linked, "known" | "source" | "kind" | "account">,
  person: AccountRow | null,
): Promise<PageData> {
  const { booking, slots } = known;
  const beside = (await findBeside(deps.sql, [{ ...known, sourceId: source.id }])).get(booking.uuid) ?? [];
  const meaning = bookingStatus(known);
  const parts = livePeriods(slots);
  const asked = person === null ? null : await loadReader(deps, person, booking);
  const insider = asked?.reader?.insider === true;
  const homeport = await readHomeport(deps);
  const pending = eventStatus[meaning] === "TENTATIVE";
  return {
    booking,
    offering: readOfferings(source.offerings).get(booking.offeringUuid)?.name || booking.offeringName,
    meaning,
    standing: !pending
      ? "decided"
      : bookingEnd(booking) <= epochSeconds(deps)
        ? "past"
        : isDecidable(meaning)
          ? "open"
          : "waiting",
    parts,
    beside: beside.map(({ start, end, pending: waits, name }) => ({
      start,
      end,
      pending: waits,
      name: insider ? name : null,
    })),
    accepts: asked === null ? kind === "sign-in" || actsForProvider(account, booking) : asked.reader.insider !== false,
    reader: asked?.reader ?? null,
    expired: asked?.expired ?? false,
    made: insider && !pending ? await findDone(deps.sql, booking.uuid, 0) : null,
    homeport: bookingAddress(homeport, booking),
    tokenPage: tokenAddress(homeport),
    order: orderAddress(homeport, known),
  };
}

async function loadReader(
  deps: Deps,
  account: AccountRow,
  booking: Booking,
): Promise<{ reader: Reader; expired: boolean }> {
  try {
    const user = await identify(deps, account.id, await accountClient(deps, account));
    const insider = actsForProvider(user, booking);
    const requester = user.username === booking.requesterUsername;
    const reader = { account, insider, reject: rejectRight(deps, user, booking), requester };
    return { reader, expired: !user.isActive };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "store_failed") throw error;
    const expired = error.code === "waldur_refused_token" || error.code === "seal_broken";
    if (expired) await noteRefused(deps.sql, account.id, epochSeconds(deps));
    return { reader: { account, insider: null, reject: null, requester: false }, expired };
  }
}

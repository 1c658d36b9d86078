import type { Booking } from "../calendar/booking.ts";
import { type Action, actions } from "../calendar/profile.ts";
import type { Deps } from "../deps.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import type { Way } from "../store/decisions.ts";
import type { User } from "../waldur/schema.ts";
import { actsForProvider, manages } from "../waldur/roles.ts";
import type { Linked } from "./linked.ts";

/**
 * Returns as whom a click on a link's page decides: the person who is signed in, or else the link's own account where the
 * link decides by itself; null when somebody must sign in first.
 */
export function chooseDecider(
  { kind, account }: Pick<Linked, "kind" | "account">,
  person: AccountRow | null,
): { readonly account: AccountRow; readonly via: Way } | null {
  if (person !== null) return { account: person, via: "sign-in" };
  return kind === "signed" ? { account, via: "signed" } : null;
}

/**
 * Returns how a user can reject a booking: `own` for those whom Waldur lets reject (staff, the requester, owners and
 * managers of the customer), `operator` for owners and managers of the provider, with the operator's token.
 */
export function rejectRight(
  deps: Pick<Deps, "config">,
  user: Pick<User, "isStaff" | "username" | "roles">,
  booking: Booking,
): "own" | "operator" | "none" {
  const own = user.isStaff || booking.requesterUsername === user.username || manages(user, booking.customerUuid);
  if (own) return "own";
  return mayUseOperator(deps, user, booking) ? "operator" : "none";
}

/** Returns the answers to offer somebody: accept to whoever stands for the provider, reject also to others whom Waldur lets. */
export function offeredActions(
  deps: Pick<Deps, "config">,
  user: Pick<User, "isStaff" | "username" | "roles">,
  booking: Booking,
): readonly Action[] {
  if (actsForProvider(user, booking)) return actions;
  return rejectRight(deps, user, booking) === "none" ? [] : ["reject"];
}

/** Returns true when the operator's token may be used for a user: an owner or manager of that very provider. */
export function mayUseOperator(
  deps: Pick<Deps, "config">,
  user: Pick<User, "roles">,
  { providerUuid }: Pick<Booking, "providerUuid">,
): boolean {
  return deps.config.waldurDecisionToken !== null && manages(user, providerUuid);
}

/** Returns the end of a booking's last period, epoch seconds. */
export function bookingEnd({ slots, schedules }: Booking): number {
  const periods = slots.length > 0 ? slots : schedules;
  return periods.reduce((latest, { start, end }) => Math.max(latest, start, end), 0);
}

import type { Booking } from "../calendar/booking.ts";
import type { User } from "./schema.ts";

const managerRoles = new Set(["CUSTOMER.OWNER", "CUSTOMER.MANAGER"]);

/** Returns the uuids of organisations of which the user is owner or manager. */
export function managedCustomers({ roles }: Pick<User, "roles">): string[] {
  return roles
    .filter(({ name, scopeType }) => managerRoles.has(name) && scopeType === "customer")
    .map(({ scopeUuid }) => scopeUuid);
}

/** Returns true when the user is owner or manager of some organisation, or of this one: that shows the bookings of its offerings. */
export function manages(user: Pick<User, "roles">, customerUuid?: string): boolean {
  const managed = managedCustomers(user);
  return customerUuid === undefined ? managed.length > 0 : managed.includes(customerUuid);
}

/**
 * Returns true when the user may still read a source: a list of an organisation only with a role there. Where no role opens it
 * (`customerUuid` ""), Waldur shows anybody who is active their part: bookings of what they manage, and their own.
 */
export function hasAccess(
  user: Pick<User, "isActive" | "isStaff" | "roles">,
  { customerUuid }: { readonly customerUuid: string },
): boolean {
  if (!user.isActive) return false;
  return user.isStaff || customerUuid === "" || manages(user, customerUuid);
}

/** Returns true when Waldur shows the user this booking as long as it stands: staff see all, others what they manage or made. */
export function sees(user: User, booking: Pick<Booking, "providerUuid" | "requesterUsername">): boolean {
  return user.isStaff || manages(user, booking.providerUuid) || booking.requesterUsername === user.username;
}

/** Returns the uuids of organisations and offerings for which a user with these roles acts as provider. */
export function actingScopes({ roles }: Pick<User, "roles">): string[] {
  const acting = roles.filter(
    ({ name, scopeType }) => scopeType === "offering" || (scopeType === "customer" && managerRoles.has(name)),
  );
  return acting.map(({ scopeUuid }) => scopeUuid);
}

/** Returns true when the user acts for the provider of a booking: staff, its owners and managers, and anybody with a role on the offering. */
export function actsForProvider(
  user: Pick<User, "isStaff" | "roles">,
  booking: Pick<Booking, "providerUuid" | "offeringUuid">,
): boolean {
  const scopes = actingScopes(user);
  return user.isStaff || scopes.includes(booking.providerUuid) || scopes.includes(booking.offeringUuid);
}

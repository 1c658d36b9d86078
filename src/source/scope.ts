import type { Booking } from "../calendar/booking.ts";
import type { SourceRow } from "../store/sources.ts";
import type { OrderQuery } from "../waldur/client.ts";
import type { BookingQuery } from "../waldur/parameters.ts";
import type { User } from "../waldur/schema.ts";

type Scope = Pick<SourceRow, "kind" | "scopeUuid">;

/** The filter of `/api/booking-resources/` that gives this source. Waldur's `provider_uuid` is the provider's organisation. */
export function bookingFilter(source: Scope): BookingQuery {
  switch (source.kind) {
    case "provider":
      return { provider_uuid: source.scopeUuid };
    case "offering":
      return { offering_uuid: [source.scopeUuid] };
    case "customer":
      return { customer_uuid: source.scopeUuid };
    case "project":
      return { project_uuid: source.scopeUuid };
    case "mine":
      return {};
  }
}

/** The same for `/api/marketplace-orders/`. */
export function orderFilter(source: Scope): OrderQuery {
  switch (source.kind) {
    case "provider":
      return { providerUuid: source.scopeUuid };
    case "offering":
      return { offeringUuid: source.scopeUuid };
    case "customer":
      return { customerUuid: source.scopeUuid };
    case "project":
      return { projectUuid: source.scopeUuid };
    case "mine":
      return {};
  }
}

/** Whether the booking is of this source: Waldur ignores filters it does not know, so each row must show it. */
export function belongs(booking: Booking, source: Scope): boolean {
  switch (source.kind) {
    case "provider":
      return booking.providerUuid === source.scopeUuid;
    case "offering":
      return booking.offeringUuid === source.scopeUuid;
    case "customer":
      return booking.customerUuid === source.scopeUuid;
    case "project":
      return booking.projectUuid === source.scopeUuid;
    case "mine":
      return true;
  }
}

const opening = new Set(["CUSTOMER.OWNER", "CUSTOMER.MANAGER"]);

/** Whether the user still holds a role that shows this source's bookings. */
export function hasAccess(
  user: Pick<User, "isActive" | "isStaff" | "roles">,
  source: Pick<SourceRow, "kind" | "customerUuid">,
): boolean {
  if (!user.isActive) return false;
  if (user.isStaff || source.kind === "mine") return true;
  return user.roles.some(
    (role) =>
      opening.has(role.name) &&
      role.scopeType === "customer" &&
      (source.customerUuid === "" || role.scopeUuid === source.customerUuid),
  );
}

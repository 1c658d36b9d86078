import type { OrderQuery } from "./client.ts";
import type { BookingQuery } from "./parameters.ts";
import type { Places } from "./schema.ts";

export const scopeKinds = ["provider", "offering", "customer", "project", "visible"] as const;

/** The kinds of lists of bookings: those of a provider, an offering, a customer or a project, or all that the account sees. */
export type ScopeKind = (typeof scopeKinds)[number];

/** One list of bookings that Waldur can give. `scopeUuid` is "" for `visible`. */
export interface Scope {
  readonly kind: ScopeKind;
  readonly scopeUuid: string;
}

/** Returns the filter of `/api/booking-resources/` that gives this list. Waldur's `provider_uuid` is the provider's organisation. */
export function bookingFilter(scope: Scope): BookingQuery {
  switch (scope.kind) {
    case "provider":
      return { provider_uuid: scope.scopeUuid };
    case "offering":
      return { offering_uuid: [scope.scopeUuid] };
    case "customer":
      return { customer_uuid: scope.scopeUuid };
    case "project":
      return { project_uuid: scope.scopeUuid };
    case "visible":
      return {};
  }
}

/** Returns the filter of `/api/marketplace-orders/` that gives the orders behind this list. */
export function orderFilter(scope: Scope): OrderQuery {
  switch (scope.kind) {
    case "provider":
      return { providerUuid: scope.scopeUuid };
    case "offering":
      return { offeringUuid: scope.scopeUuid };
    case "customer":
      return { customerUuid: scope.scopeUuid };
    case "project":
      return { projectUuid: scope.scopeUuid };
    case "visible":
      return {};
  }
}

/** Returns true when the booking is in this list: Waldur ignores filters that it does not know, so each row must show it. */
export function belongs(booking: Places, scope: Scope): boolean {
  switch (scope.kind) {
    case "provider":
      return booking.providerUuid === scope.scopeUuid;
    case "offering":
      return booking.offeringUuid === scope.scopeUuid;
    case "customer":
      return booking.customerUuid === scope.scopeUuid;
    case "project":
      return booking.projectUuid === scope.scopeUuid;
    case "visible":
      return true;
  }
}

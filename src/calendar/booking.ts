/** Waldur's ResourceState, as it writes it. */
export const bookingStates = ["Creating", "OK", "Erred", "Updating", "Terminating", "Terminated"] as const;
export type BookingState = (typeof bookingStates)[number];

/** Waldur's OrderState, as it writes it. */
export const orderStates = [
  "pending-consumer",
  "pending-provider",
  "pending-project",
  "pending-start-date",
  "executing",
  "done",
  "erred",
  "canceled",
  "rejected",
] as const;
export type OrderState = (typeof orderStates)[number];

/** One period of a booking. Times are whole epoch seconds; `end` may lie before `start`: Waldur lets that through. */
export interface Slot {
  readonly start: number;
  readonly end: number;
  /** Waldur's `backend_id` of the slot; "" for a schedule that has none. */
  readonly backendId: string;
}

/** The part of a booking that the slim listing gives. */
export interface SlimBooking {
  /** 32 lower-case hex digits. */
  readonly uuid: string;
  /** May be empty. Any character Waldur lets through; cleaned when rendered. */
  readonly name: string;
  readonly state: BookingState;
  /** Epoch microseconds, as exact as Waldur gives them. */
  readonly createdMicros: number;
  readonly modifiedMicros: number;
  /** As stored by Waldur, ordered by start; empty until the order was processed. */
  readonly slots: readonly Slot[];
  /** `backend_id` of each slot that cannot be read, "" where not even that; absent without any. */
  readonly unreadSlots?: readonly string[];
  readonly projectName: string;
}

/** One validated Waldur resource of type `Marketplace.Booking`. Text that Waldur lacks is "". */
export interface Booking extends SlimBooking {
  readonly description: string;
  /** `attributes.schedules`: the periods asked for. */
  readonly schedules: readonly Slot[];
  readonly offeringUuid: string;
  readonly offeringName: string;
  /** The provider's organisation (customer) uuid: Waldur's `provider_uuid`. */
  readonly providerUuid: string;
  readonly providerName: string;
  readonly customerUuid: string;
  readonly customerName: string;
  readonly projectUuid: string;
  readonly requesterName: string;
  readonly requesterUsername: string;
  readonly errorMessage: string;
}

/** A slot with the number that makes its UID; given once and kept. */
export interface NumberedSlot extends Slot {
  readonly n: number;
  /** False while only the wish (`attributes.schedules`) is known. */
  readonly real: boolean;
  /** The booking has lost this slot; its number stays taken. */
  readonly gone: boolean;
}

/** Everything known of one booking when its events are made. */
export interface KnownBooking {
  readonly booking: Booking;
  /** State of the order that created the booking; null when unknown. */
  readonly orderState: OrderState | null;
  /** That order; null when unknown. */
  readonly orderUuid: string | null;
  readonly slots: readonly NumberedSlot[];
  /** Its `modified` when it was first seen ended, which saving it again does not move; absent while it stands, and where only that is known. */
  readonly endedMicros?: number;
  /** Proven to be gone from Waldur. */
  readonly vanished: boolean;
  /** Its account lost the role that showed it: no event of it stays, and none says that it was cancelled. */
  readonly unseen?: boolean;
}

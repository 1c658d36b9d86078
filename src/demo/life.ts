import type { OrderState } from "../calendar/booking.ts";
import { makeBooking, randomUuid, type SampleBooking, slotsOf } from "./bookings.ts";
import type { EventType } from "./hook.ts";
import type { Person } from "./people.ts";

/** The end of a decision: an HTTP status and its body, as Waldur answers. */
export interface SampleAnswer {
  readonly status: number;
  readonly body: unknown;
}

const wrongState: SampleAnswer = { status: 409, body: { detail: "Valid states for operation: Creating." } };
const noOrder: SampleAnswer = {
  status: 400,
  body: ["Unable to complete action because related order is not found."],
};

/** All bookings, and what can happen to them; what moves `modified` and what does not is as in Waldur. */
export class Life {
  /** In order of creation. */
  readonly bookings: SampleBooking[];
  readonly #byUuid: Map<string, SampleBooking>;
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #tell: (type: EventType, booking: SampleBooking) => void;
  #lastMicros = 0;

  /** `tell` is told what Waldur makes events of. */
  constructor(
    bookings: SampleBooking[],
    random: () => number,
    now: () => number,
    tell: (type: EventType, booking: SampleBooking) => void,
  ) {
    this.bookings = bookings;
    this.#byUuid = new Map(bookings.map((booking) => [booking.uuid, booking]));
    this.#random = random;
    this.#now = now;
    this.#tell = tell;
  }

  find(uuid: string): SampleBooking | undefined {
    return this.#byUuid.get(uuid);
  }

  /** A new request; it waits for the consumer side's approval until `approve`. */
  request(change: { name?: string; requester?: Person; approved?: boolean } = {}): SampleBooking {
    const micros = this.#tick();
    const fate = ["Creating", change.approved === false ? "pending-consumer" : "executing", false] as const;
    const made = makeBooking(this.bookings.length, micros, micros / 1_000_000 + 45 * 86_400, this.#random, fate);
    const booking: SampleBooking = {
      ...made,
      modifiedMicros: micros,
      orders: [{ ...made.orders[0], modifiedMicros: micros }],
      ...(change.name !== undefined && { name: change.name }),
      ...(change.requester !== undefined && { requester: change.requester }),
    };
    if (change.approved !== false) booking.slots = slotsOf(booking.schedules, this.#random);
    this.bookings.push(booking);
    this.#byUuid.set(booking.uuid, booking);
    this.#tell("marketplace_resource_create_requested", booking);
    return booking;
  }

  /** The consumer side approves: the order moves, the slots appear, the booking's `modified` stays. */
  approve(uuid: string): void {
    const booking = this.#need(uuid);
    this.#order(booking, "executing");
    this.#tell("marketplace_order_approved", booking);
    this.writeSlots(uuid);
  }

  /** The background worker writes the slots; no `modified` moves. */
  writeSlots(uuid: string): void {
    const booking = this.#need(uuid);
    booking.slots = slotsOf(booking.schedules, this.#random);
  }

  accept(uuid: string): SampleAnswer {
    return this.#decide(this.#need(uuid), "OK", "done");
  }

  reject(uuid: string): SampleAnswer {
    return this.#decide(this.#need(uuid), "Terminated", "canceled");
  }

  /** An accepted booking ends; a new order does it. */
  terminate(uuid: string): void {
    const booking = this.#need(uuid);
    const micros = this.#tick();
    const uuidOfOrder = randomUuid(this.#random);
    booking.orders.push({
      uuid: uuidOfOrder,
      type: "Terminate",
      state: "done",
      createdMicros: micros,
      modifiedMicros: micros,
    });
    booking.state = "Terminated";
    booking.modifiedMicros = micros;
    this.#tell("marketplace_resource_terminate_succeeded", booking);
  }

  rename(uuid: string, name: string): void {
    const booking = this.#need(uuid);
    booking.name = name;
    booking.modifiedMicros = this.#tick();
    this.#tell("marketplace_resource_update_succeeded", booking);
  }

  /** A migration or a script saves every booking: each gets a new `modified`, and nothing else changes. */
  saveAll(): void {
    for (const booking of this.bookings) booking.modifiedMicros = this.#tick();
  }

  /** The operator moves a slot by that many seconds; `modified` stays as it is. */
  moveSlot(uuid: string, seconds: number, index = 0): void {
    const booking = this.#need(uuid);
    booking.slots = booking.slots.map((slot, at) =>
      at === index ? { ...slot, start: slot.start + seconds, end: slot.end + seconds } : slot,
    );
  }

  /** Hard deletion: booking and orders are gone without a trace. */
  unlink(uuid: string): SampleBooking {
    const booking = this.#need(uuid);
    this.bookings.splice(this.bookings.indexOf(booking), 1);
    this.#byUuid.delete(uuid);
    return booking;
  }

  /** Brings unlinked bookings back, as from a restored database. */
  restore(booking: SampleBooking): void {
    const later = this.bookings.findIndex((other) => other.createdMicros > booking.createdMicros);
    this.bookings.splice(later < 0 ? this.bookings.length : later, 0, booking);
    this.#byUuid.set(booking.uuid, booking);
  }

  /** Life goes on: a request comes in, or the oldest one to come is decided. */
  step(): void {
    const nowAt = this.#now() / 1000;
    const waiting = this.bookings.filter(
      ({ state, orders, slots }) =>
        state === "Creating" && orders[0].state === "executing" && (slots[0]?.start ?? 0) > nowAt,
    );
    const [oldest] = waiting;
    if (oldest === undefined || waiting.length < 4 || this.#random() < 0.4) this.request();
    else if (this.#random() < 0.75) this.accept(oldest.uuid);
    else this.reject(oldest.uuid);
  }

  #decide(booking: SampleBooking, state: "OK" | "Terminated", orderState: OrderState): SampleAnswer {
    if (booking.state !== "Creating") return wrongState;
    if (booking.orders[0].state !== "executing") return noOrder;
    this.#order(booking, orderState);
    booking.state = state;
    booking.modifiedMicros = booking.orders[0].modifiedMicros;
    this.#tell(
      state === "OK" ? "marketplace_resource_create_succeeded" : "marketplace_resource_create_canceled",
      booking,
    );
    return { status: 200, body: { order_uuid: booking.orders[0].uuid } };
  }

  #order(booking: SampleBooking, state: OrderState): void {
    booking.orders[0].state = state;
    booking.orders[0].modifiedMicros = this.#tick();
  }

  /** Now, in epoch microseconds; never the same twice. */
  #tick(): number {
    this.#lastMicros = Math.max(this.#lastMicros + 1, Math.floor(this.#now() * 1000));
    return this.#lastMicros;
  }

  #need(uuid: string): SampleBooking {
    const booking = this.#byUuid.get(uuid);
    if (booking === undefined) throw new Error(`the sample has no booking ${uuid}`);
    return booking;
  }
}

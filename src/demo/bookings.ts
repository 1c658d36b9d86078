import type { BookingState, OrderState } from "../calendar/booking.ts";
import { offerings, people, type Person, type Project, projects, type SampleOffering, wishes } from "./people.ts";

/** Epoch seconds. */
export interface SamplePeriod {
  readonly start: number;
  readonly end: number;
}

interface SampleSlot extends SamplePeriod {
  readonly backendId: string;
}

export interface SampleOrder {
  readonly uuid: string;
  readonly type: "Create" | "Terminate";
  state: OrderState;
  readonly createdMicros: number;
  modifiedMicros: number;
}

export interface SampleBooking {
  readonly uuid: string;
  name: string;
  /** Waldur keeps whatever the client sent. */
  readonly description: string | readonly string[];
  state: BookingState;
  readonly createdMicros: number;
  modifiedMicros: number;
  /** The periods asked for. */
  readonly schedules: readonly SamplePeriod[];
  /** Written when the order was processed. */
  slots: readonly SampleSlot[];
  readonly offering: SampleOffering;
  readonly project: Project;
  readonly requester: Person;
  errorMessage: string;
  /** The one that made it first. */
  readonly orders: [SampleOrder, ...SampleOrder[]];
}

const hour = 3600;
const day = 24 * hour;

/** Makes a small seeded generator (mulberry32), so that the same seed gives the same sample. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Returns 32 hexadecimal digits. */
export function randomUuid(random: () => number): string {
  let uuid = "";
  for (let part = 0; part < 4; part += 1) {
    uuid += Math.floor(random() * 4_294_967_296)
      .toString(16)
      .padStart(8, "0");
  }
  return uuid;
}

type Fate = readonly [state: BookingState, order: OrderState, slots: boolean];

/** Fates of requests, the more frequent the more often it is here. */
const fates: readonly Fate[] = [
  ["OK", "done", true],
  ["OK", "done", true],
  ["OK", "done", true],
  ["OK", "done", true],
  ["Creating", "executing", true],
  ["Creating", "executing", true],
  ["Creating", "pending-consumer", false],
  ["Terminated", "done", true],
  ["Terminated", "canceled", true],
  ["Terminated", "rejected", false],
  ["Creating", "executing", false],
  ["Erred", "done", true],
  ["Erred", "erred", false],
  ["Creating", "pending-project", false],
  ["OK", "done", true],
  ["Creating", "executing", true],
  ["Creating", "pending-consumer", false],
  ["Terminating", "done", true],
  ["OK", "done", false],
  ["Updating", "done", true],
];

/** Oddities that Waldur lets through or only newer ones know, by the number of the booking. */
const oddities: Readonly<Record<number, (booking: SampleBooking) => Partial<SampleBooking>>> = {
  20: withSlots("no length", (slot) => [{ ...slot, end: slot.start }]),
  24: withSlots("end before start", (slot) => [{ ...slot, start: slot.end, end: slot.start }]),
  44: withSlots("twice the same", (slot) => [slot, { ...slot, backendId: slot.backendId.replace(/.{4}$/, "0000") }]),
  33: ({ orders: [order] }) => ({ orders: [{ ...order, state: "pending-start-date" }] }),
  36: ({ orders: [order] }) => ({ orders: [{ ...order, state: "pending-provider" }] }),
  40: () => ({ description: ["A description", "that is a list"] }),
};

function withSlots(what: string, odd: (slot: SampleSlot) => readonly SampleSlot[]) {
  return ({ slots, name }: SampleBooking): Partial<SampleBooking> => {
    const oddSlots = slots.flatMap(odd);
    return {
      name: `${name} (${what})`,
      slots: oddSlots,
      schedules: oddSlots.map(({ start, end }) => ({ start, end })),
    };
  };
}

/** Returns bookings of all kinds around `begunAt` (epoch seconds), made one after another before it. */
export function seedBookings(count: number, begunAt: number, random: () => number): SampleBooking[] {
  const made = (begunAt - 40 * day) * 1_000_000;
  const pace = Math.floor((39.5 * day * 1_000_000) / Math.max(1, count));
  return Array.from({ length: count }, (_, index) => {
    const fate = fates[index % fates.length] ?? fates[0];
    const booking = makeBooking(index, made + index * pace + Math.floor(random() * pace * 0.9), begunAt, random, fate);
    return { ...booking, ...oddities[index]?.(booking) };
  });
}

/** Returns one more booking, made at `createdMicros`, somewhere in the 90 days around `aroundAt`. */
export function makeBooking(
  index: number,
  createdMicros: number,
  aroundAt: number,
  random: () => number,
  [state, orderState, slotted]: Fate = ["Creating", "executing", true],
): SampleBooking {
  const pick = <T>(list: readonly T[], fallback: T): T => list[Math.floor(random() * list.length)] ?? fallback;
  const [name, description] = pick(wishes, ["Sample", ""] as const);
  // Most look ahead, some lie behind; hours of work in UTC.
  const today = Math.floor(aroundAt / day) * day;
  const start = today + Math.floor(random() * 90 - 30) * day + (6 + Math.floor(random() * 11)) * hour;
  const length = (1 + Math.floor(random() * 4)) * hour;
  const parts = index % 9 === 4 ? 3 : 1;
  const schedules = Array.from({ length: parts }, (_, part) => ({
    start: start + part * day,
    end: start + part * day + length,
  }));
  const modifiedMicros = createdMicros + Math.floor(random() * hour * 1_000_000);
  const [firstOffering] = offerings;
  const [firstProject] = projects;
  if (firstOffering === undefined || firstProject === undefined) throw new Error("the sample has no offerings");
  // Three of four are of the first provider.
  const own = offerings.filter((offering) => offering.customer === firstOffering.customer);
  return {
    uuid: randomUuid(random),
    name,
    description,
    state,
    createdMicros,
    modifiedMicros,
    schedules,
    slots: slotted ? slotsOf(schedules, random) : [],
    offering: index % 4 === 3 ? pick(offerings, firstOffering) : pick(own, firstOffering),
    project: pick(projects, firstProject),
    requester: index % 3 === 0 ? people.consumerOwner : people.requester,
    errorMessage: state === "Erred" ? "Sample error: the calendar of the instrument did not answer." : "",
    orders: [{ uuid: randomUuid(random), type: "Create", state: orderState, createdMicros, modifiedMicros }],
  };
}

/** Returns what Waldur makes of the periods asked for when it processes the order. */
export function slotsOf(schedules: readonly SamplePeriod[], random: () => number): SampleBooking["slots"] {
  return schedules.map((period) => ({ ...period, backendId: `booking_${randomUuid(random)}` }));
}

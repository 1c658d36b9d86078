import type { Booking, NumberedSlot, Slot } from "./booking.ts";

interface Period extends Slot {
  readonly real: boolean;
}

type Match = (known: NumberedSlot, period: Period) => boolean;

/**
 * The rules by which a period finds the number it had, strongest first; each runs over all periods before the next.
 * A gone slot comes back only as itself (or as the wish it was), so that no other slot inherits a tombstone's number.
 */
const rules: readonly Match[] = [
  (known, period) => sameId(known, period) && sameTime(known, period) && known.real === period.real,
  (known, period) => sameId(known, period),
  (known, period) => sameTime(known, period) && (!known.gone || !known.real),
  // By position: a wish and what became of it; never two real slots that each have an id.
  (known, period) => !known.gone && !(known.real && period.real && known.backendId !== "" && period.backendId !== ""),
];

/**
 * Gives each period of a booking the number that makes its UID. A number is given once, from 1, in order of start at
 * first sight; later a slot takes over the number of its `backend_id`, else of the known period with the same start and
 * end, else (wish and slot) of the one in its position. What the booking has lost stays as `gone`, its number taken; a slot
 * that Waldur has but that cannot be read stays as it was known.
 *
 * Without slots (before approval Waldur has written none) the periods are `attributes.schedules`, with `real: false`.
 * Periods that end before they start, that have no length or that come twice are numbered like any other.
 * The result is in order of number; the same input gives the same result, and so does giving it its own result.
 */
export function numberSlots(known: readonly NumberedSlot[], booking: Booking): NumberedSlot[] {
  const periods = periodsOf(booking);
  const free = new Set(known.toSorted((a, b) => Number(a.gone) - Number(b.gone) || a.n - b.n));
  const numbers = new Map<Period, number>();
  for (const fits of rules) {
    if (free.size === 0) break;
    for (const period of periods) {
      if (numbers.has(period)) continue;
      const old = findItem(free, (slot) => fits(slot, period));
      if (old === undefined) continue;
      free.delete(old);
      numbers.set(period, old.n);
    }
  }
  let last = known.reduce((highest, slot) => Math.max(highest, slot.n), 0);
  const current = periods.map((period): NumberedSlot => {
    const { start, end, backendId, real } = period;
    return { start, end, backendId, n: numbers.get(period) ?? ++last, real, gone: false };
  });
  const unread = booking.unreadSlots ?? [];
  const stays = (slot: NumberedSlot): boolean => unread.includes(slot.backendId) || unread.includes("");
  const lost = [...free].map((slot): NumberedSlot => (stays(slot) ? slot : { ...slot, gone: true }));
  return [...current, ...lost].toSorted((a, b) => a.n - b.n);
}

function periodsOf(booking: Booking): Period[] {
  const real = booking.slots.length > 0;
  const slots = real ? booking.slots : booking.schedules;
  return slots.map((slot) => ({ ...slot, real })).toSorted((a, b) => a.start - b.start || a.end - b.end);
}

function sameId(known: NumberedSlot, period: Period): boolean {
  if (known.real !== period.real) return false;
  return period.backendId === ""
    ? sameTime(known, period) && known.backendId === ""
    : known.backendId === period.backendId;
}

function sameTime(known: Slot, period: Slot): boolean {
  return known.start === period.start && known.end === period.end;
}

function findItem<Item>(items: Iterable<Item>, fits: (item: Item) => boolean): Item | undefined {
  for (const item of items) if (fits(item)) return item;
  return undefined;
}

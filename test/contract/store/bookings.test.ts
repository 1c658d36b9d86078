import { beforeEach, describe, expect, it } from "vitest";
import {
  countBookings,
  findBookings,
  findSlim,
  hasPending,
  listChanged,
  listMissed,
  listSlimBetween,
  findSlimOfAll,
  listPendingSources,
  listSlotless,
  listSlotlessOfAll,
  findProviders,
  listChangedUuids,
  listMoved,
} from "../../../src/store/bookings/bookings.ts";
import { countStatements } from "../../../src/store/sql/counted.ts";
import { engines, openForTests } from "./engines.ts";
import { bookingOf, slotOf, startAnew, store, t, uuidOf, writeOf } from "../../rows.ts";
import {
  writeOrders,
  markMissed,
  markVanished,
  touchOfferings,
  countOfOfferings,
} from "../../../src/store/bookings/write-bookings.ts";

const micros = (n: number) => (t + n) * 1_000_000;
const day = 86_400;

describe.each(engines)("queries of bookings over $engine", ({ open, sqlite }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => startAnew(sql));

  const numbers = (uuids: Iterable<string>) => [...uuids].map((uuid) => Number.parseInt(uuid, 16));
  /** The rev of each booking of source `s`, by its number. */
  const revs = async () =>
    Object.fromEntries(
      (await listChanged(sql, "s", -1, 1000)).map((row) => [Number.parseInt(row.booking.uuid, 16), row.rev]),
    );

  it("come back as they were written, whatever is in their texts", async () => {
    // PostgreSQL keeps neither of the two.
    const hostile = `${sqlite ? "\u0000\ud800" : ""}\u0007 "'\\;-- 🔬 مرحبا \u202e \r\n`;
    const booking = bookingOf(1, {
      name: hostile,
      description: "x".repeat(10_000),
      slots: [{ start: t + 50, end: t - 50, backendId: hostile }],
      createdMicros: 1_795_456_702_300_123,
    });
    const slots = [slotOf(t + 50, t - 50, { backendId: hostile, n: 7, real: false, gone: true })];
    await store(sql, "s", [
      writeOf(booking, {
        slots,
        slim: hostile.replace("\ud800", ""),
        orderState: "executing",
        orderUuid: uuidOf(8),
        rev: 3,
      }),
    ]);
    const row = { booking, slots, orderState: "executing", orderUuid: uuidOf(8), vanished: false, rev: 3 };
    expect(await findBookings(sql, "s", [uuidOf(1), uuidOf(2)])).toEqual(new Map([[uuidOf(1), row]]));
    expect(await findBookings(sql, "other", [uuidOf(1)])).toEqual(new Map());
    const slim = { slim: hostile.replace("\ud800", ""), orderState: "executing", missedSweep: null, vanished: false };
    expect(await findSlim(sql, "s", [uuidOf(2), uuidOf(1)])).toEqual(
      new Map([[uuidOf(1), { uuid: uuidOf(1), ...slim }]]),
    );
  });

  it("cost no statement when none is asked for", async () => {
    const counted = countStatements(sql);
    expect(await findSlim(counted.sql, "s", [])).toEqual(new Map());
    expect(await findBookings(counted.sql, "s", [])).toEqual(new Map());
    expect(counted.counts.statements).toBe(0);
  });

  it("are written over whole, and count as listed again", async () => {
    await store(sql, "s", [writeOf(bookingOf(1)), writeOf(bookingOf(2))]);
    await sql.batch([markMissed("s", [uuidOf(1)], t), markVanished("s", [uuidOf(2)], 1, t)]);
    const changed = [1, 2].map((n) =>
      writeOf(bookingOf(n, { name: "new", state: "Terminated", slots: [] }), {
        rev: n + 10,
        slots: [],
        orderState: "done",
      }),
    );
    await store(sql, "s", changed);
    const found = await findBookings(sql, "s", [uuidOf(1), uuidOf(2)]);
    for (const { booking, slots, orderState, rev } of changed) {
      expect(found.get(booking.uuid)).toEqual({ booking, slots, orderState, orderUuid: null, rev, vanished: false });
    }
    expect(await listMissed(sql, "s", t)).toEqual([]);
    expect(await countBookings(sql, "s", t)).toEqual({ listed: 2, pending: 0 });
  });

  it("are compared with a page of the listing by when they were made: after one time, up to another", async () => {
    await store(
      sql,
      "s",
      [1, 2, 3, 4].map((n) => writeOf(bookingOf(n))),
    );
    await store(sql, "other", [writeOf(bookingOf(3))]);
    const between = async (after: number, to: number | null) =>
      numbers((await listSlimBetween(sql, "s", after, to)).keys()).toSorted((a, b) => a - b);
    expect(await between(micros(1), micros(3))).toEqual([2, 3]);
    expect(await between(-1, micros(1))).toEqual([1]);
    expect(await between(micros(3), null)).toEqual([4]);
    expect(await between(micros(4), null)).toEqual([]);
  });

  it("are rendered in the order of their changes", async () => {
    await store(
      sql,
      "s",
      [3, 1, 2].map((n, index) => writeOf(bookingOf(n), { rev: index + 5 })),
    );
    const changed = async (rev: number, limit: number) =>
      numbers((await listChanged(sql, "s", rev, limit)).map(({ booking }) => booking.uuid));
    expect(await changed(0, 9)).toEqual([3, 1, 2]);
    expect(await changed(5, 1)).toEqual([1]);
    expect(await changed(7, 9)).toEqual([]);
  });

  it("come into a window by any slot that is not gone, by uuid from one on", async () => {
    const at = (start: number) => slotOf(t + start, t + start + 10);
    await store(sql, "s", [
      writeOf(bookingOf(1), { slots: [at(99)] }),
      writeOf(bookingOf(2), { slots: [at(100)] }),
      writeOf(bookingOf(3), { slots: [at(50), at(150)] }),
      writeOf(bookingOf(4), { slots: [at(200)] }),
      writeOf(bookingOf(5), { slots: [slotOf(t + 230, t + 170)] }),
      writeOf(bookingOf(6), { slots: [slotOf(t + 120, t + 130, { gone: true })] }),
      writeOf(bookingOf(7), { slots: [] }),
    ]);
    await store(sql, "other", [writeOf(bookingOf(8), { slots: [at(120)] })]);
    const shown = [t + 100, t + 200] as const;
    const starting = async (after: string, limit: number, today: readonly [number, number] = [t, t]) =>
      numbers((await listMoved(sql, "s", { shown, today }, after, limit)).map(({ booking }) => booking.uuid));
    expect(await starting("", 9)).toEqual([2, 3, 5]);
    expect(await starting("", 2)).toEqual([2, 3]);
    expect(await starting(uuidOf(3), 2)).toEqual([5]);
    await store(sql, "s", [
      writeOf(bookingOf(1, { state: "Creating" }), { slots: [at(20), at(40)] }),
      writeOf(bookingOf(3, { state: "Creating" }), { slots: [at(50), at(150)] }),
      writeOf(bookingOf(7, { state: "Creating" }), { slots: [at(30)] }),
    ]);
    // A day that ends with the last slot has it; one that begins with its end does not.
    expect(await starting("", 9, [t, t + 50])).toEqual([1, 2, 3, 5, 7]);
    expect(await starting("", 9, [t + 40, t + 49])).toEqual([2, 3, 5]);
    expect(await starting("", 9, [t + 50, t + 900])).toEqual([2, 3, 5]);
    expect(await starting("", 3, [t, t + 900])).toEqual([1, 2, 3]);
    expect(await starting(uuidOf(3), 3, [t, t + 900])).toEqual([5, 7]);
  });

  it("are read again while Waldur may still write their slots, until they are over", async () => {
    const wish = [slotOf(t, t + day, { real: false })];
    const bare = { slots: [] };
    await store(sql, "s", [
      writeOf(bookingOf(1, { ...bare, state: "Creating" }), { slots: wish }),
      writeOf(bookingOf(2, bare), { slots: wish, orderState: "executing" }),
      writeOf(bookingOf(3, { ...bare, state: "Creating" }), { slots: wish, orderState: "pending-provider" }),
      writeOf(bookingOf(4, { ...bare, state: "Terminated" }), { slots: wish }),
      writeOf(bookingOf(5, { state: "Creating" })),
      writeOf(bookingOf(6, bare), { slots: wish }),
    ]);
    await sql.batch([markVanished("s", [uuidOf(6)], 1, t)]);
    expect(numbers((await listSlotless(sql, "s", t + day - 1)).map(({ uuid }) => uuid))).toEqual([1, 2]);
    expect(await listSlotless(sql, "s", t + day)).toEqual([]);
    expect(await listSlotless(sql, "other", t)).toEqual([]);
    await store(sql, "other", [writeOf(bookingOf(1, { ...bare, state: "Creating" }), { slots: wish })]);
    const all = await listSlotlessOfAll(sql, ["s", "other"], t + day - 1);
    expect([...all].map(([id, rows]) => [id, new Set(numbers(rows.map(({ uuid }) => uuid)))])).toEqual([
      ["other", new Set([1])],
      ["s", new Set([1, 2])],
    ]);
    expect((await listSlotlessOfAll(sql, ["s", "other"], t + day)).size).toBe(0);
    const slim = await findSlimOfAll(sql, [uuidOf(1), uuidOf(2), uuidOf(99)]);
    expect(new Set(numbers([...(slim.get("s")?.keys() ?? [])]))).toEqual(new Set([1, 2]));
    expect(numbers([...(slim.get("other")?.keys() ?? [])])).toEqual([1]);
    expect((await findSlimOfAll(sql, [])).size).toBe(0);
  });

  it("tell their provider and offering and whether they are open, and which changed after a rev", async () => {
    const pending = bookingOf(2, { providerUuid: "p", state: "Creating" });
    await store(sql, "s", [writeOf(bookingOf(1)), writeOf(pending, { rev: 3 })]);
    await store(sql, "other", [writeOf(bookingOf(1))]);
    const { providerUuid, offeringUuid } = bookingOf(1);
    expect(await findProviders(sql, [uuidOf(1), uuidOf(2), uuidOf(9)])).toEqual(
      new Map([
        [uuidOf(1), { providerUuid, offeringUuid, open: false }],
        [uuidOf(2), { providerUuid: "p", offeringUuid, open: true }],
      ]),
    );
    expect([await listChangedUuids(sql, "s", 1), await listChangedUuids(sql, "s", 3)]).toEqual([[uuidOf(2)], []]);
  });

  it("wait for a decision until they are over, also when they have begun", async () => {
    const pending = (n: number, start: number) =>
      writeOf(bookingOf(n, { state: "Creating" }), { slots: [slotOf(t + start, t + start + 100)] });
    await store(sql, "s", [pending(1, 0), writeOf(bookingOf(2)), pending(3, -900)]);
    expect(await hasPending(sql, "s", t + 99)).toBe(true);
    expect(await countBookings(sql, "s", t + 99)).toEqual({ listed: 3, pending: 1 });
    expect(await hasPending(sql, "s", t + 100)).toBe(false);
    expect(await countBookings(sql, "s", t + 100)).toEqual({ listed: 3, pending: 0 });
    expect(await hasPending(sql, "other", t)).toBe(false);
    expect([...(await listPendingSources(sql, ["s", "other"], t + 99))]).toEqual(["s"]);
    expect((await listPendingSources(sql, ["s", "other"], t + 100)).size).toBe(0);
    expect(await countBookings(sql, "other", t)).toEqual({ listed: 0, pending: 0 });
    await sql.batch([markVanished("s", [uuidOf(1)], 1, t)]);
    expect(await hasPending(sql, "s", t)).toBe(false);
    expect(await countBookings(sql, "s", t)).toEqual({ listed: 2, pending: 0 });
  });

  it("are missed by one sweep at a time, and found again", async () => {
    await store(
      sql,
      "s",
      [1, 2, 3, 4].map((n) => writeOf(bookingOf(n))),
    );
    const [first, again] = await sql.batch([
      markMissed("s", [3, 1, 2, 9].map(uuidOf), t),
      markMissed("s", [1, 2].map(uuidOf), t),
    ]);
    expect([first, again]).toEqual([3, 0]);
    expect(numbers(await listMissed(sql, "s", t))).toEqual([1, 2, 3]);
    expect((await findSlim(sql, "s", [uuidOf(1)])).get(uuidOf(1))?.missedSweep).toBe(t);
    expect(await sql.batch([markMissed("s", [2, 4].map(uuidOf), null), markMissed("s", [uuidOf(3)], t + 60)])).toEqual([
      1, 1,
    ]);
    expect(numbers(await listMissed(sql, "s", t))).toEqual([1]);
    expect(numbers(await listMissed(sql, "s", t + 60))).toEqual([3]);
    expect(await listMissed(sql, "other", t)).toEqual([]);
    expect(await revs()).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 });
  });

  it("vanish each under a rev of its own", async () => {
    await store(
      sql,
      "s",
      [1, 2, 3].map((n) => writeOf(bookingOf(n))),
    );
    await store(sql, "other", [writeOf(bookingOf(1))]);
    await sql.batch([markMissed("s", [3, 1].map(uuidOf), t)]);
    expect(await sql.batch([markVanished("s", [3, 1].map(uuidOf), 10, t)])).toEqual([2]);
    expect(await revs()).toEqual({ 2: 1, 3: 11, 1: 12 });
    expect(await listMissed(sql, "s", t)).toEqual([]);
    expect((await findBookings(sql, "s", [uuidOf(1)])).get(uuidOf(1))).toMatchObject({ vanished: true, rev: 12 });
    expect((await findSlim(sql, "s", [uuidOf(2)])).get(uuidOf(2))?.vanished).toBe(false);
    expect((await findSlim(sql, "other", [uuidOf(1)])).get(uuidOf(1))?.vanished).toBe(false);
  });

  it("take order states from a walk, each under the rev given with it", async () => {
    await store(
      sql,
      "s",
      [1, 2].map((n) => writeOf(bookingOf(n))),
    );
    await store(sql, "other", [writeOf(bookingOf(1))]);
    const changes = [
      { uuid: uuidOf(2), orderState: "done" as const, orderUuid: uuidOf(12), rev: 7 },
      { uuid: uuidOf(9), orderState: "done" as const, orderUuid: uuidOf(19), rev: 8 },
      { uuid: uuidOf(1), orderState: "pending-provider" as const, orderUuid: uuidOf(11), rev: 9 },
    ];
    expect(await sql.batch([writeOrders("s", changes)])).toEqual([2]);
    expect(await revs()).toEqual({ 2: 7, 1: 9 });
    const states = [...(await findSlim(sql, "s", [uuidOf(1), uuidOf(2)])).values()].map((row) => row.orderState);
    expect(states).toEqual(["pending-provider", "done"]);
    const orders = [...(await findBookings(sql, "s", [uuidOf(1), uuidOf(2)])).values()].map((row) => row.orderUuid);
    expect(orders).toEqual([uuidOf(11), uuidOf(12)]);
    expect((await findSlim(sql, "other", [uuidOf(1)])).get(uuidOf(1))?.orderState).toBeNull();
  });

  it("are rendered again when an offering got another name, each under a rev of its own in the old order", async () => {
    const of = (n: number, offering: number, rev: number) =>
      writeOf(bookingOf(n, { offeringUuid: uuidOf(offering) }), { rev });
    await store(sql, "s", [of(1, 50, 9), of(2, 51, 2), of(3, 52, 3), of(4, 50, 4)]);
    await store(sql, "other", [of(1, 50, 1)]);
    const offerings = [50, 51, 99].map(uuidOf);
    expect(await countOfOfferings(sql, "s", offerings)).toBe(3);
    expect(await sql.batch([touchOfferings("s", offerings, 20)])).toEqual([3]);
    expect(await revs()).toEqual({ 3: 3, 2: 21, 4: 22, 1: 23 });
    expect(await countOfOfferings(sql, "s", [])).toBe(0);
    expect(await sql.batch([touchOfferings("s", [], 30)])).toEqual([0]);
  });
});

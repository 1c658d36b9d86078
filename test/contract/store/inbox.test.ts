import { beforeEach, describe, expect, it } from "vitest";
import { listBeside } from "../../../src/store/bookings/beside.ts";
import { countInbox, type InboxQuery, type InboxScope, listInbox } from "../../../src/store/bookings/inbox.ts";
import { engines, openForTests } from "./engines.ts";
import type { Booking } from "../../../src/calendar/booking.ts";
import { bookingOf, startAnew, store, t, uuidOf, writeOf } from "../../rows.ts";

const hour = 3600;

describe.each(engines)("open requests over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => startAnew(sql));

  const scope: InboxScope = { sourceIds: ["s", "other"], scopes: null, nowAt: t };
  const query: InboxQuery = {
    part: "decide",
    offeringUuid: null,
    fromAt: null,
    toAt: null,
    words: [],
    names: [],
    order: "start",
    limit: 10,
    offset: 0,
  };
  /** Booking number `n`, of an hour that begins at `start`. */
  const at = (n: number, start: number, change: Partial<Booking> = {}): Booking =>
    bookingOf(n, { state: "Creating", slots: [{ start, end: start + hour, backendId: "" }], ...change });
  const numbers = async (change: Partial<InboxQuery> = {}, of: Partial<InboxScope> = {}) => {
    const { rows, total } = await listInbox(sql, { ...scope, ...of }, { ...query, ...change });
    return [rows.map(({ booking }) => Number.parseInt(booking.uuid, 16)), total];
  };
  const counts = async (of: Partial<InboxScope> = {}) => {
    const found: Record<string, number> = {};
    for (const { part, count } of await countInbox(sql, { ...scope, ...of })) found[part] = (found[part] ?? 0) + count;
    return found;
  };

  it("are parted by who can answer them, without those that are decided or gone", async () => {
    await store(sql, "s", [
      writeOf(at(1, t + 5 * hour), { orderState: "executing" }),
      writeOf(at(2, t + 4 * hour)),
      writeOf(at(3, t + 3 * hour), { orderState: "pending-consumer" }),
      writeOf(at(4, t + 2 * hour), { orderState: "pending-provider" }),
      writeOf(at(5, t - 2 * hour), { orderState: "executing" }),
      writeOf(at(6, t + 2 * hour), { orderState: "done" }),
      writeOf(at(7, t + 2 * hour, { state: "OK" }), { orderState: "done" }),
    ]);
    expect(await numbers()).toEqual([[2, 1], 2]);
    expect(await numbers({ part: "waiting" })).toEqual([[4, 3], 2]);
    expect(await numbers({ part: "over" })).toEqual([[5], 1]);
    expect(await counts()).toEqual({ decide: 2, waiting: 2, over: 1 });
    expect(await counts({ sourceIds: ["other"] })).toEqual({});
    expect(await counts({ nowAt: t + 4.5 * hour })).toEqual({ decide: 2, over: 3 });
  });

  it("are somebody else's to decide where one does not act for the provider or the offering", async () => {
    await store(sql, "s", [
      writeOf(at(1, t + hour, { providerUuid: "p" })),
      writeOf(at(2, t + hour, { offeringUuid: "o" })),
      writeOf(at(3, t + hour)),
    ]);
    expect(await numbers({}, { scopes: ["p", "o"] })).toEqual([[1, 2], 2]);
    expect(await numbers({ part: "waiting" }, { scopes: ["p", "o"] })).toEqual([[3], 1]);
    expect(await counts({ scopes: [] })).toEqual({ waiting: 3 });
    expect(await countInbox(sql, { ...scope, scopes: ["o"] })).toContainEqual({
      part: "decide",
      offeringUuid: "o",
      count: 1,
    });
  });

  it("come once from several lists, as the one tells them that knows most", async () => {
    await store(sql, "s", [writeOf(at(1, t + hour))]);
    await store(sql, "other", [writeOf(at(1, t + hour), { orderState: "executing" })]);
    const { rows, total } = await listInbox(sql, scope, query);
    expect([rows.map((row) => [row.sourceId, row.orderState]), total]).toEqual([[["other", "executing"]], 1]);
    expect(await counts()).toEqual({ decide: 1 });
  });

  it("come page by page with the number of all, in the order asked for", async () => {
    await store(
      sql,
      "s",
      [3, 1, 2].map((n, index) => writeOf(at(n, t + (index + 1) * hour))),
    );
    expect(await numbers({ limit: 2 })).toEqual([[3, 1], 3]);
    expect(await numbers({ limit: 2, offset: 2 })).toEqual([[2], 3]);
    expect(await numbers({ order: "latest" })).toEqual([[2, 1, 3], 3]);
    expect(await numbers({ order: "age" })).toEqual([[1, 2, 3], 3]);
    expect(await numbers({ offset: 10 })).toEqual([[], 0]);
  });

  it("are found by offering, by time, by words anywhere and by who asked", async () => {
    await store(sql, "s", [
      writeOf(at(1, t + hour, { name: "Õhuke lõige", offeringUuid: "o" })),
      writeOf(at(2, t + 3 * hour, { description: "a thin SLICE", requesterName: "Õnne Öö" })),
    ]);
    expect(await numbers({ offeringUuid: "o" })).toEqual([[1], 1]);
    expect(await numbers({ fromAt: t + 2 * hour })).toEqual([[2], 1]);
    expect(await numbers({ toAt: t + 3 * hour })).toEqual([[1], 1]);
    expect(await numbers({ words: [["slice"], ["thin"]] })).toEqual([[2], 1]);
    expect(await numbers({ words: [["slice"], ["thick"]] })).toEqual([[], 0]);
    expect(await numbers({ words: [["õhuke", "Õhuke"]] })).toEqual([[1], 1]);
    expect(await numbers({ names: [["Õnne"]] })).toEqual([[2], 1]);
    expect(await numbers({ names: [["slice"]] })).toEqual([[], 0]);
  });

  it("have beside them what stands or waits in the same offering and list at the time, for many in one statement", async () => {
    await store(sql, "s", [
      writeOf(at(1, t)),
      writeOf(at(2, t + hour / 2, { state: "OK" })),
      writeOf(at(3, t + hour)),
      writeOf(at(4, t - hour)),
      writeOf(at(5, t, { offeringUuid: "c".repeat(32) })),
      writeOf(at(6, t, { state: "Terminated" })),
    ]);
    await store(sql, "other", [writeOf(at(7, t))]);
    const question = (n: number, fromAt: number, toAt: number) => {
      return { uuid: uuidOf(n), sourceId: "s", offeringUuid: uuidOf(0xa), fromAt, toAt };
    };
    const found = await listBeside(sql, [
      question(1, t, t + hour),
      question(1, t, t + 2 * hour),
      question(3, t + hour, t + 2 * hour),
    ]);
    const told = [...found].map(([uuid, rows]) => [Number.parseInt(uuid, 16), rows.map(({ name }) => name)]);
    expect(Object.fromEntries(told)).toEqual({ 1: ["booking 2", "booking 3"], 3: ["booking 2"] });
    expect(found.get(uuidOf(1))?.[0]).toMatchObject({ uuid: uuidOf(2), state: "OK", orderState: null });
    expect(await listBeside(sql, [])).toEqual(new Map());
  });

  it("have beside them what began long before, however long it is, and nothing that ended or comes later", async () => {
    const day = 24 * hour;
    const days = [1, 2, 8, 9, 90, 93, 94, 400];
    const lasting = (n: number, length: number, start: number): ReturnType<typeof writeOf> =>
      writeOf(at(n, start, { state: "OK", slots: [{ start, end: start + length, backendId: "" }] }));
    await store(sql, "s", [
      writeOf(at(1, t)),
      ...days.map((length, index) => lasting(10 + index, length * day, t + 60 - length * day)),
      ...days.map((length, index) => lasting(30 + index, length * day, t - length * day)),
      ...days.map((length, index) => lasting(50 + index, length * day, t + hour)),
    ]);
    const asked = { uuid: uuidOf(1), sourceId: "s", offeringUuid: uuidOf(0xa), fromAt: t, toAt: t + hour };
    const found = (await listBeside(sql, [asked])).get(uuidOf(1)) ?? [];
    expect(found.map(({ uuid }) => Number.parseInt(uuid, 16))).toEqual(days.map((_, index) => 17 - index));
  });
});

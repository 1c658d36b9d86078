import { describe, expect, it } from "vitest";
import { actAsOperator } from "../../src/account/find-source.ts";
import type { SampleBooking } from "../../src/demo/bookings.ts";
import { bookingColumns } from "../../src/demo/rows.ts";
import { listBookings } from "../../src/source/list-bookings.ts";
import { doubtfulParameters } from "../../src/waldur/parameters.ts";
import { makeWorld, type WorldOptions } from "../world.ts";

const micros = (at: number): string =>
  `${new Date(Math.floor(at / 1000)).toISOString().slice(0, -1)}${String(at % 1000).padStart(3, "0")}Z`;

async function begin(options: WorldOptions = {}) {
  const world = await makeWorld({ bookings: 40, token: "sample-staff", ...options });
  const asks = await actAsOperator(world.deps);
  const list = async (query: Record<string, string | string[]>) => {
    world.requests();
    const listed = await listBookings(world.deps, asks, query);
    return { ...listed, uuids: listed.bookings.map(({ uuid }) => uuid), requests: world.requests() };
  };
  const [middle] = world.sample.bookings.slice(20);
  if (middle === undefined) throw new Error("the sample is too small");
  return { world, list, middle };
}

type Truth = (booking: SampleBooking, middle: SampleBooking) => boolean;

/** Parameters that a row shows, each with a value and what it means. */
const shown: readonly (readonly [name: string, value: (middle: SampleBooking) => string, truth: Truth])[] = [
  ["created", (m) => micros(m.createdMicros), (b, m) => b.createdMicros >= m.createdMicros],
  ["created_before", (m) => micros(m.createdMicros), (b, m) => b.createdMicros <= m.createdMicros],
  ["modified", (m) => micros(m.modifiedMicros), (b, m) => b.modifiedMicros >= m.modifiedMicros],
  ["modified_before", (m) => micros(m.modifiedMicros), (b, m) => b.modifiedMicros <= m.modifiedMicros],
  ["slug", (m) => `sample-${m.uuid.slice(0, 6)}`, (b, m) => b === m],
  ["plan_uuid", () => "9".repeat(32), () => false],
  ["offering_shared", () => "false", () => false],
  ["has_terminate_date", () => "true", () => false],
  ["has_terminate_date", () => "false", () => true],
  ["limit_based", () => "true", () => false],
  ["usage_based", () => "true", () => false],
  // Refused on 7.0, which takes it for a uuid.
  ["offering_billable", () => "true", () => true],
  ["offering_billable", () => "false", () => false],
  ["order_state", () => "done", (b) => b.orders[0].state === "done"],
  ["order_state", () => "pending-consumer,executing", (b) => /pending-consumer|executing/.test(b.orders[0].state)],
  [
    "offering",
    (m) => `http://sample.waldur.invalid/api/marketplace-public-offerings/${m.offering.uuid}/`,
    (b, m) => b.offering.uuid === m.offering.uuid,
  ],
];

describe.each(["7.0", "8.1"] as const)("on a Waldur of %s", (version) => {
  it.each(shown)("what --%s gives is so, whatever the server does", async (name, valueOf, truth) => {
    const { world, list, middle } = await begin({ version });
    const { uuids, notApplied, count } = await list({ [name]: valueOf(middle), page_size: "300" });
    const wanted = world.sample.bookings.filter((booking) => truth(booking, middle)).map(({ uuid }) => uuid);
    expect(uuids.toSorted()).toEqual(wanted.toSorted());
    expect(notApplied).toEqual([]);
    expect(count).toBe(wanted.length);
  });
});

describe("what no row shows", () => {
  const values: Readonly<Record<string, string>> = {
    component_count: "3",
    flavor_name: "m1",
    image_name: "x",
    is_attached: "true",
    limit_component_count: "1",
    offering_slug: "confocal-1",
    only_limit_based: "true",
    only_usage_based: "false",
    parent_offering_uuid: "1".repeat(32),
    resource_attributes: '{"a":1}',
    visible_to_providers: "false",
  };

  it.each(Object.entries(values))("is named where Waldur ignores it: %s", async (name, value) => {
    const { list } = await begin();
    expect((await list({ [name]: value })).notApplied).toEqual([name]);
    // Found out once a day: what is asked besides is whether it is still the same release.
    const again = await list({ [name]: value });
    expect(again.notApplied).toEqual([name]);
    expect(again.requests).toHaveLength(2);
  });

  it("with what a row shows is every parameter that a Waldur is known to ignore", () => {
    const tried = new Set([...Object.keys(values), ...shown.map(([name]) => name)]);
    expect(doubtfulParameters.filter((name) => !tried.has(name))).toEqual([]);
  });

  it("is not named where Waldur applies it, or refuses it", async () => {
    const { world, list } = await begin();
    world.fault((request) => {
      const query = new URL(request.url).searchParams;
      if (query.get("flavor_name")?.includes("matches-nothing") === true) {
        return Response.json([], { headers: { "X-Result-Count": "0", Link: "" } });
      }
      return query.has("image_name") && query.get("image_name") !== "x"
        ? Response.json({ image_name: ["Enter a number."] }, { status: 400 })
        : null;
    });
    expect((await list({ flavor_name: "m1", image_name: "x" })).notApplied).toEqual([]);
    world.fault(null);
    // Remembered, and found out again the day after.
    expect((await list({ flavor_name: "m1", image_name: "x" })).notApplied).toEqual([]);
    world.wait(86_400);
    expect((await list({ flavor_name: "m1", image_name: "x" })).notApplied).toEqual(["flavor_name", "image_name"]);
  });

  it("is found out anew when Waldur was upgraded, which its settings show", async () => {
    const { world, list } = await begin();
    expect((await list({ flavor_name: "m1" })).notApplied).toEqual(["flavor_name"]);
    world.fault((request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/api/configuration/") return Response.json({ WALDUR_CORE: { NEW_SETTING: true } });
      return searchParams.get("flavor_name")?.includes("matches-nothing") === true
        ? Response.json([], { headers: { "X-Result-Count": "0", Link: "" } })
        : null;
    });
    expect((await list({ flavor_name: "m1" })).notApplied).toEqual([]);
    world.fault(null);
    expect((await list({ flavor_name: "m1" })).notApplied).toEqual(["flavor_name"]);
  });

  it("is not asked about where there are no bookings at all", async () => {
    const { world, list } = await begin();
    for (const uuid of world.sample.bookings.map((booking) => booking.uuid)) world.sample.unlink(uuid);
    expect(await list({ flavor_name: "m1" })).toMatchObject({ notApplied: [], count: 0 });
  });
});

describe("a page of many", () => {
  it("has a count only where that is true", async () => {
    const { world, list, middle } = await begin();
    expect((await list({ page_size: "10" })).count).toBe(40);
    expect((await list({ page_size: "10", state: "OK" })).count).toBe(
      world.sample.bookings.filter(({ state }) => state === "OK").length,
    );
    expect((await list({ page_size: "10", modified: micros(middle.modifiedMicros) })).count).toBeNull();
    expect((await list({ page_size: "10", slug: "none" })).count).toBeNull();
  });
});

describe("chosen columns", () => {
  it("are the columns of every row, and one that no row has is named", async () => {
    const { world, list } = await begin();
    const { rows, bookings, notApplied } = await list({
      field: ["name", "plan_name", "no_such"],
      state: "OK",
      page_size: "300",
    });
    expect(bookings).toEqual([]);
    const wanted = world.sample.bookings.filter(({ state }) => state === "OK");
    expect(rows).toHaveLength(wanted.length);
    expect(rows?.[0]).toEqual({
      name: expect.any(String),
      plan_name: bookingColumns["plan_name"]?.(wanted[0] ?? world.sample.request(), ""),
      no_such: null,
    });
    expect(notApplied).toEqual(["field=no_such"]);
  });
});

import { describe, expect, it } from "vitest";
import { bookingStates, orderStates } from "../../src/calendar/booking.ts";
import { type SampleWaldur, sampleWaldur } from "../../src/demo/sample.ts";

function begin(bookings = 60) {
  const clock = { ms: Date.UTC(2027, 0, 4, 9) };
  const options = { now: () => clock.ms, begunAt: clock.ms / 1000, bookings, baseUrl: "http://sample.invalid" };
  return { clock, sample: sampleWaldur(options), again: () => sampleWaldur(options) };
}

describe("the sample", () => {
  it("holds bookings in all states, of all orders, past and to come", () => {
    const { sample, clock } = begin();
    expect(new Set(sample.bookings.map(({ state }) => state))).toEqual(new Set(bookingStates));
    expect(new Set(sample.bookings.map(({ orders }) => orders[0].state))).toEqual(new Set(orderStates));
    const starts = sample.bookings.flatMap(({ schedules }) => schedules.map(({ start }) => start));
    expect(Math.min(...starts)).toBeLessThan(clock.ms / 1000);
    expect(Math.max(...starts)).toBeGreaterThan(clock.ms / 1000);
  });

  it("is the same each time it is begun at the same moment", () => {
    const { sample, again } = begin();
    expect(again().bookings).toEqual(sample.bookings);
  });

  it("lives on: each minute a request comes in or one is decided, and it does not run full or dry", () => {
    const { sample, clock } = begin();
    const waiting = (): number => sample.bookings.filter(({ state }) => state === "Creating").length;
    const states = (): string => JSON.stringify(sample.bookings.map(({ uuid, state }) => [uuid, state]));
    const decided = new Set<string>();
    for (let minute = 0; minute < 200; minute += 1) {
      const before = states();
      clock.ms += 60_000;
      sample.step();
      expect(states()).not.toBe(before);
      for (const { uuid, state, modifiedMicros } of sample.bookings) {
        if (modifiedMicros === clock.ms * 1000 && state !== "Creating") decided.add(`${state} ${uuid}`);
      }
    }
    expect(waiting()).toBeGreaterThan(3);
    expect(waiting()).toBeLessThan(100);
    for (const state of ["OK", "Terminated"]) expect([...decided].some((one) => one.startsWith(state))).toBe(true);
  });
});

describe("the sample is like the Waldur of 7.0:", () => {
  const ask = async (sample: SampleWaldur, token: string, path: string) => {
    const headers = { Authorization: `Token ${token}` };
    const answer = await sample.fetch(new Request(`http://sample.invalid/api${path}`, { headers }));
    return { status: answer.status, count: answer.headers.get("X-Result-Count"), body: await answer.json() };
  };

  it("a booking that somebody may not see answers like one that is gone", async () => {
    const { sample } = begin();
    const [seen] = sample.bookings.filter(({ offering }) => offering.customer.uuid === sample.providerUuid);
    if (seen === undefined) throw new Error("the provider has none");
    const path = `/booking-resources/${seen.uuid}/`;
    expect((await ask(sample, sample.tokens.providerOwner, path)).status).toBe(200);
    const unseen = await ask(sample, sample.tokens.otherProviderOwner, path);
    sample.unlink(seen.uuid);
    expect(await ask(sample, sample.tokens.providerOwner, path)).toEqual(unseen);
    expect(unseen).toMatchObject({ status: 404, body: { detail: "No Resource matches the given query." } });
  });

  it("a role that goes takes its bookings out of sight, and brings them back", async () => {
    const { sample } = begin();
    const [own] = sample.bookings.filter(({ offering }) => offering.customer.uuid === sample.providerUuid);
    const paths = ["/booking-resources/?field=uuid&page_size=300", `/booking-resources/${own?.uuid}/`, "/users/me/"];
    const answers = async () => Promise.all(paths.map(async (path) => ask(sample, sample.tokens.providerOwner, path)));
    const before = await answers();
    sample.revokeRole("providerOwner");
    expect(await answers()).toMatchObject([
      { status: 200, count: "0", body: [] },
      { status: 404 },
      { status: 200, body: { permissions: [] } },
    ]);
    sample.giveBack("providerOwner");
    expect(await answers()).toEqual(before);
    sample.deactivate("providerOwner");
    expect((await answers()).map(({ status, body }) => [status, body])).toEqual(
      paths.map(() => [401, { detail: "User inactive or deleted." }]),
    );
    sample.activate("providerOwner");
    expect(await answers()).toEqual(before);
  });

  it.each([
    "component_count=1",
    "created_before=2020-01-01T00:00:00Z",
    "flavor_name=x",
    "has_terminate_date=true",
    "image_name=x",
    "is_attached=true",
    "limit_based=true",
    "limit_component_count=1",
    "modified_before=2020-01-01T00:00:00Z",
    "offering_shared=false",
    "offering_slug=x",
    "only_limit_based=true",
    "only_usage_based=true",
    "order_state=erred",
    "parent_offering_uuid=x",
    "plan_uuid=x",
    "resource_attributes=%7B%7D",
    "slug=x",
    "usage_based=true",
    "visible_to_providers=true",
    "no_such_parameter=x",
  ])("it ignores %s", async (query) => {
    const { sample } = begin();
    const { status, count } = await ask(sample, sample.tokens.staff, `/booking-resources/?field=uuid&${query}`);
    expect([status, count]).toEqual([200, String(sample.bookings.length)]);
  });

  it.each(["downscaled=true", "lexis_links_supported=true", "restrict_member_access=true", "paused=true"])(
    "it heeds %s",
    async (query) => {
      const { sample } = begin();
      const { status, count } = await ask(sample, sample.tokens.staff, `/booking-resources/?field=uuid&${query}`);
      expect([status, count]).toEqual([200, "0"]);
    },
  );

  it("a mass change moves `modified` of every booking and nothing else, and is on the list of that day", async () => {
    const { sample, clock } = begin();
    const without = () => sample.bookings.map(({ modifiedMicros: _modified, ...rest }) => structuredClone(rest));
    const before = without();
    clock.ms += 3 * 86_400_000;
    const today = new Date(clock.ms).toISOString().slice(0, 10);
    const path = `/booking-resources/?field=uuid&page_size=300&modified=${today}`;
    expect((await ask(sample, sample.tokens.staff, path)).count).toBe("0");
    sample.saveAll();
    expect(without()).toEqual(before);
    expect((await ask(sample, sample.tokens.staff, path)).count).toBe(String(sample.bookings.length));
  });
});

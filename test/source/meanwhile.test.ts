import { describe, expect, it } from "vitest";
import { readCalendar } from "../read-calendar.ts";
import { requestTo } from "../waldur-answers.ts";
import { makeWorld, type World } from "../world.ts";

const adminToken = "a-token-for-the-operator-only";

async function begin(bookings = 40) {
  const world = await makeWorld({ bookings, config: { adminToken, nightHours: { from: 0, to: 0 } } });
  const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 });
  const waiting = requestTo(world.sample);
  await world.tick();
  world.wait(60);
  await world.tick();
  const address = await world.address(feed);
  const own = world.sample.bookings.filter(
    ({ uuid, state, offering, slots }) =>
      uuid !== waiting.uuid &&
      state === "OK" &&
      offering.customer.uuid === world.sample.providerUuid &&
      slots.length > 0,
  );
  return { world, feed, waiting, own, events: async () => readCalendar(await world.calendar(address)) };
}

async function accept(world: World, uuid: string): Promise<number> {
  const url = `http://x/api/v1/bookings/${uuid}/accept`;
  const headers = { Authorization: `Bearer ${adminToken}` };
  return (await world.app.fetch(new Request(url, { method: "POST", headers }), world.deps)).status;
}

const single = /booking-resources\/[0-9a-f]{32}\/\?/;

/** Accepts the booking while the run reads the bookings that were renamed, at the last of so many; or at another request. */
function acceptDuring(world: World, uuid: string, reads: number, at = single): { status: number } {
  const done = { status: 0 };
  let left = reads;
  world.fault(async (request) => {
    if (done.status !== 0 || !at.test(request.url) || (left -= 1) > 0) return null;
    done.status = -1;
    done.status = await accept(world, uuid);
    return null;
  });
  return done;
}

const readsOf = (world: World): string[] =>
  world.requests().flatMap((line) => /^GET .*booking-resources\/([0-9a-f]{32})\//.exec(line)?.[1] ?? []);

describe("a decision during a slow run", () => {
  it("keeps what the run read of other bookings, and each was asked for once", async () => {
    const { world, waiting, own, events } = await begin();
    const renamed = own.slice(0, 8);
    for (const { uuid } of renamed) world.sample.rename(uuid, `New name of ${uuid}`);
    world.wait(60);
    world.requests();
    const done = acceptDuring(world, waiting.uuid, 8);
    const { sources } = await world.tick();
    expect(done.status).toBe(200);
    expect(sources[0]).toMatchObject({ changed: 8, failure: "" });
    const shown = await events();
    for (const { uuid } of renamed) expect(shown.get(`${uuid}-1`)?.summary).toContain(`New name of ${uuid}`);
    expect(shown.get(`${waiting.uuid}-1`)?.status).toBe("CONFIRMED");
    const reads = readsOf(world);
    for (const { uuid } of renamed) expect(reads.filter((read) => read === uuid)).toHaveLength(1);
    world.fault(null);
    world.wait(60);
    await world.tick();
    const reread = readsOf(world);
    expect(renamed.filter(({ uuid }) => reread.includes(uuid))).toEqual([]);
    expect(world.log.entries.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("stands against what the run had read of the same booking before it", async () => {
    const { world, waiting, own, events } = await begin();
    world.sample.rename(waiting.uuid, "Renamed before it was accepted");
    for (const { uuid } of own.slice(0, 3)) world.sample.rename(uuid, "Another");
    world.wait(60);
    const done = acceptDuring(world, waiting.uuid, 4);
    await world.tick();
    expect(done.status).toBe(200);
    expect((await events()).get(`${waiting.uuid}-1`)?.status).toBe("CONFIRMED");
    world.fault(null);
    world.wait(60);
    await world.tick();
    expect((await events()).get(`${waiting.uuid}-1`)).toMatchObject({
      status: "CONFIRMED",
      summary: expect.stringContaining("Renamed before it was accepted"),
    });
  });

  it("after the run has begun to write is shown by the next one, and the run keeps all that it read", async () => {
    const { world, waiting, own, events } = await begin(120);
    // Many of one page, which are written together; then the requests are listed whose slots Waldur writes without telling.
    const renamed = own.slice(0, 21);
    expect(renamed).toHaveLength(21);
    for (const { uuid } of renamed) world.sample.rename(uuid, `New name of ${uuid}`);
    world.sample.request({ name: "Without slots yet" });
    world.wait(60);
    const done = acceptDuring(world, waiting.uuid, 1, /state=Creating/);
    const { sources } = await world.tick();
    expect([done.status, sources[0]?.failure]).toEqual([200, ""]);
    const shown = await events();
    for (const { uuid } of renamed) expect(shown.get(`${uuid}-1`)?.summary).toContain(`New name of ${uuid}`);
    world.fault(null);
    world.wait(60);
    await world.tick();
    expect((await events()).get(`${waiting.uuid}-1`)?.status).toBe("CONFIRMED");
    expect(world.log.entries.filter(({ event }) => event === "refresh_failed")).toEqual([]);
  });

  it("during a sweep voids nothing either", async () => {
    const { world, waiting, own, events } = await begin();
    const [moved, gone] = own;
    if (moved === undefined || gone === undefined) throw new Error("too few");
    const before = (await events()).get(`${moved.uuid}-1`)?.start;
    world.sample.moveSlot(moved.uuid, 1800);
    world.sample.unlink(gone.uuid);
    world.wait(600);
    const done = acceptDuring(world, waiting.uuid, 1);
    const { sources } = await world.tick();
    expect(done.status).toBe(200);
    expect(sources[0]).toMatchObject({ changed: 1, removed: 1, failure: "" });
    const shown = await events();
    expect(shown.get(`${moved.uuid}-1`)?.start).not.toBe(before);
    expect(shown.get(`${waiting.uuid}-1`)?.status).toBe("CONFIRMED");
  });
});

import { describe, expect, it } from "vitest";
import { readCalendar, type ReadEvent } from "../read-calendar.ts";
import { makeWorld, type World } from "../world.ts";
import { setColumns } from "../rows.ts";

/** A feed over the sample, loaded. */
async function begin(options: Parameters<typeof makeWorld>[0] = {}) {
  const world = await makeWorld({ bookings: 12, ...options });
  const feed = await world.addFeed({ pastDays: 60 });
  await world.tick();
  const address = await world.address(feed);
  const events = async () => readCalendar(await world.calendar(address));
  return { world, feed, address, events };
}

/** A minute passes and what is due is done. */
async function minute(world: World): Promise<void> {
  world.wait(60);
  await world.tick();
}

/** Ten minutes pass, so that a sweep is due. */
async function sweep(world: World): Promise<void> {
  world.wait(600);
  await world.tick();
}

function expectRaised(before: ReadEvent | undefined, after: ReadEvent | undefined): void {
  expect(after?.sequence).toBeGreaterThan(before?.sequence ?? Number.POSITIVE_INFINITY);
  expect(Number(after?.stamp.replaceAll(/\D/g, ""))).toBeGreaterThan(Number(before?.stamp.replaceAll(/\D/g, "")));
  expect(after?.modified).toBe(after?.stamp);
}

describe("what happens in Waldur arrives in the feed", () => {
  it("a request, its approval, its acceptance and its end: one event all along", async () => {
    const { world, events } = await begin();
    const booking = world.sample.request({ approved: false, name: "Life of a booking" });
    const uid = `${booking.uuid}-1`;
    if (booking.offering.customer.uuid !== world.sample.providerUuid) throw new Error("the sample moved it elsewhere");
    await minute(world);
    const requested = (await events()).get(uid);
    expect(requested).toMatchObject({ status: "TENTATIVE", summary: expect.stringContaining("Life of a booking") });

    world.sample.approve(booking.uuid);
    await minute(world);
    const approved = (await events()).get(uid);
    expect(approved?.status).toBe("TENTATIVE");
    expectRaised(requested, approved);

    world.sample.accept(booking.uuid);
    await minute(world);
    const accepted = (await events()).get(uid);
    expect(accepted?.status).toBe("CONFIRMED");
    expectRaised(approved, accepted);

    world.sample.terminate(booking.uuid);
    await minute(world);
    const ended = (await events()).get(uid);
    expect(ended).toMatchObject({ status: "CANCELLED", summary: expect.stringContaining("Cancelled: ") });
    expectRaised(accepted, ended);
  });

  it("a rejection says Rejected, not Cancelled", async () => {
    const { world, events } = await begin();
    const booking = world.sample.request();
    await minute(world);
    world.sample.reject(booking.uuid);
    await minute(world);
    expect((await events()).get(`${booking.uuid}-1`)).toMatchObject({
      status: "CANCELLED",
      summary: expect.stringContaining("Rejected: "),
    });
  });

  it("a rename arrives with the next poll, a moved slot with the next sweep", async () => {
    const { world, events } = await begin();
    const booking = world.sample.request({ name: "Before" });
    await minute(world);
    const before = (await events()).get(`${booking.uuid}-1`);
    world.sample.rename(booking.uuid, "After");
    await minute(world);
    const renamed = (await events()).get(`${booking.uuid}-1`);
    expect(renamed?.summary).toContain("After");
    expectRaised(before, renamed);
    world.sample.moveSlot(booking.uuid, 1800);
    await sweep(world);
    const moved = (await events()).get(`${booking.uuid}-1`);
    expect(moved?.start).not.toBe(renamed?.start);
    expectRaised(renamed, moved);
  });

  it("slots written late, without any `modified` moving, arrive with the next poll", async () => {
    const { world, events } = await begin();
    const booking = world.sample.request();
    booking.slots = [];
    await minute(world);
    expect((await events()).get(`${booking.uuid}-1`)?.status).toBe("TENTATIVE");
    world.sample.writeSlots(booking.uuid);
    world.sample.moveSlot(booking.uuid, 3600);
    const before = (await events()).get(`${booking.uuid}-1`)?.start;
    await minute(world);
    expect((await events()).get(`${booking.uuid}-1`)?.start).not.toBe(before);
  });

  it("one that is deleted becomes CANCELLED after a sweep, and comes back as the same event", async () => {
    const { world, events } = await begin();
    const booking = world.sample.request();
    world.sample.accept(booking.uuid);
    await minute(world);
    const uid = `${booking.uuid}-1`;
    const before = (await events()).get(uid);
    const kept = world.sample.unlink(booking.uuid);
    await minute(world);
    expect((await events()).get(uid)?.status).toBe("CONFIRMED");
    await sweep(world);
    const gone = (await events()).get(uid);
    expect(gone?.status).toBe("CANCELLED");
    expectRaised(before, gone);
    world.sample.restore(kept);
    await sweep(world);
    const back = (await events()).get(uid);
    expect(back?.status).toBe("CONFIRMED");
    expectRaised(gone, back);
  });
});

describe("what does not change", () => {
  it("stays byte for byte the same over two days of polls and sweeps, under one ETag", async () => {
    const { world, address } = await begin({ config: { nightHours: { from: 0, to: 0 } } });
    await sweep(world);
    const [text, etag] = [await world.calendar(address), (await world.get(address)).headers.get("ETag")];
    for (let quarter = 0; quarter < 40; quarter += 1) {
      world.wait(900);
      await world.tick();
    }
    expect(await world.calendar(address)).toBe(text);
    expect((await world.get(address)).headers.get("ETag")).toBe(etag);
  });

  it("says the same after everything was rendered anew", async () => {
    const { world, feed, address } = await begin();
    const text = await world.calendar(address);
    await setColumns(world.deps.sql, "feeds", { rendered_rev: 0 }, feed.id);
    await world.tick();
    expect(await world.calendar(address)).toBe(text);
  });
});

import { describe, expect, it } from "vitest";
import { readCalendar } from "../../read-calendar.ts";
import { makeWorld } from "../../world.ts";
import type { Client } from "./client.ts";
import { clients, shown } from "./index.ts";

const hour = 3600;

/** Every simulated program subscribed to a feed of the real one. */
async function subscribe(bookings = 12) {
  const world = await makeWorld({ bookings, config: { adminToken: "t".repeat(24), nightHours: { from: 0, to: 0 } } });
  const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 });
  await world.tick();
  const address = await world.address(feed);
  const programs = clients.map((make) => new make(address));
  const refresh = async (): Promise<void> => {
    for (const program of programs) await program.refresh(async (request) => world.app.fetch(request, world.deps));
  };
  await refresh();

  /** The calendar as it should look: what an independent reader finds in the feed, whichever way a program came to it. */
  async function wanted(program: Client): Promise<Map<string, unknown>> {
    const events = [...readCalendar(await world.calendar(address)).values()];
    const seen = events.filter(({ status }) => !program.hidesCancelled || status !== "CANCELLED");
    const plain = (time: string): string => time.replaceAll(/[-:]/g, "");
    return new Map(
      seen.map(({ uid, summary, status, start, end }) => [
        uid,
        { summary, status, start: plain(start), end: plain(end) },
      ]),
    );
  }

  return {
    world,
    feed,
    programs,
    /** Something happens, time passes, each program polls twice; then each shows exactly the wanted calendar and goes on polling. */
    step: async (what: () => unknown, seconds = 60): Promise<void> => {
      await what();
      world.wait(seconds);
      await world.tick();
      for (const _ of ["a change", "nothing new"]) await refresh();
      for (const program of programs) {
        const { name, stuck } = program;
        const [order, other] = [shown(program), await wanted(program)].map(
          (all) => new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : 1))),
        );
        expect({ name, stuck, shown: order }).toEqual({ name, stuck: null, shown: other });
      }
    },
    /** Returns what each program shows of one event; "CANCELLED" when it is not there in one that hides cancelled events. */
    statuses: (uid: string): string[] =>
      programs.map((program) => shown(program).get(uid)?.status ?? (program.hidesCancelled ? "CANCELLED" : "absent")),
    summaries: (uid: string): (string | undefined)[] => programs.map((program) => shown(program).get(uid)?.summary),
    size: (): number[] => programs.map((program) => shown(program).size),
  };
}

const all = (value: string): unknown => clients.map(() => value);
const allLike = (part: string): unknown => clients.map(() => expect.stringContaining(part));

describe("every calendar program that follows a feed", () => {
  it("shows a booking through its life: requested, approved, renamed, moved, accepted, vanished, back, ended", async () => {
    const { world, step, statuses, summaries } = await subscribe();
    const { sample } = world;
    const booking = sample.request({ approved: false, name: "A life" });
    const uid = `${booking.uuid}-1`;
    expect(booking.offering.customer.uuid).toBe(sample.providerUuid);
    await step(() => undefined);
    expect(statuses(uid)).toEqual(all("TENTATIVE"));
    await step(() => sample.approve(booking.uuid));
    expect(statuses(uid)).toEqual(all("TENTATIVE"));
    await step(() => sample.rename(booking.uuid, "Another name"));
    expect(summaries(uid)).toEqual(allLike("Another name"));
    await step(() => sample.moveSlot(booking.uuid, 1800), 600);
    await step(() => sample.accept(booking.uuid));
    expect(statuses(uid)).toEqual(all("CONFIRMED"));
    let kept = booking;
    await step(() => (kept = sample.unlink(booking.uuid)), 600);
    expect(statuses(uid)).toEqual(all("CANCELLED"));
    await step(() => sample.restore(kept), 600);
    expect(statuses(uid)).toEqual(all("CONFIRMED"));
    await step(() => sample.terminate(booking.uuid));
    expect(statuses(uid)).toEqual(all("CANCELLED"));
  });

  it("shows a rejection, and several changes in one poll", async () => {
    const { world, step, statuses } = await subscribe();
    const { sample } = world;
    const [first, second, third] = [sample.request(), sample.request(), sample.request()];
    await step(() => undefined);
    await step(() => {
      sample.reject(first.uuid);
      sample.accept(second.uuid);
      sample.rename(third.uuid, "While the others were decided");
      sample.unlink(sample.bookings[0]?.uuid ?? "");
    }, 600);
    for (const [{ offering, uuid }, status] of [
      [first, "CANCELLED"],
      [second, "CONFIRMED"],
    ] as const) {
      if (offering.customer.uuid === sample.providerUuid) expect(statuses(`${uuid}-1`)).toEqual(all(status));
    }
  });

  it("keeps its events through an outage, is told of it, and forgets that when it is over", async () => {
    const { world, feed, step, statuses, size } = await subscribe();
    const before = size();
    await step(() => world.fault(() => new TypeError("fetch failed")), hour);
    expect(size()).toEqual(before);
    for (let left = 13; left > 0; left -= 1) await step(() => undefined, hour);
    expect(statuses(`notice-${feed.id}`)).toEqual(all("CONFIRMED"));
    await step(() => world.fault(null), hour);
    expect(size()).toEqual(before);
  });

  it("ends with one event that says so when the address is revoked", async () => {
    const { world, feed, step, programs } = await subscribe();
    await step(async () =>
      world.app.fetch(
        new Request(`https://calendar.example/api/v1/feeds/${feed.id}`, {
          method: "DELETE",
          headers: { Authorization: `Bearer ${world.deps.config.adminToken}` },
        }),
        world.deps,
      ),
    );
    for (const program of programs) {
      expect([...shown(program).values()].map(({ summary }) => summary)).toEqual(["This calendar has ended"]);
    }
  });
});

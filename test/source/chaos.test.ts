import { describe, expect, it } from "vitest";
import { readCalendar } from "../read-calendar.ts";
import { makeWorld, type World } from "../world.ts";

const kinds = ["role", "staff", "inactive", "token", "away"] as const;
type Kind = (typeof kinds)[number];

/** Makes Waldur hold something back from the account, or be away, from the request of that number on. */
function breakAt(world: World, kind: Kind, request: number, until = Infinity): void {
  let asked = 0;
  world.fault(() => {
    asked += 1;
    if (asked === request) lose(world, kind);
    if (asked === until) mend(world);
    return kind === "away" && asked >= request && asked < until ? new TypeError("fetch failed") : null;
  });
}

function lose({ sample }: World, kind: Kind): void {
  if (kind === "role" || kind === "staff") sample.revokeRole(kind === "role" ? "providerOwner" : "staff");
  if (kind === "inactive") for (const role of ["providerOwner", "staff"] as const) sample.deactivate(role);
  if (kind === "token") for (const role of ["providerOwner", "staff"] as const) sample.expireToken(role);
}

function mend({ sample }: World): void {
  for (const role of ["providerOwner", "staff"] as const) {
    sample.giveBack(role);
    sample.activate(role);
    sample.renewToken(role);
  }
}

describe.each(kinds)("whatever is lost (%s), and whenever in a run,", (kind) => {
  it.each(["provider", "visible"] as const)(
    "a feed over a %s list answers, cancels nothing that stands, and is right again under its address",
    async (list) => {
      const token = kind === "staff" ? "sample-staff" : "sample-provider-owner";
      // The guard against mass removals would hide what this is about.
      const config = { nightHours: { from: 0, to: 0 }, removalGuardMin: 1000 };
      const world = await makeWorld({ bookings: 14, token, config });
      const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 }, list);
      const address = await world.address(feed);
      const look = async (): Promise<Map<string, string>> => {
        const answer = await world.get(address);
        expect([200, 404]).toContain(answer.status);
        const events = answer.status === 200 ? readCalendar(await answer.text()) : new Map();
        return new Map([...events].map(([uid, { status, summary }]) => [uid, `${status} ${summary}`]));
      };
      const run = async (seconds: number): Promise<void> => {
        world.wait(seconds);
        await world.tick();
      };
      await run(60);
      for (const { uuid, slots } of world.sample.bookings) if (slots.length === 0) world.sample.writeSlots(uuid);
      await run(600);
      const whole = await look();
      expect(whole.size).toBeGreaterThan(8);
      const standing = [...whole].filter(([, text]) => !text.startsWith("CANCELLED"));
      const expectNothingCancelled = async (): Promise<void> => {
        const now = await look();
        for (const [uid] of standing) expect(now.get(uid) ?? "").not.toMatch(/^CANCELLED/);
      };
      // A sweep of this list takes few requests; the break falls on each of them, and mends some requests later, or not in this run.
      for (let request = 1; request <= 16; request += 1) {
        for (const length of [1, 8, Infinity]) {
          breakAt(world, kind, request, request + length);
          await run(600);
          await expectNothingCancelled();
          await run(60);
          await expectNothingCancelled();
          await run(3600);
          await expectNothingCancelled();
          world.fault(null);
          mend(world);
          await run(600);
          await run(600);
          expect([...(await look())].filter(([, text]) => !text.startsWith("CANCELLED"))).toEqual(standing);
        }
      }
    },
  );
});

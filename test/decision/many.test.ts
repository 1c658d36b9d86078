import { describe, expect, it } from "vitest";
import { listDecisions } from "../../src/store/decisions.ts";
import type { World } from "../world.ts";
import { makeCase, writesOf } from "./decided.ts";
import { holdLease, untilDecided } from "../rows.ts";

/** A clock that stands: who waits gives way, and no lease runs out. */
function giveWay({ deps }: World, bookingUuid: string): void {
  Object.assign(deps, { sleep: untilDecided(deps.sql, bookingUuid) });
}

describe("many clicks", () => {
  it("two hundred at once make one decision, and all see it", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    world.requests();
    giveWay(world, booking.uuid);
    const seen = await Promise.all(Array.from({ length: 200 }, async () => browser.decide(page, "accept")));
    expect(new Set(seen.map(({ status, note }) => `${status} ${note}`))).toEqual(
      new Set(["200 Accepted. The booking is confirmed, and the calendar now shows it."]),
    );
    expect(writesOf(world)).toEqual([`POST /api/booking-resources/${booking.uuid}/accept/`]);
    expect(await listDecisions(world.deps.sql, booking.uuid, 300)).toHaveLength(1);
  });

  it("of two people at once one decides, and the other is told", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request({ own: true });
    const owner = await one.signedIn("providerOwner", link);
    const manager = await one.signedIn("providerManager", link);
    world.requests();
    giveWay(world, booking.uuid);
    const both = await Promise.all([
      owner.browser.decide(owner.page, "accept"),
      manager.browser.decide(manager.page, "reject"),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.note).toContain("decided otherwise");
    const accepted = both[0].status === 200;
    expect(writesOf(world)).toEqual([`POST /api/booking-resources/${booking.uuid}/${accepted ? "accept" : "reject"}/`]);
    expect(world.sample.find(booking.uuid)?.state).toBe(accepted ? "OK" : "Terminated");
  });

  it("a replay, a second click and the back button repeat what was said, and change nothing", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const first = await browser.decide(page, "accept");
    world.requests();
    const replay = await browser.decide(page, "accept");
    world.wait(3600);
    const later = await browser.decide(page, "accept");
    const other = await browser.decide(page, "reject");
    expect([replay.status, replay.note]).toEqual([first.status, first.note]);
    expect([later.status, later.note]).toEqual([200, expect.stringContaining("had already been accepted")]);
    expect([other.status, other.note]).toEqual([409, expect.stringContaining("decided otherwise")]);
    expect(writesOf(world)).toEqual([]);
  });

  it("after one of which nobody knew what became, the next one finds it done", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link, booking } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const manager = await one.signedIn("providerManager", link);
    world.fault((request) => {
      if (request.method === "POST") world.sample.accept(booking.uuid);
      return request.method === "POST" || world.sample.find(booking.uuid)?.state === "OK" ? new Error("cut") : null;
    });
    expect((await browser.decide(page, "accept")).status).toBe(504);
    world.fault(null);
    expect((await manager.browser.decide(manager.page, "accept")).note).toContain("already been accepted by somebody");
    expect((await browser.decide(page, "accept")).note).toContain("Accepted. The booking is confirmed");
  });

  it("reach Waldur twenty times in ten minutes from one address, and others' still do", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    world.fault(({ method }) =>
      method === "POST"
        ? Response.json(["Unable to complete action because related order is not found."], { status: 400 })
        : null,
    );
    for (let tries = 0; tries < 20; tries += 1) expect((await browser.decide(page, "accept")).status).toBe(409);
    const limited = await browser.decide(page, "accept");
    expect([limited.status, limited.note]).toEqual([429, expect.stringContaining("too many attempts")]);
    expect((await browser.open(link)).status).toBe(200);
    const elsewhere = await one.signedIn("providerManager", link, "2001:db8::1");
    expect((await elsewhere.browser.decide(elsewhere.page, "accept")).status).toBe(409);
    world.wait(600);
    expect((await browser.decide(page, "accept")).status).toBe(409);
  });

  it("one that waits for another decision for too long says so, and changes nothing", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link, booking } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    await holdLease(world.deps.sql, "booking", booking.uuid, Math.floor(world.clock.ms / 1000));
    const busy = await browser.decide(page, "accept");
    expect([busy.status, busy.note]).toEqual([503, expect.stringContaining("right now")]);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
  });
});

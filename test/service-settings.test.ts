import { describe, expect, it } from "vitest";
import { asService, noteServiceSettings } from "../src/service-settings.ts";
import { tick } from "../src/tick.ts";
import { makeWorld } from "./world.ts";

describe("a command beside the service, called with another environment", () => {
  it("leads no link elsewhere and renders no feed again", async () => {
    const world = await makeWorld({ bookings: 30, config: { signedDecisions: true } });
    const feed = await world.addFeed({ decisions: "signed" });
    await world.tick();
    await noteServiceSettings(world.deps);
    const address = await world.address(feed);
    const before = await world.calendar(address);
    expect(before).toContain("https://calendar.example/a/");
    const called = {
      ...world.deps,
      config: {
        ...world.deps.config,
        publicUrl: "http://localhost:9999",
        signedDecisions: false,
        tombstoneDays: 0,
        outageNoticeHours: 0,
      },
    };
    world.wait(60);
    await tick(await asService(called), { sourceId: feed.sourceId });
    expect(await world.calendar(address)).toBe(before);
    // Without that, they would.
    await tick(called, { sourceId: feed.sourceId });
    expect(await world.calendar(address)).not.toBe(before);
  });

  it("goes by its own settings where no service has started yet", async () => {
    const { deps } = await makeWorld();
    expect(await asService(deps)).toBe(deps);
  });
});

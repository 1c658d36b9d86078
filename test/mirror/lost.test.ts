import { describe, expect, it } from "vitest";
import { connectFeed } from "./connected.ts";

const fold = (text: string): string => text.replaceAll(/\r?\n[ \t]/g, "");

/** Event names and states of a mirrored calendar. */
function shownIn(bodies: Map<string, string>): string[] {
  return [...bodies.values()]
    .map((body) => `${/SUMMARY:(.*)/.exec(fold(body))?.[1]?.trim()} ${/STATUS:(\w+)/.exec(body)?.[1]}`)
    .toSorted();
}

describe.each(["role", "inactive"] as const)("a mirror whose feed lost access (%s)", (lost) => {
  it("keeps its events with a notice, has only that after a day, and all again when it is back", async () => {
    const { world, caldav, id, api } = await connectFeed({}, {}, { pastDays: 3650, futureDays: 3650 });
    const pass = async (minutes: number): Promise<void> => {
      for (let left = minutes; left > 0; left -= 10) {
        world.wait(600);
        await world.tick();
      }
    };
    await pass(20);
    const before = shownIn(caldav.bodies());
    expect(before.length).toBeGreaterThan(15);
    if (lost === "role") world.sample.revokeRole("providerOwner");
    else world.sample.deactivate("providerOwner");
    await pass(70);
    const held = shownIn(caldav.bodies());
    expect(held.filter((line) => !line.includes("not up to date"))).toEqual(before);
    expect(held).toHaveLength(before.length + 1);
    await pass(24 * 60);
    expect(shownIn(caldav.bodies())).toEqual([expect.stringMatching(/^Calendar emptied: /)]);
    world.sample.giveBack("providerOwner");
    world.sample.activate("providerOwner");
    await pass(20);
    const standing = (lines: readonly string[]) => lines.filter((line) => !line.endsWith("CANCELLED"));
    expect(standing(shownIn(caldav.bodies()))).toEqual(standing(before));
    expect((await api("GET", `/targets/${id}`)).json).toMatchObject({ state: "on", stopped: null, held: null });
  });
});

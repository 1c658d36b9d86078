import { describe, expect, it } from "vitest";
import { getTarget } from "../../src/mirror/commands.ts";
import { status } from "../dav-server/faults.ts";
import { connectFeed } from "./connected.ts";

/** Empties the calendar of a connected feed, and refuses the first events that are written to it from then on. */
async function refuseSome(code: number, most: number) {
  const connected = await connectFeed();
  const { caldav } = connected;
  const bodies = caldav.bodies();
  for (const name of bodies.keys()) caldav.drop(name);
  const bad = new Set<string>();
  caldav.script(
    status(code),
    ({ method, path }) => {
      if (method !== "PUT") return false;
      if (bad.size < most) bad.add(path);
      return bad.has(path);
    },
    10_000,
  );
  return { ...connected, bodies, bad };
}

describe("events that a server does not take", () => {
  it.each([500, 501, 502, 403, 409, 415, 422])("wait alone after %i, and the others are written", async (code) => {
    const { world, caldav, id, bodies, bad } = await refuseSome(code, 7);
    for (let run = 0; run < 5; run += 1) {
      // First the calendar is read, then the back-off of one failure ends.
      world.wait(run === 0 ? 1000 : 12);
      await world.tick();
    }
    expect(bad.size).toBe(7);
    expect(caldav.bodies().size).toBe(bodies.size - bad.size);
    expect(await getTarget(world.deps, id)).toMatchObject({ state: "on", failures: 0, failure: "" });
    caldav.heal();
    world.wait(6 * 3600 + 60);
    await world.tick();
    expect(caldav.bodies()).toEqual(bodies);
  });
});

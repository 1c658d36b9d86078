import { describe, expect, it } from "vitest";
import { getTarget } from "../../src/mirror/commands.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { connectFeed } from "./connected.ts";

describe("a server that takes Digest alone", () => {
  it.each<Quirks["nonces"]>(["fixed", "once", "stale", "silent"])(
    "gets changes side by side, whether its nonces are %s",
    async (nonces) => {
      const { world, caldav, id } = await connectFeed({ auth: "digest", nonces });
      for (let run = 0; run < 3; run += 1) {
        const bodies = caldav.bodies();
        for (const [name, body] of bodies) caldav.put(name, body.replace("SUMMARY:", "SUMMARY:Mine "));
        world.wait(3600);
        await world.tick();
        expect(caldav.bodies()).toEqual(bodies);
        expect(await getTarget(world.deps, id)).toMatchObject({ state: "on", failures: 0, stopCode: "" });
      }
    },
  );
});

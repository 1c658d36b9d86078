import { describe, expect, it } from "vitest";
import { origin } from "../web/visitor.ts";
import { makeWorld } from "../world.ts";

describe("tries at what Waldur does not show somebody", () => {
  it("are counted and leave no row in the audit, however many there are", async () => {
    const world = await makeWorld({ bookings: 0 });
    await world.addFeed();
    const asked = Array.from({ length: 12 }, () => world.sample.request());
    await world.tick();
    const headers = { Authorization: `Bearer ${world.sample.tokens.outsider}` };
    const decide = async (uuid: string) =>
      world.app.fetch(new Request(`${origin}/api/v1/bookings/${uuid}/accept`, { method: "POST", headers }), world.deps);
    const rows = async (table: string): Promise<number> => (await world.deps.sql.all(`SELECT * FROM ${table}`)).length;
    const seen = new Set<number>();
    for (let day = 0; day < 3; day += 1) {
      for (let n = 0; n < 150; n += 1) {
        const invented = n.toString(16).padStart(32, "0");
        seen.add((await decide(n % 3 === 0 ? invented : (asked[n % 12]?.uuid ?? ""))).status);
      }
      world.wait(86_400);
    }
    expect(seen).toEqual(new Set([404, 429]));
    expect(await rows("decisions")).toBe(0);
    expect(asked.every(({ uuid }) => world.sample.find(uuid)?.state === "Creating")).toBe(true);
    world.wait(3600 - ((world.clock.ms / 1000) % 3600));
    await world.tick();
    expect(await rows("attempts")).toBe(0);
  });
});

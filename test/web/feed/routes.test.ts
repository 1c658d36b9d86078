import { expect, it } from "vitest";
import type { Deps } from "../../../src/deps.ts";
import { makeWorld } from "../../world.ts";

it("a feed meets nothing that stands before the pages, whose failure is theirs alone", async () => {
  const world = await makeWorld({ bookings: 3 });
  const address = await world.address(await world.addFeed());
  await world.tick();
  const deps: Deps = {
    ...world.deps,
    random: () => {
      throw new Error("no random bytes");
    },
  };
  const ask = async (path: string): Promise<number> => (await world.app.fetch(new Request(path), deps)).status;
  const { pathname, origin } = new URL(address);
  expect(await ask(address)).toBe(200);
  expect(await ask(`${origin}/f`)).toBe(404);
  expect(await ask(`${origin}${pathname}/more`)).toBe(404);
  expect(await ask(`${origin}/readyz`)).toBe(500);
  const lines = world.log.entries.filter(({ event, facts }) => event === "request" && facts["path"] === "/f/");
  expect(lines.map(({ facts }) => facts["status"])).toEqual([200, 404]);
});

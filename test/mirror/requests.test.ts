import { describe, expect, it } from "vitest";
import { davStage } from "./model/dav-stage.ts";
import type { DavSwitches } from "./model/dav-switches.ts";
import { openStore } from "../empty-store.ts";

const most = 1000;
/** Titles of the events, of which the first `changed` are others than before. */
const titles = (changed: number) =>
  Object.fromEntries(
    Array.from({ length: most }, (_, n) => [`e${n}`, { summary: n < changed ? `Changed ${n}` : `Event ${n}` }]),
  );

/** A calendar on a server like this that has 1,000 events of ours and was compared since. */
async function thousand(like: DavSwitches["like"]) {
  const quirks = { like, body: null, spelling: null, switches: {} };
  const stage = await davStage(await openStore(), quirks, { quirks, edits: "mirror", requests: 100_000, steps: [] });
  const { world } = stage;
  /** The service comes to the target each minute of an hour. Resolves to the methods of the requests that it sends. */
  const hour = async (): Promise<readonly string[]> => {
    stage.requests();
    for (let minute = 0; minute < 60; minute += 1) {
      world.wait(60);
      await stage.run(async (call) => call(), {}, {});
    }
    return stage.requests().map((line) => line.split(" ", 1)[0] ?? "");
  };
  await world.set(titles(0));
  await hour();
  expect(world.own().size).toBe(most);
  return { world, hour };
}

describe("requests for 10 changed of 1,000 events, where vdirsyncer sends 11", () => {
  it.each([
    ["faithful", 10],
    ["sogo", 10],
    // Its ctag tells only that something changed, so that the check after the writes lists the calendar.
    ["sabre", 11],
  ] as const)("on a server like %s are %i more than those of an hour without changes", async (like, more) => {
    const { world, hour } = await thousand(like);
    const quiet = await hour();
    if (like !== "sogo") expect(quiet).toEqual(["PROPFIND", "PROPFIND", "PROPFIND", "PROPFIND"]);
    await world.set(titles(10));
    const changed = await hour();
    expect(changed.filter((method) => method === "PUT")).toHaveLength(10);
    expect(changed.length - quiet.length).toBe(more);
  });
});

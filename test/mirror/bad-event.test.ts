import { describe, expect, it } from "vitest";
import { getTarget } from "../../src/mirror/commands.ts";
import { status } from "../dav-server/faults.ts";
import type { Caldav } from "../dav-server/server.ts";
import { setColumns } from "../rows.ts";
import { connectFeed } from "./connected.ts";

/** Returns the path of an object without its generation: the next one is the same event. */
const eventAt = (path: string): string => path.replace(/-\d+\.ics$/, "");

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
      if (bad.size < most) bad.add(eventAt(path));
      return bad.has(eventAt(path));
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

describe("events that a server does not let us read", () => {
  /** Refuses whatever asks for some of the events alone, and leaves them out of reports. */
  const hide = (caldav: Caldav, names: ReadonlySet<string>, code: number): void => {
    const hidden = ({ path }: { path: string }) => names.has(path.slice(path.lastIndexOf("/") + 1));
    caldav.script(status(code), (asked) => asked.method !== "REPORT" && hidden(asked), 10_000);
    caldav.script(
      async (apply) => {
        const response = await apply();
        const text = (await response.text()).replaceAll(/<D:response>.*?<\/D:response>/gs, (one) =>
          [...names].some((name) => one.includes(name)) && one.includes("calendar-data") ? "" : one,
        );
        return new Response(text, response);
      },
      "REPORT",
      10_000,
    );
  };

  it.each([403, 500])("wait alone after %i, and the others are put back", async (code) => {
    const { world, caldav, id } = await connectFeed();
    const bodies = caldav.bodies();
    for (const [name, body] of bodies) caldav.put(name, body.replace("SUMMARY:", "SUMMARY:Mine "));
    const hidden = new Set([...bodies.keys()].slice(0, 4));
    hide(caldav, hidden, code);
    world.wait(1000);
    await world.tick();
    for (const [name, body] of caldav.bodies()) if (!hidden.has(name)) expect(body).toBe(bodies.get(name));
    expect(await getTarget(world.deps, id)).toMatchObject({ state: "on", failures: 0, failure: "" });
    caldav.heal();
    world.wait(6 * 3600 + 60);
    await world.tick();
    expect(caldav.bodies()).toEqual(bodies);
  });
});

describe("events that may neither be written nor looked at", () => {
  it.each([403, 405, 423])("wait alone after %i, and the others are put back", async (code) => {
    const { world, caldav, id } = await connectFeed({ sync: false });
    const bodies = caldav.bodies();
    for (const name of bodies.keys()) caldav.drop(name);
    const hidden = new Set([...bodies.keys()].slice(0, 4).map(eventAt));
    const isHidden = ({ path }: { path: string }) => hidden.has(eventAt(path.slice(path.lastIndexOf("/") + 1)));
    caldav.script(status(412), (asked) => asked.method === "PUT" && isHidden(asked), 10_000);
    caldav.script(status(code), (asked) => asked.method === "PROPFIND" && isHidden(asked), 10_000);
    world.wait(1000);
    await world.tick();
    expect(caldav.bodies().size).toBe(bodies.size - 4);
    expect(await getTarget(world.deps, id)).toMatchObject({ state: "on", failures: 0, failure: "" });
    caldav.heal();
    world.wait(6 * 3600 + 60);
    await world.tick();
    expect(caldav.bodies()).toEqual(bodies);
  });
});

describe("an event whose UID was deleted", () => {
  it("gets the next one, also where the server says no more than 409", async () => {
    const { world, caldav, id } = await connectFeed({ burnsUids: true });
    const names = [...caldav.bodies().keys()].slice(0, 3);
    for (const name of names) caldav.drop(name);
    world.wait(1000);
    await world.tick();
    expect(caldav.bodies().size).toBe(32);
    for (const name of names) expect(caldav.bodies().has(name.replace(/-1\.ics$/, "-2.ics"))).toBe(true);
    expect(await getTarget(world.deps, id)).toMatchObject({ state: "on", restores: 3 });
  });
});

describe("an event put back below the SEQUENCE of the calendar", () => {
  it("gets a higher one, and what is refused is not counted as put back", async () => {
    const { world, caldav, id } = await connectFeed({ refusesOlder: true });
    const names = [...caldav.bodies().keys()].slice(0, 3);
    const edit = (): void => {
      for (const name of names)
        caldav.put(
          name,
          (caldav.bodies().get(name) ?? "")
            .replace(/SEQUENCE:\d+/, "SEQUENCE:5000090")
            .replace("SUMMARY:", "SUMMARY:Mine "),
        );
    };
    edit();
    world.wait(1000);
    await world.tick();
    for (const name of names) {
      expect(caldav.bodies().get(name)).toContain("SEQUENCE:5000091");
      expect(caldav.bodies().get(name)).not.toContain("Mine");
    }
    expect(await getTarget(world.deps, id)).toMatchObject({ state: "on", restores: 3 });
    edit();
    caldav.script(status(409), "PUT", 10_000);
    world.wait(1000);
    await world.tick();
    expect(await getTarget(world.deps, id)).toMatchObject({ state: "on", restores: 3 });
  });
});

describe("a server that refuses what it does not like with a bare 412", () => {
  it("is asked twice, and its words are noted", async () => {
    const { world, caldav, api, id } = await connectFeed();
    const [name = ""] = caldav.bodies().keys();
    caldav.drop(name);
    caldav.script(status(412, {}, "no such thing"), "PUT", 10_000);
    caldav.taken();
    world.wait(1000);
    await world.tick();
    expect(caldav.taken().filter((line) => line.startsWith("PUT"))).toHaveLength(2);
    expect((await api("GET", `/targets/${id}`)).json).toMatchObject({
      failing: 1,
      failingWhy: "412 no such thing",
    });
  });
});

describe("a server that takes one write at a time", () => {
  it.each([2, 4, 6])("gets all of them in the first run at %i side by side", async (concurrency) => {
    const { world, caldav, id } = await connectFeed({ oneAtATime: true });
    const bodies = caldav.bodies();
    expect(bodies.size).toBe(32);
    const { profile } = await getTarget(world.deps, id);
    await setColumns(world.deps.sql, "targets", { profile: JSON.stringify({ ...JSON.parse(profile), concurrency }) });
    for (const name of bodies.keys()) caldav.drop(name);
    world.wait(1000);
    await world.tick();
    expect(caldav.bodies()).toEqual(bodies);
  });
});

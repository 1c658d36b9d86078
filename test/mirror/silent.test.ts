import { describe, expect, it } from "vitest";
import { makeLease } from "../../src/store/leases.ts";
import { getTarget } from "../../src/mirror/commands.ts";
import { servers } from "../dav-server/quirks.ts";
import { status } from "../dav-server/faults.ts";
import { eventText } from "../contract/caldav/suite.ts";
import { connectFeed } from "./connected.ts";

describe.each(["davical", "sogo", "nextcloud"] as const)(
  "a calendar made again under its name, on a server like %s",
  (name) => {
    const remake = async () => {
      const connected = await connectFeed(servers[name]);
      const { world, caldav } = connected;
      world.wait(1000);
      await world.tick();
      const names = [...caldav.bodies().keys()].toSorted();
      expect(names).toHaveLength(32);
      caldav.dropCalendar();
      caldav.addCalendar("work");
      return { ...connected, names };
    };
    const namesOf = ({ bodies }: { bodies: () => Map<string, string> }) => [...bodies().keys()].toSorted();

    it("has all events with the next check", async () => {
      const { world, caldav, names } = await remake();
      world.wait(1000);
      await world.tick();
      expect(namesOf(caldav)).toEqual(names);
    });

    it("has all events within the hour also when somebody wrote to it first", async () => {
      const { world, caldav, names } = await remake();
      caldav.put("mine.ics", eventText("mine"));
      for (let turn = 0; turn < 4; turn += 1) {
        world.wait(1000);
        await world.tick();
      }
      expect(namesOf(caldav)).toEqual(["mine.ics", ...names].toSorted());
    });

    it("has all events by sync --target, at once", async () => {
      const { caldav, api, id, names } = await remake();
      expect((await api("POST", `/targets/${id}/sync`)).json).toMatchObject({ complete: true });
      expect(namesOf(caldav)).toEqual(names);
    });

    it.each([["pause", "resume"], ["probe"]])("has all events after %s", async (...verbs) => {
      const { world, caldav, api, id, names } = await remake();
      for (const verb of verbs) expect((await api("POST", `/targets/${id}/${verb}`)).status).toBe(200);
      await world.tick();
      expect(namesOf(caldav)).toEqual(names);
    });

    it("has all events within the hour also when its tags are the old ones again", async () => {
      const { world, caldav, names } = await connectFeed(servers[name]).then((one) => ({
        ...one,
        names: namesOf(one.caldav),
      }));
      for (let turn = 0; turn < 3; turn += 1) {
        world.wait(1000);
        await world.tick();
      }
      const shelf = caldav.calendar();
      shelf.objects.clear();
      for (let turn = 0; turn < 4; turn += 1) {
        world.wait(1000);
        await world.tick();
      }
      expect(namesOf(caldav)).toEqual(names);
    });
  },
);

describe("a server restored from an older copy", () => {
  it("that answers a token from after it with all that is there is known by a token that counts less", async () => {
    const { world, caldav } = await connectFeed({ lostToken: "full" });
    const check = async (): Promise<void> => {
      world.wait(1000);
      await world.tick();
    };
    await check();
    const bodies = caldav.bodies();
    caldav.dropCalendar();
    caldav.addCalendar("work");
    for (const [name, body] of [...bodies].slice(0, 3)) caldav.put(name, body);
    await check();
    expect([...caldav.bodies().keys()].toSorted()).toEqual([...bodies.keys()].toSorted());
  });
});

describe("sync --target", () => {
  it("tries what waits, and is not complete while something does", async () => {
    const { world, caldav, api, id } = await connectFeed();
    const bodies = caldav.bodies();
    const [name = ""] = bodies.keys();
    caldav.drop(name);
    caldav.script(status(500), "PUT", 1);
    world.wait(1000);
    await world.tick();
    caldav.script(status(500), "PUT", 1);
    expect((await api("POST", `/targets/${id}/sync`)).json).toMatchObject({ failed: 1, waiting: 1, complete: false });
    expect((await api("POST", `/targets/${id}/sync`)).json).toMatchObject({ created: 1, waiting: 0, complete: true });
    expect(caldav.bodies()).toEqual(bodies);
  });
});

describe("a target whose run was killed", () => {
  it("is free again within a minute", async () => {
    const { world, caldav, id } = await connectFeed();
    const bodies = caldav.bodies();
    const [name = ""] = bodies.keys();
    caldav.drop(name);
    world.wait(1000);
    const killed = makeLease({ ...world.deps }, "target", id, 60);
    expect(await killed.take()).toBe(true);
    await world.tick();
    expect(caldav.bodies().size).toBe(31);
    world.wait(60);
    await world.tick();
    expect(caldav.bodies()).toEqual(bodies);
    expect(await getTarget(world.deps, id)).toMatchObject({ state: "on", failures: 0 });
  });
});

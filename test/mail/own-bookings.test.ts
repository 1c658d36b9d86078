import { describe, expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import { visitor, wholeForm } from "../web/visitor.ts";
import { makeMailed } from "./mailed.ts";

const hour = 3600;

/** A person with a calendar of their own bookings, who is told what becomes of them. */
async function begin(more: Record<string, string> = {}) {
  const { world, pass } = await makeMailed({ bookings: 0 });
  const requester = visitor(world);
  await requester.signIn(world.sample.tokens.requester);
  const form = { kinds: ["own"], reminderHours: "24", digestHour: "8", quietFrom: "", quietTo: "", ...more };
  await requester.send("/notices", form);
  await requester.send("/feeds/new", { ...wholeForm, kind: "mine", uuid: "", do: "save" }, "/feeds/new?kind=mine");
  await world.settle();
  const { sample } = world;
  /** Lets minutes pass; returns the beginnings of the subjects of what the person is told. */
  const told = async (minutes = 15) =>
    (await pass(minutes)).flatMap(({ to, subject }) =>
      to?.[0]?.address === "maria.naidis@example.org" ? [] : [subject?.split(":")[0]],
    );
  await told(2);
  return { world, sample, told, ask: () => sample.request({ requester: people.requester }) };
}

describe("somebody who wants to hear of their own bookings is told", () => {
  it.each([
    ["accept", "Accepted"],
    ["reject", "Rejected"],
  ] as const)("at once that one was decided in the minutes after they made it (%s)", async (action, subject) => {
    const { sample, told, ask } = await begin();
    const asked = ask();
    expect(await told(2)).toEqual([]);
    sample[action](asked.uuid);
    expect(await told(15)).toEqual([subject]);
    expect(await told(15)).toEqual([]);
  });

  it("after quiet hours what was decided in them", async () => {
    const { world, sample, told, ask } = await begin({ quietFrom: "9", quietTo: "11" });
    const asked = ask();
    expect(await told(2)).toEqual([]);
    sample.reject(asked.uuid);
    expect(await told(15)).toEqual([]);
    world.wait(2 * hour);
    expect(await told(15)).toEqual(["Rejected"]);
  });

  it("of each move, also back to where it was", async () => {
    const { world, sample, told, ask } = await begin();
    const asked = ask();
    await told(15);
    sample.accept(asked.uuid);
    expect(await told(15)).toEqual(["Accepted"]);
    for (const by of [hour, -hour, hour]) {
      sample.moveSlot(asked.uuid, by);
      world.wait(700);
      expect(await told(15)).toEqual(["Moved"]);
    }
    expect(await told(15)).toEqual([]);
  });

  it("of what becomes of a booking weeks after it was accepted", async () => {
    const { world, sample, told, ask } = await begin();
    const asked = [ask(), ask()];
    const at = Math.floor(world.deps.now() / 1000 / hour) * hour + 90 * 24 * hour;
    for (const one of asked) one.slots = [{ start: at, end: at + hour, backendId: "x" }];
    await told(15);
    for (const { uuid } of asked) sample.accept(uuid);
    expect(await told(15)).toEqual(["Accepted", "Accepted"]);
    for (let days = 0; days < 50; days += 1) {
      world.wait(24 * hour - (days === 0 ? (world.deps.now() / 1000) % hour : 0));
      await told(1);
    }
    sample.moveSlot(asked[0]?.uuid ?? "", hour);
    sample.terminate(asked[1]?.uuid ?? "");
    world.wait(700);
    expect(new Set(await told(25))).toEqual(new Set(["Cancelled", "Moved"]));
  });
});

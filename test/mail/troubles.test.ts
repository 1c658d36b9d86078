import { describe, expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import { status } from "../dav-server/faults.ts";
import { beginMirror, connectThere } from "../web/mirrored.ts";
import { openPostOffice } from "./post-office.ts";

/** A person with a calendar, and a post office. */
async function begin() {
  const post = openPostOffice();
  const begun = await beginMirror({}, { mail: post.transport, config: { mailFrom: "calendar@calendar.example" } });
  const { world } = begun;
  /** Runs each minute of a quarter of an hour; returns the mails. */
  const pass = async () => {
    for (let minute = 0; minute < 15; minute += 1) {
      world.wait(60);
      await world.tick();
      await world.settle();
    }
    return (await post.read()).map(({ subject, text }) => ({ subject, text }));
  };
  await pass();
  return { ...begun, pass };
}

describe("somebody is told once", () => {
  it("that their mirror stopped, with its page", async () => {
    const begun = await begin();
    const { world, owner, caldav, pass } = begun;
    const path = await connectThere(begun);
    await owner.send(`${path}/resume`, {}, path);
    expect(await pass()).toEqual([]);
    caldav.script(status(401), () => true, 1);
    world.wait(1000);
    const told = await pass();
    expect(told.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^Mirror stopped: /)]);
    expect(told[0]?.text).toContain(`https://calendar.example${path}`);
    expect(await pass()).toEqual([]);
  });

  it("that a calendar stopped since their user is not active, with its page", async () => {
    const { world, feedId, pass } = await begin();
    world.fault(async (request) => {
      if (!request.url.includes("/users/me")) return null;
      const whole: Record<string, unknown> = JSON.parse(await (await world.sample.fetch(request)).text());
      return Response.json({ ...whole, is_active: false });
    });
    world.wait(3700);
    const told = await pass();
    expect(told.map(({ subject }) => subject)).toEqual(["Calendar not up to date: Microscopes"]);
    expect(told[0]?.text).toContain(`https://calendar.example/feeds/${feedId}`);
    expect(await pass()).toEqual([]);
  });

  it("that their token ends, seven days before, unless it lasts longer with each use", async () => {
    const { world, pass } = await begin();
    const endsAt = world.clock.ms / 1000 + 8 * 86_400;
    world.fault(async (request) => {
      if (!request.url.includes("/users/me")) return null;
      const whole: Record<string, unknown> = JSON.parse(await (await world.sample.fetch(request)).text());
      return Response.json({ ...whole, token_lifetime: null, token_expires_at: new Date(endsAt * 1000).toISOString() });
    });
    world.wait(3700);
    expect(await pass()).toEqual([]);
    world.wait(86_400);
    const told = await pass();
    expect(told.map(({ subject }) => subject)).toEqual(["Your access to Waldur ends soon"]);
    expect(told[0]?.text).toContain("ends on Tue 12 Jan 2027");
    expect(await pass()).toEqual([]);
    await world.deps.sql.run(
      "UPDATE accounts SET token_lifetime = 3600, token_expires_at = token_expires_at + 1 WHERE user_uuid = ?1",
      people.providerOwner.uuid,
    );
    expect(await pass()).toEqual([]);
  });
});

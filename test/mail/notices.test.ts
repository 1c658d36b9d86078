import { describe, expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import { visitor, wholeForm } from "../web/visitor.ts";
import { makeMailed } from "./mailed.ts";

describe("a new request", () => {
  it("is mailed in the run that reads it, once, to whoever may decide it", async () => {
    const { world, request, run, pass } = await makeMailed();
    world.wait(60);
    const [booking] = request(1, { name: "Cell division" });
    const [mail, ...others] = await run();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      to: [{ address: "maria.naidis@example.org" }],
      from: { name: "Waldur calendar", address: "calendar@calendar.example" },
      subject: expect.stringMatching(/^New request: /),
    });
    const page = `https://calendar.example/bookings/${booking?.uuid}`;
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain("Cell division");
      expect(part).toContain(page);
    }
    expect(await pass(5)).toEqual([]);
  });

  it("that was there before somebody signed in is not told", async () => {
    const { world, request, pass } = await makeMailed();
    const manager = visitor(world);
    request(3);
    await manager.signIn(world.sample.tokens.providerManager);
    const mails = await pass(2);
    expect(mails.map(({ to }) => to?.[0]?.address)).toEqual(
      Array.from({ length: 3 }, () => "maria.naidis@example.org"),
    );
  });

  it("is told in one mail with others where they are more than five in ten minutes, and so on", async () => {
    const { world, request, run, pass } = await makeMailed();
    world.wait(60);
    request(4);
    expect(await run()).toHaveLength(4);
    request(40);
    world.wait(60);
    const [digest, ...more] = await run();
    expect(more).toEqual([]);
    expect(digest?.subject).toBe("40 new requests");
    expect(digest?.text).toContain("and 20 more");
    request(2);
    expect(await pass(9)).toEqual([]);
    expect((await pass(3)).map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^New request/),
      expect.stringMatching(/^New request/),
    ]);
    expect(await pass(15)).toEqual([]);
  });

  it("is not told to somebody who lost the role, or whose token Waldur no longer takes", async () => {
    const { world, request, pass } = await makeMailed({ bookings: 10 });
    const manager = visitor(world);
    await manager.signIn(world.sample.tokens.providerManager);
    await pass(1);
    world.sample.revokeRole("providerManager");
    world.wait(700);
    request();
    expect((await pass(2)).map(({ to }) => to?.[0]?.address)).toEqual(["maria.naidis@example.org"]);
  });

  it("waits while Waldur does not say who somebody is", async () => {
    const { world, request, pass } = await makeMailed();
    world.wait(3000);
    request();
    world.fault((asked) => (asked.url.includes("/users/me") ? new Response("", { status: 502 }) : null));
    expect(await pass(3)).toEqual([]);
    world.fault(null);
    expect(await pass(12)).toHaveLength(1);
  });
});

/** The form of the page as it is sent, with these kinds alone. */
const only = (kinds: string[], more: Record<string, string> = {}) => ({
  kinds,
  reminderHours: "24",
  digestHour: "8",
  quietFrom: "",
  quietTo: "",
  ...more,
});

describe("somebody who chose", () => {
  it("quiet hours is told afterwards, in one mail, of what is still open", async () => {
    const { owner, world, request, pass } = await makeMailed();
    await owner.send("/notices", only(["request"], { quietFrom: "9", quietTo: "11" }));
    const asked = request(8);
    expect(await pass(5)).toEqual([]);
    world.sample.accept(asked[0]?.uuid ?? "");
    world.wait(2 * 3600);
    expect((await pass(2)).map(({ subject }) => subject)).toEqual(["7 new requests"]);
  });

  it("reminders is told again of a request that begins soon, once", async () => {
    const { owner, world, request, pass } = await makeMailed({ bookings: 4 });
    await owner.send("/notices", only(["reminder"]));
    const [asked] = request();
    const start = asked?.slots[0]?.start ?? 0;
    expect(await pass(2)).toEqual([]);
    world.clock.ms = (start - 25 * 3600) * 1000;
    await owner.signIn(world.sample.tokens.providerOwner);
    const early = await pass(2);
    world.clock.ms = (start - 23 * 3600) * 1000;
    const mails = await pass(3);
    expect([...early, ...mails].filter(({ text }) => text?.includes(asked?.uuid ?? "none"))).toHaveLength(1);
    expect(mails.at(-1)?.subject).toMatch(/^Still open: |requests still open$/);
    expect(await pass(3)).toEqual([]);
  });

  it("the digest gets it once on a working day, with all that is open", async () => {
    const { owner, world, request, pass } = await makeMailed({ bookings: 0 });
    await owner.send("/notices", only(["digest"], { digestHour: "10" }));
    request(3);
    expect(await pass(30)).toEqual([]);
    world.wait(1800);
    const mails = await pass(25);
    expect(mails.map(({ subject }) => subject)).toEqual(["3 open requests"]);
    world.clock.ms = Date.UTC(2027, 0, 9, 10);
    await owner.signIn(world.sample.tokens.providerOwner);
    expect(await pass(25)).toEqual([]);
  });

  it("the digest at an hour that is quiet gets it after the quiet hours", async () => {
    const { owner, world, request, pass } = await makeMailed({ bookings: 0 });
    await owner.send("/notices", only(["digest"], { digestHour: "9", quietFrom: "8", quietTo: "13" }));
    request(3);
    expect(await pass(15)).toEqual([]);
    for (let hours = 10; hours < 13; hours += 1) {
      world.wait(hours === 10 ? 3600 : 3000);
      expect(await pass(12)).toEqual([]);
    }
    world.wait(1800);
    expect((await pass(40)).map(({ subject }) => subject)).toEqual(["3 open requests"]);
  });

  it("decisions hears of those of colleagues, not of their own", async () => {
    const { owner, world, request, pass } = await makeMailed({ bookings: 0 });
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    await owner.send("/notices", only(["decision"]));
    const [theirs, own] = request(2);
    await pass(2);
    const answer = { sure: "yes", on: "request" };
    await colleague.send(`/bookings/${theirs?.uuid}/accept`, answer, "/");
    await owner.send(`/bookings/${own?.uuid}/accept`, answer, "/");
    const mails = await pass(15);
    expect(mails.map(({ subject }) => subject?.split(":")[0])).toEqual(["Accepted"]);
    expect(mails[0]?.text).toContain(theirs?.uuid);
  });

  it("troubles hears that a calendar lost its role", async () => {
    const { owner, world, pass } = await makeMailed({ bookings: 4 });
    const form = `/feeds/new?kind=provider&uuid=${world.sample.providerUuid}`;
    await owner.send(
      "/feeds/new",
      { ...wholeForm, kind: "provider", uuid: world.sample.providerUuid, do: "save" },
      form,
    );
    await pass(2);
    world.sample.revokeRole("providerOwner");
    world.wait(3700);
    const mails = await pass(15);
    // The operator's own account is of the same user, and so is its calendar.
    expect(new Set(mails.map(({ subject }) => subject))).toEqual(
      new Set(["Calendar not up to date: Microscopes", "Calendar not up to date: Sample Imaging Centre"]),
    );
    expect(mails).toHaveLength(2);
  });

  it("their own bookings hears what became of them", async () => {
    const { world, pass } = await makeMailed({ bookings: 0 });
    const requester = visitor(world);
    await requester.signIn(world.sample.tokens.requester);
    await requester.send("/notices", only(["own"]));
    const form = "/feeds/new?kind=mine";
    await requester.send("/feeds/new", { ...wholeForm, kind: "mine", uuid: "", do: "save" }, form);
    await world.settle();
    await pass(2);
    const asked = [0, 1].map(() => world.sample.request({ requester: people.requester }));
    expect((await pass(15)).filter(({ to }) => to?.[0]?.address !== "maria.naidis@example.org")).toEqual([]);
    world.sample.accept(asked[0]?.uuid ?? "");
    world.sample.reject(asked[1]?.uuid ?? "");
    const mails = (await pass(15)).filter(({ to }) => to?.[0]?.address !== "maria.naidis@example.org");
    expect(new Set(mails.map(({ subject }) => subject?.split(":")[0]))).toEqual(new Set(["Accepted", "Rejected"]));
    world.sample.moveSlot(asked[0]?.uuid ?? "", 3600);
    world.wait(700);
    const moved = (await pass(15)).filter(({ to }) => to?.[0]?.address !== "maria.naidis@example.org");
    expect(moved.map(({ subject }) => subject?.split(":")[0])).toEqual(["Moved"]);
    expect(moved[0]?.text).toContain("Your booking has another time now.");
    expect(await pass(15)).toEqual([]);
  });

  it("their own bookings hears nothing more once Waldur does not take the token", async () => {
    const { world, pass } = await makeMailed({ bookings: 4 });
    const manager = visitor(world);
    await manager.signIn(world.sample.tokens.providerManager);
    await manager.send("/notices", only(["own"]));
    const ofManager = async (minutes: number) =>
      (await pass(minutes)).filter(({ to }) => to?.[0]?.address !== "maria.naidis@example.org");
    await pass(2);
    const asked = [0, 1].map(() => world.sample.request({ requester: people.providerManager }));
    await pass(15);
    world.sample.accept(asked[0]?.uuid ?? "");
    expect(await ofManager(15)).toHaveLength(1);
    world.sample.expireToken("providerManager");
    world.wait(3700);
    await pass(2);
    world.sample.accept(asked[1]?.uuid ?? "");
    expect(await ofManager(15)).toEqual([]);
  });
});

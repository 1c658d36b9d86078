import { expect, it } from "vitest";
import { visitor } from "../web/visitor.ts";
import { makeMailed } from "./mailed.ts";

it("a request that was decided while the mail server was away is not told as a new one", async () => {
  const { world, office, request, pass } = await makeMailed({ bookings: 0 });
  office.next = () => ({ result: "unreachable", answer: "nobody listens" });
  const [decided, withdrawn, open] = request(3);
  await pass(30);
  world.sample.accept(decided?.uuid ?? "");
  world.sample.reject(withdrawn?.uuid ?? "");
  await pass(5);
  office.next = () => null;
  const mails = await pass(60);
  const uuids = mails.map(({ text }) => /\/bookings\/(\w+)/.exec(text ?? "")?.[1]);
  expect(uuids).toEqual([open?.uuid]);
  expect(mails[0]?.subject).toMatch(/^New request: /);
});

it("what a mail server that was away over a weekend did not take is told on Monday, but for the list of Friday", async () => {
  const startAt = Date.UTC(2027, 0, 8, 7) / 1000;
  const { world, owner, office, request, pass, run } = await makeMailed({ bookings: 0, startAt });
  const kinds = ["request", "digest"];
  await owner.send("/notices", { kinds, reminderHours: "24", digestHour: "8", quietFrom: "", quietTo: "" });
  office.next = () => ({ result: "unreachable", answer: "nobody listens" });
  const [asked] = request(1);
  if (asked !== undefined)
    asked.slots = [{ start: startAt + 30 * 86_400, end: startAt + 30 * 86_400 + 3600, backendId: "x" }];
  const from = world.clock.ms;
  for (let hours = 1; hours < 73; hours += 1) {
    world.clock.ms = from + hours * 3_600_000;
    world.clock.ms -= world.clock.ms % 600_000;
    if (hours % 24 === 0) await visitor(world).signIn(world.sample.tokens.providerOwner);
    expect(await run()).toEqual([]);
  }
  office.next = () => null;
  const mails = await pass(80);
  const subjects = mails.map(({ subject }) => subject?.split(":")[0]);
  expect(subjects).toEqual(["New request", "1 open request"]);
});

import { expect, it } from "vitest";
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

import { expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import { requestTo } from "../waldur-answers.ts";
import { visitor } from "../web/visitor.ts";
import { makeMailed } from "./mailed.ts";

it("of a flood of requests everybody hears at once who wants to, whoever has quiet hours", async () => {
  const { world, pass, owner } = await makeMailed({ bookings: 0 });
  const manager = visitor(world);
  await manager.signIn(world.sample.tokens.providerManager);
  await pass(2);
  // Of the two the one who comes first by the uuid.
  const quiet = people.providerOwner.uuid < people.providerManager.uuid ? owner : manager;
  const hours = { quietFrom: "9", quietTo: "17" };
  await quiet.send("/notices", { kinds: ["request"], reminderHours: "24", digestHour: "8", ...hours });
  for (let n = 0; n < 1010; n += 1) requestTo(world.sample, {});
  const mails = await pass(3);
  expect(mails.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^\d+ new requests$/)]);
  expect(mails[0]?.text?.match(/\/bookings\//g)).toHaveLength(20);
});

import { expect, it } from "vitest";
import type { SampleBooking } from "../../src/demo/bookings.ts";
import { requestTo } from "../waldur-answers.ts";
import type { World } from "../world.ts";
import { makeInvited } from "./invitation/invited.ts";
import { makeMailed } from "./mailed.ts";

/** Has a request come after Waldur has listed the orders, and before it lists the bookings. Returns a function that returns it. */
function requestBetweenLists(
  { sample, fault }: Pick<World, "sample" | "fault">,
  change: { approved: boolean },
): () => SampleBooking {
  let made: SampleBooking | null = null;
  fault((request) => {
    if (new URL(request.url).pathname === "/api/booking-resources/") made ??= requestTo(sample, change);
    return null;
  });
  return () => {
    if (made === null) throw new Error("the bookings were not listed");
    return made;
  };
}

it("invites once to a request that comes between Waldur's lists, with whose move it is", async () => {
  const { world, invitations } = await makeInvited();
  const made = requestBetweenLists(world, { approved: true });
  const sent = [...(await invitations()), ...(await invitations()), ...(await invitations())];
  expect(sent.map(({ uid, sequence }) => [uid.slice(0, 32), sequence])).toEqual([[made().uuid, 0]]);
  expect(sent[0]?.text).toContain("State: Requested\\, waits for the provider to accept or reject");
});

it("invites to none that comes between Waldur's lists and waits for the customer, until that is over", async () => {
  const { world, invitations } = await makeInvited();
  const made = requestBetweenLists(world, { approved: false });
  expect([...(await invitations()), ...(await invitations())]).toEqual([]);
  world.sample.approve(made().uuid);
  const sent = [...(await invitations()), ...(await invitations())];
  expect(sent.map(({ uid }) => uid.slice(0, 32))).toEqual([made().uuid]);
});

it("tells of none that comes between Waldur's lists and waits for the customer, until that is over", async () => {
  const { world, pass } = await makeMailed();
  const made = requestBetweenLists(world, { approved: false });
  expect(await pass(3)).toEqual([]);
  world.sample.approve(made().uuid);
  expect((await pass(2)).map(({ subject }) => subject)).toEqual([expect.stringMatching(/^New request: /)]);
});

it("tells of a request whose order Waldur never shows, ten minutes after it came", async () => {
  const { world, invitations } = await makeInvited();
  world.fault((request) =>
    new URL(request.url).pathname === "/api/marketplace-orders/"
      ? new Response("[]", { headers: { "Content-Type": "application/json", "X-Result-Count": "0" } })
      : null,
  );
  requestTo(world.sample);
  const minutes: number[] = [];
  for (let minute = 1; minute <= 15; minute += 1) {
    if ((await invitations()).length > 0) minutes.push(minute);
  }
  expect(minutes).toEqual([10]);
});

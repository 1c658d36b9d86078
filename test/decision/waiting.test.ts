import { describe, expect, it } from "vitest";
import type { OrderState } from "../../src/calendar/booking.ts";
import { bookingEvents } from "../../src/calendar/booking-events.ts";
import { seedBookings, seeded } from "../../src/demo/bookings.ts";
import { people, tokens } from "../../src/demo/people.ts";
import { decisionUrl } from "../../src/feed/links.ts";
import { visitor } from "../web/visitor.ts";
import { makeWorld } from "../world.ts";
import { requestTo } from "../waldur-answers.ts";
import { makeBrowser, makeCase } from "./decided.ts";
import { context, known } from "../calendar/samples.ts";

const adminToken = "a".repeat(32);

/** A feed with a request whose order stands like this, and an older link to it. */
async function waitingCase(orderState: OrderState) {
  const one = await makeCase({ config: { adminToken } });
  const { world, feed } = one;
  const booking = requestTo(world.sample, { approved: false });
  const [order] = booking.orders;
  order.state = orderState;
  world.wait(60);
  await world.tick();
  return { ...one, booking, order, link: await decisionUrl(world.deps, feed, "sign-in", booking.uuid) };
}

describe.each([
  ["pending-consumer", "the customer’s move"],
  ["pending-project", "waits for its project or its start date"],
  ["pending-start-date", "waits for its project or its start date"],
  ["pending-provider", "the provider’s move, in Waldur"],
] as const)("while the order is %s", (orderState, whose) => {
  it("Waldur takes no answer, and no event and no page offers one: they say whose move it is", async () => {
    const { world, booking, order, link, linkOf } = await waitingCase(orderState);
    expect(await linkOf(booking.uuid)).toBe("");
    const place = `https://homeport.example.org/marketplace-order-details/${order.uuid}/`;
    const page = await makeBrowser(world).open(link);
    // Nobody is asked for a token on a page that takes no decision.
    expect(page.html).not.toContain('name="token"');
    expect(page.buttons).toEqual([]);
    expect(page.html).toContain(whose);
    expect(page.html).toContain(`href="${place}"`);
    const operator = visitor(world);
    await operator.signIn(adminToken);
    const html = await (await operator.get("/?part=waiting")).text();
    expect(html).not.toContain(`/bookings/${booking.uuid}/accept`);
    expect(html).toContain(`href="${place}"`);
    for (const action of ["accept", "reject"] as const) {
      const headers = { Authorization: `Bearer ${adminToken}` };
      const request = new Request(`http://x/api/v1/bookings/${booking.uuid}/${action}`, { method: "POST", headers });
      const answer = await world.app.fetch(request, world.deps);
      expect(answer.status).toBe(409);
      const { error } = await answer.json();
      expect(error).toMatchObject({ code: "waldur_not_ready" });
      expect(error.message).toContain(whose);
      expect(error.message).toContain(place);
    }
    expect(booking.state).toBe("Creating");
  });

  it("its event comes with the links once the order is executing", async () => {
    const { world, booking, linkOf } = await waitingCase(orderState);
    world.sample.approve(booking.uuid);
    world.wait(60);
    await world.tick();
    expect(await linkOf(booking.uuid)).not.toBe("");
  });
});

it("a feed's event leads to the order only where the order's own page moves it", () => {
  const text = (orderState: OrderState | null, orderUuid: string | null = "f".repeat(32)): string =>
    bookingEvents(known({}, { orderState, orderUuid }), context())[0]?.description ?? "";
  expect(text("pending-provider")).toContain("marketplace-order-details/ffff");
  expect(text("pending-provider")).not.toMatch(/Accept|Reject/);
  // Of a booking stored by an older version the order is not known.
  expect(text("pending-provider", null)).not.toContain("marketplace-order-details");
  expect(text("pending-consumer")).not.toMatch(/marketplace-order-details|Accept:|Reject:/);
  for (const open of ["executing", null] as const) expect(text(open)).toMatch(/Accept:[^]*Reject:/);
});

it("the sample has a rare order that waits for the provider, as newer servers may", () => {
  const states = seedBookings(120, 1_800_000_000, seeded(1)).map(({ orders: [order] }) => order.state);
  expect(states.filter((state) => state === "pending-provider")).toHaveLength(1);
});

it("a link that decides at once offers Accept only where its account stands for the provider", async () => {
  const offered: unknown[] = [];
  for (const role of ["providerOwner", "requester"] as const) {
    const world = await makeWorld({ bookings: 0, token: tokens[role], config: { signedDecisions: true } });
    const booking = requestTo(world.sample, { requester: people[role] });
    const feed = await world.addFeed({ decisions: "signed" }, "visible");
    await world.tick();
    const link = await decisionUrl(world.deps, feed, "signed", booking.uuid);
    offered.push((await makeBrowser(world).open(link)).buttons);
  }
  expect(offered).toEqual([["accept", "reject"], ["reject"]]);
});

import { makeWorld, type WorldOptions } from "../world.ts";
import { visitor } from "../web/visitor.ts";
import { openPostOffice } from "./post-office.ts";

/** A world with mail, in which the owner of the provider has signed in and has a calendar, and nobody has been told anything yet. */
export async function makeMailed(options: WorldOptions = {}) {
  const post = openPostOffice();
  const world = await makeWorld({
    mail: post.transport,
    ...options,
    config: { mailFrom: "Waldur calendar <calendar@calendar.example>", ...options.config },
  });
  await world.addFeed();
  await world.tick();
  const owner = visitor(world);
  await owner.signIn(world.sample.tokens.providerOwner);
  const run = async () => {
    await world.tick();
    await world.settle();
    return post.read();
  };
  await run();
  return {
    ...post,
    world,
    owner,
    /** Makes one run; returns the mails that it sent. */
    run,
    /** Makes new requests at the owner's provider; returns them. */
    request: (count = 1, change: Parameters<typeof world.sample.request>[0] = {}) => {
      const made = [];
      while (made.length < count) {
        const booking = world.sample.request(change);
        if (booking.offering.customer.name === "Sample Imaging Centre") made.push(booking);
      }
      return made;
    },
    /** Runs each minute for so long; returns all mails. */
    pass: async (minutes: number) => {
      const mails = [];
      for (let minute = 0; minute < minutes; minute += 1) {
        world.wait(60);
        mails.push(...(await run()));
      }
      return mails;
    },
  };
}

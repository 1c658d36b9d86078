import { requestTo } from "../waldur-answers.ts";
import { visitor } from "../web/visitor.ts";
import { makeWorld } from "../world.ts";
import type { Figure } from "./support/figure.ts";
import { compare, timed } from "./support/pairs.ts";

const hour = 3600;
/** Times the first page of a manager with 1,000 open requests beside that of one with 15, which fill it. */
export async function inbox(): Promise<Figure[]> {
  const { ratio, ours, theirs } = await compare(15, timed(await open(1000)), timed(await open(15)));
  const about = `${(ours / turns).toFixed(1)} ms : ${(theirs / turns).toFixed(1)} ms`;
  return [{ name: "1,000 open requests : 15", measured: ratio, unit: "×", bound: { most: 1.5 }, about }];
}

const turns = 20;

/** Returns work that opens the first page of so many requests several times. */
async function open(count: number): Promise<() => Promise<void>> {
  const world = await makeWorld({ bookings: 0 });
  const nowAt = Math.floor(world.clock.ms / 1000 / hour) * hour;
  for (let n = 0; n < count; n += 1) {
    const booking = requestTo(world.sample, { name: `Request ${n}` });
    const period = { start: nowAt + (30 + n) * hour, end: nowAt + (31 + n) * hour };
    const move = <T>(all: readonly T[]): T[] => all.slice(0, 1).map((one) => ({ ...one, ...period }));
    Object.assign(booking, { schedules: move(booking.schedules), slots: move(booking.slots) });
  }
  const manager = visitor(world);
  await manager.signIn(world.sample.tokens.providerOwner);
  await world.settle();
  world.wait(60);
  await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
  return async () => {
    for (let turn = 0; turn < turns; turn += 1) {
      const page = await manager.page("/");
      if (!page.includes(`<strong>${count}</strong>`)) throw new Error(`the page does not tell ${count} requests`);
    }
  };
}

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Deps } from "../../src/deps.ts";
import type { MailTransport } from "../../src/mail/transport.ts";
import { sendQueued } from "../../src/mail/outbox.ts";
import { queueMail } from "../../src/mail/queue.ts";
import { queueNotices } from "../../src/mail/notices/notices.ts";
import type { SqlRow } from "../../src/store/sql/port.ts";
import { tick } from "../../src/tick.ts";
import { makeWorld, type World } from "../world.ts";
import { makeMailed } from "./mailed.ts";
import { live, type Step, steps } from "./processes.ts";

/** The way in which the mail server takes one message. `lost`: takes it, and the answer is lost; `slow`: takes it, after a claim has run out. */
const fates = ["taken", "later", "never", "cut", "lost", "slow"] as const;
type Fate = (typeof fates)[number];

interface Schedule {
  /** The thread of each mail. */
  readonly threads: readonly string[];
  readonly fates: readonly Fate[];
  readonly steps: readonly Step[];
}

const schedule: fc.Arbitrary<Schedule> = fc.record({
  threads: fc.array(fc.constantFrom("", "", "a", "b"), { minLength: 1, maxLength: 5 }),
  fates: fc.array(fc.constantFrom(...fates), { maxLength: 14 }),
  steps,
});

describe("the outbox on random schedules", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld({ bookings: 0, config: { mailFrom: "calendar@calendar.example" } });
  });

  it("sends each mail once; once more at most where nobody heard the answer; in order, and always the same", async () => {
    const begunAt = world.clock.ms;
    let lostTwice = 0;
    await fc.assert(
      fc.asyncProperty(schedule, async ({ threads, fates: given, steps }) => {
        world.clock.ms = begunAt;
        const { sql } = world.deps;
        await sql.run("DELETE FROM outbox");
        const taken: string[] = [];
        const left = [...given];
        const refusedForEver = new Set<string>();
        let unheard = false;
        const mail: MailTransport = {
          async send(raw) {
            const id = /^Message-ID: <(.*)>\r$/m.exec(raw)?.[1] ?? "";
            const fate = left.shift() ?? "taken";
            if (fate === "slow") world.clock.ms += 301_000;
            await Promise.resolve();
            if (fate === "never") refusedForEver.add(id);
            if (fate === "lost" || fate === "slow") unheard = true;
            if (fate === "taken" || fate === "lost" || fate === "slow") taken.push(id);
            switch (fate) {
              case "taken":
              case "slow":
                return { result: "sent", answer: "250" };
              case "later":
                return { result: "refused", forEver: false, answer: "451" };
              case "never":
                return { result: "refused", forEver: true, answer: "550" };
              case "cut":
                return { result: "unreachable", answer: "cut" };
              case "lost":
                return { result: "unclear", answer: "cut" };
            }
          },
        };
        const deps: Deps = { ...world.deps, mail };
        for (const [n, thread] of threads.entries()) {
          const to = { name: "", address: `p${n}@example.org` };
          const content = {
            from: { name: "", address: "calendar@calendar.example" },
            subject: "s",
            text: "t",
            html: "h",
            headers: {},
          };
          await sql.batch([
            await queueMail(deps, { cause: `c${n}`, recipient: to.address, thread }, { ...content, to }),
          ]);
        }
        const send = async (own: Deps) => sendQueued(own, { more: () => true, until: Number.POSITIVE_INFINITY });
        for (const step of steps) {
          if (step.kind === "wait") world.clock.ms += step.seconds * 1000;
          else {
            if (step.processes.some(({ diesAt }) => diesAt !== 0)) unheard = true;
            await Promise.all(step.processes.map(async (one) => live(deps, one, send)));
          }
        }
        left.length = 0;
        for (let hour = 0; hour < 8; hour += 1) {
          await send(deps);
          await send(deps);
          world.clock.ms += 3_700_000;
        }
        const rows: readonly SqlRow[] = await sql.all("SELECT id, thread, state, unclear FROM outbox ORDER BY n");
        const ids = rows.map((row) => `${String(row["id"])}@calendar.example`);
        const copies = (id: string): number => taken.filter((one) => one === id).length;
        expect(taken.filter((id) => !ids.includes(id))).toEqual([]);
        for (const [n, row] of rows.entries()) {
          const id = ids[n] ?? "";
          expect(row["state"]).toMatch(/^(?:sent|failed)$/);
          expect(copies(id)).toBeLessThanOrEqual(unheard ? 2 : 1);
          if (row["state"] === "sent") expect(copies(id)).toBeGreaterThan(0);
          else if (!refusedForEver.has(id)) {
            expect(row["unclear"]).toBe(2);
            lostTwice += 1;
          }
          const earlier = rows.slice(0, n).filter((one) => one["thread"] !== "" && one["thread"] === row["thread"]);
          for (const one of earlier) {
            const [first, second] = [taken.indexOf(`${String(one["id"])}@calendar.example`), taken.indexOf(id)];
            if (one["state"] === "sent" && second >= 0) expect(first).toBeLessThan(second);
          }
        }
      }),
      { numRuns: Number(globalThis.process.env["MAIL_SCHEDULES"] ?? 2000) },
    );
    // The schedules reach what is hardest.
    expect(lostTwice).toBeGreaterThan(0);
  });
});

describe("a run that dies while it queues notices", () => {
  it.each([false, true])(
    "leaves each request to be told once (the call was made: %s)",
    { timeout: 60_000 },
    async (after) => {
      const { world, request, read } = await makeMailed({ bookings: 0 });
      for (let diesAt = 1; diesAt <= 24; diesAt += 1) {
        world.wait(700);
        const asked = request(diesAt % 3 === 0 ? 7 : 1);
        // Waldur is read, and nobody is told yet.
        await tick({ ...world.deps, mail: null });
        await live(world.deps, { diesAt, after, turns: [0] }, async (deps) => queueNotices(deps, () => 1000));
        world.wait(200);
        const mails: Awaited<ReturnType<typeof read>> = [];
        for (let run = 0; run < 2; run += 1) {
          await world.tick();
          mails.push(...(await read()));
        }
        const telling = (uuid: string): number => mails.filter(({ text }) => text?.includes(uuid)).length;
        expect(asked.map(({ uuid }) => telling(uuid))).toEqual(asked.map(() => 1));
      }
    },
  );
});

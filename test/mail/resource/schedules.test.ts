import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { joinPeriods, overlapping, overlaps, type Period } from "../../../src/calendar/period.ts";
import type { SampleBooking } from "../../../src/demo/bookings.ts";
import { offerings } from "../../../src/demo/people.ts";
import type { Invitation } from "../invitation/invited.ts";
import { domain, hour, makeOffice, slot } from "./room.ts";
import { openRoom } from "./simulated-room.ts";

/** A period of a grid of some hours. */
const hours = fc.record({ at: fc.integer({ min: 0, max: 3 }), length: fc.integer({ min: 1, max: 2 }) });
/** Something that happens; `n` counts the bookings that there are, again and again. */
const event = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("request"),
      room: fc.constantFrom(0, 0, 0, 1),
      periods: fc.array(hours, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("move"), n: fc.nat(9), by: fc.integer({ min: -3, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("end", "accept"), n: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("block"), room: fc.nat(1), period: hours }) },
);
const minute = fc.record({
  /** Waldur: it answers, takes no decisions, or is away. */
  waldur: fc.constantFrom("up", "up", "up", "deaf", "away"),
  /** The mail server takes what comes, puts it off, or refuses for ever what is for a room. */
  mail: fc.constantFrom("takes", "takes", "takes", "takes", "later", "refuses"),
  events: fc.array(event, { maxLength: 3 }),
  /** Of each answer that is on its way: it comes, waits, or is lost. */
  answers: fc.array(fc.constantFrom("comes", "comes", "comes", "waits", "waits", "lost"), {
    minLength: 1,
    maxLength: 5,
  }),
});
const schedule = fc.array(minute, { minLength: 4, maxLength: 10 });

describe("the mailboxes of two rooms on random schedules", () => {
  let office: Awaited<ReturnType<typeof makeOffice>>;
  const mailboxes = offerings.slice(0, 2).map(({ uuid }, n) => ({ offering: uuid, address: `room${n}@${domain}` }));
  beforeAll(async () => {
    office = await makeOffice();
    for (const { offering, address } of mailboxes) expect(await office.choose(address, offering)).toBe("saved");
  });

  it(
    "accept over nothing that stands, reject nothing that fits, and decide all or have it told",
    { timeout: 900_000 },
    async () => {
      const seen = { accepted: 0, rejected: 0, again: 0 };
      await fc.assert(
        fc.asyncProperty(schedule, async (minutes) => {
          const { world } = office;
          const { sample, deps } = world;
          for (const { uuid } of sample.bookings.slice()) sample.unlink(uuid);
          for (const name of ["bookings", "invitations", "outbox", "decisions"])
            await deps.sql.run(`DELETE FROM ${name}`);
          const begin = office.later();
          const rooms = mailboxes.map((one) => ({ ...one, calendar: openRoom() }));
          const made: SampleBooking[] = [];
          const told: string[] = [];
          let waiting: { readonly one: Invitation; readonly says: string }[] = [];
          const periodOf = ({ at, length }: { at: number; length: number }): Period => slot(begin + at * hour, length);
          const timeOf = ({ slots }: SampleBooking): readonly Period[] => joinPeriods(slots);
          const others = (one: SampleBooking) =>
            made.filter((other) => other !== one && other.offering.uuid === one.offering.uuid);
          const standing = (one: SampleBooking): Period[] =>
            others(one).flatMap((other) => (other.state === "OK" ? timeOf(other) : []));

          /** Lets something decide, and looks at what it decided. */
          const watch = async (work: () => Promise<unknown>): Promise<void> => {
            const open = made.filter(({ state }) => state === "Creating");
            const before = new Map(open.map((one) => [one, standing(one)]));
            await work();
            for (const [one, stood] of before) {
              const blocked = rooms.find(({ offering }) => offering === one.offering.uuid)?.calendar.blocked ?? [];
              if (one.state === "OK") {
                seen.accepted += 1;
                expect(overlapping(timeOf(one), stood)).toEqual([]);
              } else if (one.state === "Terminated") {
                seen.rejected += 1;
                expect(overlapping(timeOf(one), [...stood, ...blocked]).length).toBeGreaterThan(0);
              }
            }
          };
          const happen = (given: (typeof minutes)[number]["events"][number]): void => {
            if ("periods" in given) {
              const slots = given.periods.map((one, n) => slot(periodOf(one).start, one.length, n));
              made.push(Object.assign(office.request(slots), { offering: offerings[given.room] }));
              return;
            }
            if ("period" in given) {
              const { blocked, events } = rooms[given.room]?.calendar ?? openRoom();
              const period = periodOf(given.period);
              if (![...events.values()].some((other) => overlaps(period, other))) blocked.push(period);
              return;
            }
            const live = made.filter(({ state }) => state === "Creating" || state === "OK");
            const one = live[given.n % Math.max(1, live.length)];
            if (one === undefined) return;
            if ("by" in given) sample.moveSlot(one.uuid, given.by * hour, given.n % one.slots.length);
            else if (given.kind === "accept" && one.state === "Creating") sample.accept(one.uuid);
            else if (one.state === "OK") sample.terminate(one.uuid);
            else sample.reject(one.uuid);
          };
          const pass = async ({ waldur, mail, events, answers }: (typeof minutes)[number]): Promise<void> => {
            const down = new Response("down", { status: 503 });
            world.fault(({ method }) =>
              waldur === "away" || (waldur === "deaf" && method === "POST") ? down.clone() : null,
            );
            office.office.next = ({ to }) => {
              const takes = mail === "takes" || (mail === "refuses" && !to.endsWith(`@${domain}`));
              return takes ? null : { result: "refused", forEver: mail === "refuses", answer: "450 later" };
            };
            if (waldur !== "away") events.forEach(happen);
            world.wait(700);
            await watch(async () => {
              const mails = await office.run();
              told.push(...mails.told);
              for (const one of mails.asked) {
                if (one.sequence > 0 && one.method === "REQUEST") seen.again += 1;
                const says = rooms.find(({ address }) => address === one.attendee)?.calendar.take(one) ?? null;
                if (says !== null) waiting.push({ one, says });
              }
            });
            const due = waiting;
            waiting = [];
            for (const [n, answer] of due.entries()) {
              const fate = answers[n % answers.length];
              if (fate === "waits") waiting.push(answer);
              if (fate === "comes") await watch(async () => office.reply(answer.one, answer.says));
            }
          };
          for (const one of minutes) await pass(one);
          const calm = { waldur: "up", mail: "takes", events: [], answers: ["comes"] } as const;
          for (let n = 0; n < 4; n += 1) await pass({ ...calm, events: [], answers: ["comes"] });
          const listLeft = (): SampleBooking[] => made.filter(({ state }) => state === "Creating");
          // What was lost is asked again a day later; of requests for the same time one is decided in each run.
          for (let n = 0; n < 4; n += 1) {
            world.wait(86_400);
            for (let run = 0; run < 2 || (run < made.length + 2 && listLeft().length > 0); run += 1) {
              await pass({ ...calm, events: [], answers: ["comes"] });
            }
          }
          const left = listLeft();
          const isTold = ({ uuid }: SampleBooking): boolean =>
            told.some((text) => text.includes(`/bookings/${uuid}`) && text.includes(domain));
          const isEarlier = (a: SampleBooking, b: SampleBooking): boolean =>
            a.createdMicros < b.createdMicros || (a.createdMicros === b.createdMicros && a.uuid < b.uuid);
          const isBehind = (one: SampleBooking): boolean =>
            left.some(
              (other) =>
                isEarlier(other, one) &&
                others(one).includes(other) &&
                overlapping(timeOf(one), timeOf(other)).length > 0,
            );
          expect(left.filter((one) => !isTold(one) && !isBehind(one)).map(timeOf)).toEqual([]);
          for (const { offering, calendar } of rooms) {
            const kept = made.filter(
              ({ state, offering: { uuid } }) => uuid === offering && (state === "OK" || state === "Creating"),
            );
            for (const held of calendar.events.values()) {
              expect(kept.flatMap(timeOf)).toContainEqual({ start: held.start, end: held.end });
            }
          }
        }),
        { numRuns: Number(globalThis.process.env["ROOM_SCHEDULES"] ?? 300) },
      );
      // The schedules reach what is hardest.
      expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
    },
  );
});

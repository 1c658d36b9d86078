import { expect, it } from "vitest";
import { people } from "../../../src/demo/people.ts";
import { forgetPerson } from "../../../src/forget-person.ts";
import { listDecisions } from "../../../src/store/decisions.ts";
import { queueResources } from "../../../src/mail/resource/ask-resources.ts";
import { tick } from "../../../src/tick.ts";
import type { Sql, Statement } from "../../../src/store/sql/port.ts";
import { randomBytes } from "../../../src/lib/random.ts";
import { type KeyRing, newKey, parseKeyRing } from "../../../src/security/keys.ts";
import { hour, makeRoom, slot } from "./room.ts";

const refusing =
  (status: number, body = "down") =>
  (request: { method: string }) =>
    request.method === "POST" ? new Response(body, { status, headers: { "Content-Type": "application/json" } }) : null;

it("an answer is kept while Waldur is away, and the room is not asked again", async () => {
  const one = await makeRoom();
  const request = one.request([slot(one.later())]);
  one.world.fault(refusing(503));
  await one.minute();
  const tries: number[] = [];
  for (let minute = 0; minute < 120; minute += 1) {
    expect(await one.run()).toMatchObject({ asked: [] });
    tries.push((await listDecisions(one.world.deps.sql, request.uuid, 100)).length);
  }
  // At first, and after 1, 3, 7, 15, 31 and 63 minutes.
  expect([tries[0], tries[2], tries[9], tries.at(-1)]).toEqual([2, 3, 4, 7]);
  one.world.fault(null);
  for (let minute = 0; minute < 60; minute += 1) await one.run();
  expect(one.stateOf(request)).toBe("OK");
});

it.each([
  ["passing", 400, '["no order"]', "Too early", 7],
  ["for good", 403, '{"detail":"no"}', "had no effect", 1],
])("what Waldur refuses %s is told once, and the room is not asked again", async (_, status, body, words, count) => {
  const one = await makeRoom();
  const request = one.request([slot(one.later())]);
  one.world.fault(refusing(status, body));
  await one.minute();
  const told: string[] = [];
  for (let minute = 0; minute < 100; minute += 1) {
    const { asked, told: more } = await one.run();
    expect(asked).toEqual([]);
    told.push(...more);
  }
  expect(told).toEqual([expect.stringContaining(words)]);
  expect((await listDecisions(one.world.deps.sql, request.uuid, 100)).length).toBe(count);
  expect(one.stateOf(request)).toBe("Creating");
});

it("an answer that comes while Waldur does not take the person's token is kept until it does", async () => {
  const one = await makeRoom();
  const request = one.request([slot(one.later())]);
  const { asked } = await one.minute(false);
  await one.change(`refused_at = ${Math.floor(one.world.deps.now() / 1000)}`);
  expect(await one.reply(asked[0], "ACCEPTED")).toBe("waiting");
  expect([(await one.run()).asked, one.stateOf(request)]).toEqual([[], "Creating"]);
  await one.change("refused_at = NULL");
  await one.run();
  expect(one.stateOf(request)).toBe("OK");
});

it("of two runs at once, each tells the room what it notes", async () => {
  const one = await makeRoom();
  const { deps, sample } = one.world;
  const { sql } = deps;
  const request = one.request([slot(one.later())]);
  await one.minute(false);
  const batches: (readonly Statement[])[] = [];
  const queue = async (seconds: number): Promise<void> => {
    sample.moveSlot(request.uuid, seconds);
    one.world.wait(700);
    await tick({ ...deps, mail: null });
    const slow: Sql = {
      run: async (text, ...values) => sql.run(text, ...values),
      all: async (text, ...values) => sql.all(text, ...values),
      first: async (text, ...values) => sql.first(text, ...values),
      join: async (text, ...values) => sql.join(text, ...values),
      batch: async (statements) => {
        batches.push(statements);
        return statements.map(() => 1);
      },
    };
    await queueResources({ ...deps, sql: slow }, () => 1e6);
  };
  await queue(hour);
  await queue(24 * hour);
  // Both have looked before either has written.
  for (const statements of batches) await sql.batch(statements);
  const sent = [...(await one.minute(false)).asked, ...(await one.minute(false)).asked];
  expect(batches).toHaveLength(2);
  const first = sent.find(({ method }) => method === "REQUEST");
  expect(await one.reply(first, "ACCEPTED")).toBe("retired");
  expect([one.stateOf(request), one.calendar.events.size]).toEqual(["Creating", 1]);
  const last = sent.findLast(({ method }) => method === "REQUEST");
  expect([await one.reply(last, "ACCEPTED"), one.stateOf(request)]).toEqual(["decided", "OK"]);
});

it("once whoever set it is forgotten what waits leaves the room, and the next one begins well", async () => {
  const one = await makeRoom();
  const at = one.later();
  const standing = one.request([slot(at)]);
  await one.minute();
  const request = one.request([slot(at + 24 * hour)]);
  await one.minute(false);
  one.world.sample.moveSlot(request.uuid, hour);
  await one.minute(false);
  expect(one.calendar.events.size).toBe(2);
  await forgetPerson(one.world.deps, people.providerOwner.username, "leave");
  await one.minute();
  expect([...one.calendar.events.values()].map(({ start }) => start)).toEqual([at]);
  expect(await one.chooseAs("providerManager", "aurora@rooms.example.edu")).toBe("saved");
  await one.minute();
  expect([one.stateOf(request), one.calendar.events.size]).toEqual(["OK", 2]);
  one.world.sample.terminate(standing.uuid);
  await one.minute();
  expect(one.calendar.events.size).toBe(1);
});

it("what was asked under a retired key is left to people, and what comes later is asked about", async () => {
  const one = await makeRoom();
  const at = one.later();
  const old = one.request([slot(at)]);
  const moved = one.request([slot(at + 24 * hour)]);
  await one.minute(false);
  const { keys } = one.world.deps;
  const ring = parseKeyRing(newKey(randomBytes));
  // Tokens stay readable, as after `reseal`.
  const retired: KeyRing = {
    ...keys,
    ids: ring.ids,
    key: (purpose, id) => (purpose === "invitations" ? ring.key(purpose, id) : keys.key(purpose, keys.ids[0])),
  };
  Object.assign(one.world.deps, { keys: retired });
  one.world.sample.moveSlot(moved.uuid, 2 * hour);
  const over = one.request([slot(at)]);
  const fresh = one.request([slot(at + 48 * hour)]);
  await one.minute();
  await one.minute();
  // The room still has the old event of each.
  expect([old, over, moved, fresh].map(one.stateOf)).toEqual(["Creating", "Creating", "OK", "OK"]);
});

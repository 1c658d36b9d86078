import { expect, it } from "vitest";
import type { Deps } from "../../../src/deps.ts";
import { randomBytes } from "../../../src/lib/random.ts";
import { queueInvitations } from "../../../src/mail/invitation/invite.ts";
import { newKey, parseKeyRing } from "../../../src/security/keys.ts";
import { tick } from "../../../src/tick.ts";
import { requestTo } from "../../waldur-answers.ts";
import { programs } from "../reply/replies.ts";
import { makeInvited, proven } from "./invited.ts";

/** These dependencies, with transactions that wait until they are let through; `there` resolves once one waits. */
function held(deps: Deps) {
  const [gate, arrival] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { sql } = deps;
  const batch: typeof sql.batch = async (statements) => {
    arrival.resolve();
    await gate.promise;
    return sql.batch(statements);
  };
  const port = { run: sql.run.bind(sql), all: sql.all.bind(sql), first: sql.first.bind(sql), batch };
  return { deps: { ...deps, sql: { ...sql, ...port } }, there: arrival.promise, release: () => gate.resolve() };
}

it("of two runs at once, each of which found other times, one is told of", async () => {
  const { world, booking, invitations } = await makeInvited();
  const runs = [];
  for (const later of [3600, 86_400]) {
    world.sample.moveSlot(booking.uuid, later);
    world.wait(60);
    await tick({ ...world.deps, mail: null });
    const { deps, there, release } = held(world.deps);
    runs.push({ done: queueInvitations(deps, () => 1000), release });
    await there;
  }
  for (const { done, release } of runs) {
    release();
    await done;
  }
  const told = [...(await invitations()), ...(await invitations())].map(({ sequence, text }) => ({
    sequence,
    start: /^DTSTART:(.*)$/m.exec(text)?.[1],
  }));
  expect(told.map(({ sequence }) => sequence)).toEqual([1, 2]);
  expect(told[0]?.start).not.toBe(told[1]?.start);
});

it("once a key is gone, what it signed is asked for anew under the next, and nothing waits behind it", async () => {
  const { world, booking, answer, invitation, invitations, receive, state } = await makeInvited();
  const others = [requestTo(world.sample), requestTo(world.sample)];
  expect(await invitations()).toHaveLength(2);
  const ring = parseKeyRing(newKey(randomBytes));
  const { keys } = world.deps;
  // Tokens stay readable, as after `reseal`.
  const key: typeof keys.key = (purpose, id) =>
    purpose === "invitations" ? ring.key(purpose, id) : keys.key(purpose, id === ring.ids[0] ? keys.ids[0] : id);
  Object.assign(world.deps, { keys: { ...keys, ids: ring.ids, key } });
  for (const { uuid } of [booking, ...others]) world.sample.moveSlot(uuid, 3600);
  const later = requestTo(world.sample);
  world.wait(600);
  const told = [...(await invitations()), ...(await invitations())];
  const asked = told.map(({ uid }) => uid.slice(0, 32));
  expect(asked).toEqual(expect.arrayContaining([booking, ...others, later].map(({ uuid }) => uuid)));
  const again = told.find(({ uid }) => uid.startsWith(booking.uuid));
  expect([again?.uid === invitation.uid, again?.organizer === invitation.organizer]).toEqual([false, false]);
  const { uid = "", organizer = "", sequence = 0 } = again ?? {};
  const raw = programs["Gmail"]?.({ ...answer, uid, mailbox: organizer, sequence }) ?? "";
  expect(await receive(proven(raw), { recipients: [organizer] })).toBe("decided");
  expect(state()).toBe("OK");
});

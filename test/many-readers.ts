import { actAsOperator } from "../src/account/find-source.ts";
import { sealedTokenPlace } from "../src/account/client.ts";
import { addFeed } from "../src/feed/commands.ts";
import { newProfile } from "../src/feed/profile.ts";
import { hex } from "../src/security/hash.ts";
import { seal } from "../src/security/seal.ts";
import { addUser, environmentAccount } from "../src/store/accounts/accounts.ts";
import { changeSource } from "../src/store/sources/sources.ts";
import { setColumns } from "./rows.ts";
import { type Fault, makeWorld, type World } from "./world.ts";

/** Milliseconds that a slow Waldur takes for an answer. */
export const slowAnswer = 300;

/** The service over the sample, whose owner is staff: it sees every provider, of which all but two are made up. */
export async function beginAsStaff() {
  const world = await makeWorld({ bookings: 12, config: { nightHours: { from: 0, to: 0 } }, token: "sample-staff" });
  for (const booking of world.sample.bookings) if (booking.slots.length === 0) world.sample.writeSlots(booking.uuid);
  await actAsOperator(world.deps);
  return world;
}

/** Makes sources of providers without bookings, each read and swept at its own time before, with feeds over them. */
export async function addProviders(
  world: World,
  count: number,
  feedsOfEach: number,
  accounts: readonly string[] = [environmentAccount],
) {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const scopeUuid = (0xabc0000 + n).toString(16).padStart(32, "0");
    const list = { kind: "provider", scopeUuid, customerUuid: scopeUuid, name: `Provider ${n}`, partial: "" } as const;
    for (let of = 0; of < feedsOfEach; of += 1) {
      const source = { accountId: accounts[n % accounts.length] ?? environmentAccount, ...list };
      const feed = await addFeed(world.deps, source, newProfile(world.deps.config, list.name, {}), null);
      ids.push(feed.sourceId);
    }
  }
  const nowAt = world.deps.now() / 1000;
  const loaded = { loadedAt: nowAt, freshAt: nowAt, offeringsAt: nowAt, sweptAt: nowAt, sweepId: nowAt };
  const marks = { ordersMicros: nowAt * 1e6, bookingsMicros: nowAt * 1e6 };
  const changes = [...new Set(ids)].map((id) => changeSource(id, { ...loaded, ...marks }));
  await world.deps.sql.batch(changes.filter((change) => change !== null));
  await setColumns(world.deps.sql, "readers", { read_at: nowAt });
  // Somebody reads them: they are due each minute.
  await setColumns(world.deps.sql, "feeds", { used_at: nowAt });
  return [...new Set(ids)];
}

/** Makes accounts that are staff too, with a token that the sample takes. */
export async function addReaders(world: World, count: number): Promise<string[]> {
  const { deps } = world;
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = `reader${n.toString(16).padStart(4, "0")}`;
    const token = await seal(deps.keys, sealedTokenPlace(id), world.sample.tokens.staff, deps.random);
    const user = { uuid: hex(deps.random(16)), username: id, fullName: id, email: "", isStaff: true, roles: [] };
    await addUser(deps.sql, { id, kind: "person", token }, { ...user, tokenLifetime: null, tokenExpiresAt: null }, 0);
    ids.push(id);
  }
  await setColumns(deps.sql, "accounts", { proven_at: deps.now() / 1000 });
  return ids;
}

/** Has the sample, whose tokens are of few people, say of each who asks that it is somebody else. */
export function ownUsers({ sample }: World): Fault {
  let count = 0;
  return async (request) => {
    if (!request.url.includes("/users/me/")) return null;
    const user: unknown = await (await sample.fetch(request)).json();
    count += 1;
    return Response.json({ ...Object(user), uuid: count.toString(16).padStart(32, "0") });
  };
}

/** Has Waldur take that long for each answer, by a clock that stands still meanwhile for nobody: requests overlap. `answer` stands in its place. */
function slowly(world: World, milliseconds: number, answer: Fault = () => null) {
  const waiting: { at: number; wake: () => void }[] = [];
  let now = 0;
  let settled = 0;
  let most = 0;
  const wake = async (): Promise<void> => {
    // Everybody who can go on without Waldur does so first.
    for (let idle = 0; idle < 50; idle += 1) {
      const before = settled;
      await new Promise((resolve) => setImmediate(resolve));
      if (before !== settled || world.asksDatabase()) idle = 0;
    }
    const next = waiting.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    now = next.at;
    for (const one of waiting.splice(0)) {
      if (one.at <= now) one.wake();
      else waiting.push(one);
    }
    if (waiting.length > 0) void wake();
  };
  world.fault(async (request) => {
    settled += 1;
    await new Promise<void>((resolve) => {
      waiting.push({ at: now + milliseconds, wake: resolve });
      most = Math.max(most, waiting.length);
      if (waiting.length === 1) void wake();
    });
    return answer(request);
  });
  return {
    /** Milliseconds that Waldur has taken. */
    elapsed: () => now,
    /** The most requests that waited for an answer at the same time. */
    mostAtOnce: () => most,
  };
}

/**
 * Lives an idle minute of 40 providers that so many accounts read, where Waldur takes `slowAnswer` for each; with `proofs` it is
 * asked of each account who it is. Resolves to the milliseconds for which the run waited, and what it asked.
 */
export async function slowMinute(readers: number, proofs: boolean) {
  const world = await beginAsStaff();
  await addProviders(world, 40, 1, readers === 1 ? [environmentAccount] : await addReaders(world, readers));
  world.wait(60);
  await world.tick();
  world.wait(60);
  if (proofs) await setColumns(world.deps.sql, "accounts", { proven_at: 0 });
  world.requests();
  const slow = slowly(world, slowAnswer, ownUsers(world));
  await world.tick();
  return { elapsed: slow.elapsed(), mostAtOnce: slow.mostAtOnce(), requests: world.requests() };
}

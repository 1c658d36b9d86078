import type { Deps } from "../../src/deps.ts";
import { actAsOperator } from "../../src/account/find-source.ts";
import { sampleWaldur } from "../../src/demo/sample.ts";
import { addFeed } from "../../src/feed/commands.ts";
import { newProfile } from "../../src/feed/profile.ts";
import { openNode } from "../../src/node/open.ts";
import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { listFeeds } from "../../src/store/feeds.ts";
import { changeSource, listSources } from "../../src/store/sources/sources.ts";
import { tick } from "../../src/tick.ts";
import { slowAnswer, slowMinute } from "../many-readers.ts";
import type { Figure } from "./support/figure.ts";
import { makeFolder } from "./support/folder.ts";
import { compare, timed } from "./support/pairs.ts";

const sources = 500;
const feedsOfEach = 10;

/** Counts what a minute costs: of many sources in time, and of many readers at a slow Waldur in answers that they wait for. */
export async function scale(): Promise<Figure[]> {
  return [...(await idleMinute()), ...(await slowMinutes())];
}

/** Counts the answers that 40 providers wait for, one after the other, where Waldur is slow. */
async function slowMinutes(): Promise<Figure[]> {
  const figure = async (name: string, most: number, readers: number, proofs = false): Promise<Figure> => {
    const { elapsed, requests } = await slowMinute(readers, proofs);
    const about = `${elapsed / 1000} s for ${requests.length} requests, 40 providers, ${slowAnswer} ms an answer`;
    return { name: `${name} : one answer`, measured: elapsed / slowAnswer, unit: "×", bound: { most }, about };
  };
  return [
    await figure("slow Waldur, one reader", 10, 1),
    await figure("slow Waldur, 40 readers", 33, 40),
    await figure("the same, asked who they are", 33, 40, true),
  ];
}

/** Times a minute in which nothing happened, of many sources and feeds, beside reading their rows. */
async function idleMinute(): Promise<Figure[]> {
  await using folder = await makeFolder();
  let nowMs = Date.UTC(2027, 0, 4, 9);
  const now = (): number => nowMs;
  const url = "http://sample.waldur.invalid";
  const sample = sampleWaldur({ now, begunAt: nowMs / 1000, bookings: 1, baseUrl: url });
  let requests = 0;
  const fetch = async (request: Request): Promise<Response> => {
    requests += 1;
    return sample.fetch(request);
  };
  const env = { DATA_DIR: folder.path, WALDUR_API_URL: url, WALDUR_API_TOKEN: sample.tokens.staff, NIGHT_HOURS: "0-0" };
  const opened = await openNode(env, { fetch, write: () => undefined });
  try {
    const deps: Deps = { ...opened.deps, now };
    await actAsOperator(deps);
    await addSources(deps);
    const minute = async (): Promise<void> => {
      // Sweeps and names are not part of an idle minute.
      nowMs += 1;
      requests = 0;
      const { sources: read, complete } = await tick(deps);
      if (read.length !== sources || !complete) throw new Error(`of ${sources} sources ${read.length} were read`);
    };
    nowMs += 60_000;
    await minute();
    const floor = async (): Promise<void> => {
      const rows = (await listFeeds(deps.sql)).length + (await listSources(deps.sql)).length;
      if (rows !== sources * (feedsOfEach + 1)) throw new Error(`there are ${rows} rows`);
    };
    const { ratio, ours, theirs } = await compare(9, timed(minute), timed(floor));
    return [
      {
        name: "an idle minute : reading its rows",
        measured: ratio,
        unit: "×",
        bound: { most: 6 },
        about: `${ours.toFixed(0)} ms : ${theirs.toFixed(0)} ms; ${sources} sources, ${sources * feedsOfEach} feeds`,
      },
      { name: "an idle minute: requests", measured: requests, unit: "requests", bound: { most: 3 }, about: "" },
    ];
  } finally {
    await opened.close();
  }
}

/** Makes providers without bookings that were just read, with feeds that somebody reads. */
async function addSources(deps: Deps): Promise<void> {
  const nowAt = deps.now() / 1000;
  for (let n = 0; n < sources; n += 1) {
    const scopeUuid = (n + 1).toString(16).padStart(32, "0");
    const list = { kind: "provider", scopeUuid, customerUuid: scopeUuid, name: `Provider ${n}`, partial: "" } as const;
    for (let of = 0; of < feedsOfEach; of += 1) {
      await addFeed(deps, { accountId: environmentAccount, ...list }, newProfile(deps.config, list.name, {}), null);
    }
  }
  const read = { loadedAt: nowAt, freshAt: nowAt, offeringsAt: nowAt, sweptAt: nowAt, sweepId: nowAt };
  const marks = { ordersMicros: nowAt * 1e6, bookingsMicros: nowAt * 1e6 };
  const changes = (await listSources(deps.sql)).map(({ id }) => changeSource(id, { ...read, ...marks }));
  await deps.sql.batch(changes.filter((change) => change !== null));
  await deps.sql.run("UPDATE readers SET read_at = ?1", nowAt);
  await deps.sql.run("UPDATE feeds SET used_at = ?1", nowAt);
}

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import * as v from "valibot";
import { newKey } from "../../src/security/keys.ts";
import { connectFeed } from "../mirror/connected.ts";

/** Databases of earlier versions, each under the number of its last migration, and beside it what the service then served. */
const folder = join(import.meta.dirname, "../fixtures/databases");

const keptSchema = v.object({
  /** Epoch seconds of the copy. */
  madeAt: v.number(),
  /** The keys it is sealed with, as SECRET_KEYS has them. */
  keys: v.string(),
  /** The UUID of the booking that was accepted. */
  accepted: v.string(),
  /** The id of the target. */
  target: v.string(),
  feeds: v.array(v.object({ path: v.string(), status: v.number(), etag: v.string(), body: v.string() })),
  /** The names and bodies in the mirrored calendar. */
  objects: v.array(v.tuple([v.string(), v.string()])),
});

type Kept = v.InferOutput<typeof keptSchema>;

/** Returns the numbers of the databases that are kept. */
export async function listKept(): Promise<string[]> {
  return (await readdir(folder)).flatMap((name) => /^(\d+)\.json\.gz$/.exec(name)?.[1] ?? []).toSorted();
}

/** Writes a kept database to a file, and returns what was served of it. */
export async function unpackKept(number: string, to: string): Promise<Kept> {
  await writeFile(to, gunzipSync(await readFile(join(folder, `${number}.sqlite.gz`))));
  const text = gunzipSync(await readFile(join(folder, `${number}.json.gz`))).toString();
  return v.parse(keptSchema, JSON.parse(text));
}

/** Keeps a database of this version: a mirrored feed with links, a busy one, one with a new address, and a decision. */
export async function keepDatabase(scratch: string): Promise<void> {
  const keys = newKey((bytes) => Uint8Array.from({ length: bytes }, (_, index) => index));
  const { world, caldav, feedId, api, id } = await connectFeed({}, {}, { decisions: "signed" }, { keys });
  const busy = await world.addFeed({ detail: "busy", language: "et" });
  const rotated = await world.addFeed();
  await world.tick();
  const ended = await world.address(rotated);
  await api("POST", `/feeds/${rotated.id}/rotate`);
  const { json } = await api("GET", "/bookings?state=Creating");
  const accepted = String(json.bookings[0].uuid);
  await api("POST", `/bookings/${accepted}/accept`);
  for (let turn = 0; turn < 3; turn += 1) {
    world.wait(600);
    await world.tick();
  }
  const addresses = [
    await world.address(await world.feed(feedId)),
    await world.address(busy),
    await world.address(rotated),
  ];
  const feeds: Kept["feeds"] = [];
  for (const address of [...addresses, ended]) {
    const response = await world.get(address);
    const etag = response.headers.get("ETag") ?? "";
    feeds.push({ path: new URL(address).pathname, status: response.status, etag, body: await response.text() });
  }
  const file = join(scratch, "kept.sqlite");
  await world.deps.sql.all("VACUUM INTO ?1", file);
  const [last] = await world.deps.sql.all("SELECT max(name) AS name FROM d1_migrations");
  const number = String(last?.["name"]).split("_")[0] ?? "";
  const kept: Kept = {
    madeAt: world.clock.ms / 1000,
    keys,
    accepted,
    target: id,
    feeds,
    objects: [...caldav.bodies()],
  };
  await writeFile(join(folder, `${number}.sqlite.gz`), gzipSync(await readFile(file), { level: 9 }));
  await writeFile(join(folder, `${number}.json.gz`), gzipSync(JSON.stringify(kept), { level: 9 }));
}

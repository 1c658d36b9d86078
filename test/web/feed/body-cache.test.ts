import { describe, expect, it } from "vitest";
import { makeBodyCache } from "../../../src/web/feed/body-cache.ts";
import { honestWork, makeServed } from "./served.ts";

const bodyOf = (bytes: number) => ({ bytes: new Uint8Array(bytes), gzip: false, plainBytes: bytes, events: 1 });

describe("bodies kept in the process", () => {
  it("fit in the bytes allowed: those used longest ago go first, one that is too large is not kept", () => {
    const bodies = makeBodyCache();
    for (const key of ["a", "b", "c"]) bodies.set(key, bodyOf(30), 100);
    bodies.get("a");
    bodies.set("d", bodyOf(30), 100);
    expect(["a", "b", "c", "d"].filter((key) => bodies.get(key) !== undefined)).toEqual(["a", "c", "d"]);
    bodies.set("e", bodyOf(101), 100);
    expect([bodies.get("e"), bodies.size]).toEqual([undefined, 90]);
    bodies.set("a", bodyOf(10), 100);
    expect(bodies.size).toBe(70);
  });

  it.each([
    [33_554_432, 1],
    [0, 3],
  ])("are as many as FEED_CACHE_BYTES says: with %i, three requests join %i times", async (feedCacheBytes, times) => {
    let joined = 0;
    const { ask } = await makeServed({
      work: { join: (feed, vevents) => ((joined += 1), honestWork.join(feed, vevents)) },
      deps: (deps) => ({ ...deps, config: { ...deps.config, feedCacheBytes } }),
    });
    const texts = [];
    for (let n = 0; n < 3; n += 1) texts.push(await (await ask()).text());
    expect(new Set(texts).size).toBe(1);
    expect(joined).toBe(times);
  });

  it("answer in gzip from the packed body alone, when the plain one found no room", async () => {
    let joined = 0;
    const { ask } = await makeServed({
      work: { join: (feed, vevents) => ((joined += 1), honestWork.join(feed, vevents)) },
      // Room for the packed body, not for the plain one.
      deps: (deps) => ({ ...deps, config: { ...deps.config, feedCacheBytes: 700 } }),
    });
    const headers = { "Accept-Encoding": "gzip", "User-Agent": "Thunderbird" };
    const first = await ask(headers);
    const plain = await (await ask()).text();
    expect([first.headers.get("Content-Encoding"), plain.length > 700, joined]).toEqual(["gzip", true, 2]);
    const second = await ask(headers);
    expect([second.headers.get("Content-Encoding"), joined]).toEqual(["gzip", 2]);
    expect(await second.bytes()).toEqual(await first.bytes());
  });
});

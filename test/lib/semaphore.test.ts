import { describe, expect, it } from "vitest";
import { makeSemaphore } from "../../src/lib/semaphore.ts";
import { defaultConfig } from "../../src/config/config.ts";
import { guardedFetch } from "../../src/mirror/connect/guarded.ts";

const kilobytes = 64;
const chunk = new Uint8Array(kilobytes * 1024).fill(0x20);

/** A server whose answers have this many bytes each, and how many of them were taken from it and not yet read to the end. */
function makeServer(bytes: number) {
  const counts = { underWay: 0, most: 0 };
  const outside = async (): Promise<Response> => {
    let left = bytes;
    let taken = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left <= 0) {
          counts.underWay -= taken;
          controller.close();
          return;
        }
        left -= chunk.byteLength;
        taken += chunk.byteLength;
        counts.underWay += chunk.byteLength;
        counts.most = Math.max(counts.most, counts.underWay);
        controller.enqueue(chunk);
      },
    });
    return new Response(body, { status: 207 });
  };
  return { outside, counts };
}

const asked = (n: number, milliseconds = 60_000) => ({
  url: `https://dav${n}.example.org/`,
  method: "REPORT",
  headers: new Headers(),
  body: "",
  milliseconds,
  mostBytes: 10 * 1024 * 1024,
});

describe("answers of many servers at once", () => {
  it("are never under way with more than four large ones, whatever the number of targets", async () => {
    const each = 8 * 1024 * 1024;
    const { outside, counts } = makeServer(each);
    const config = { ...defaultConfig };
    const deadline = (): AbortSignal => new AbortController().signal;
    const answers = await Promise.all(
      // Each target opens its calendar by itself.
      Array.from({ length: 24 }, async (_, n) => guardedFetch({ outside, deadline, config })(asked(n), null)),
    );
    expect(answers.map((one) => ("text" in one ? one.text.length : 0))).toEqual(Array.from(answers, () => each));
    // Besides, each may hold 256 kB, and what its stream has ready.
    expect(counts.most).toBeLessThanOrEqual(4 * each + 24 * (256 + 2 * kilobytes) * 1024);
    expect(counts.most).toBeGreaterThan(3 * each);
  });

  it("that are small wait for none that hangs", async () => {
    const config = { ...defaultConfig };
    const end = new AbortController();
    const hangs = async (): Promise<Response> => {
      let sent = 0;
      return new Response(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            if ((sent += 1) > 8) return new Promise(() => undefined);
            controller.enqueue(chunk);
            return undefined;
          },
        }),
      );
    };
    const deadline = (milliseconds: number): AbortSignal =>
      milliseconds === 1 ? end.signal : new AbortController().signal;
    const hung = Array.from({ length: 6 }, async (_, n) =>
      guardedFetch({ outside: hangs, deadline, config })(asked(n, 1), null),
    );
    const small = makeServer(200 * 1024);
    const answer = await guardedFetch({ outside: small.outside, deadline, config })(asked(9), null);
    expect("text" in answer && answer.text.length).toBeGreaterThan(200 * 1024);
    end.abort(new DOMException("over", "TimeoutError"));
    expect(await Promise.all(hung)).toMatchObject(Array.from(hung, () => ({ failed: "timeout" })));
    // Their places are free again.
    const large = makeServer(1024 * 1024);
    const later = await guardedFetch({ outside: large.outside, deadline, config })(asked(10), null);
    expect("text" in later && later.text.length).toBe(1024 * 1024);
  });
});

describe("a semaphore", () => {
  it("gives its places in turn, and none to those who no longer wait", async () => {
    const semaphore = makeSemaphore(1);
    const still = new AbortController().signal;
    const over = new AbortController();
    const order: string[] = [];
    await semaphore.acquire(still);
    const first = semaphore.acquire(over.signal).catch(() => order.push("gone"));
    const second = semaphore.acquire(still).then(() => order.push("second"));
    const third = semaphore.acquire(still).then(() => order.push("third"));
    over.abort();
    await first;
    semaphore.release();
    await second;
    expect(order).toEqual(["gone", "second"]);
    semaphore.release();
    await third;
    semaphore.release();
    await semaphore.acquire(still);
    await expect(semaphore.acquire(over.signal)).rejects.toThrow();
  });
});

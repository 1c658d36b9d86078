import * as v from "valibot";
import { startChild } from "./support/child.ts";
import { path } from "./support/feed.ts";
import type { Figure } from "./support/figure.ts";
import { makeFolder } from "./support/folder.ts";
import { type Asked, load } from "./load.ts";
import { compare } from "./support/pairs.ts";

const wholeAtOnce = 80;
const unchangedAtOnce = 1200;

/**
 * Times the GET of a feed that was read before, and its 304, over a real server on the loopback. Requests are counted per
 * second of the server's processor time, so that other work on the machine does not count.
 */
export async function warm(): Promise<Figure[]> {
  await using folder = await makeFolder();
  const server = await startChild(v.object({ port: v.number() }), "server", folder.path);
  try {
    const { port } = server.message;
    const etag = (await fetch(`http://127.0.0.1:${port}${path}`, { method: "HEAD" })).headers.get("ETag") ?? "";
    const headers = { "If-None-Match": etag };
    const used = async (): Promise<number> => Number(await (await fetch(`http://127.0.0.1:${port}/processor`)).text());
    const spent = (asked: Asked, requests: number) => async () => {
      const before = await used();
      await load(asked, requests);
      return (await used()) - before;
    };
    const whole = (at: string) => spent({ port, path: at, status: 200 }, wholeAtOnce);
    const unchanged = (at: string) => spent({ port, path: at, headers, status: 304 }, unchangedAtOnce);
    const select = await compare(61, unchanged(path), unchanged("/unchanged-with-select"));
    const bare = await compare(61, unchanged(path), unchanged("/unchanged"));
    // Last: a long request needs few repetitions, too few for the code to be compiled.
    const get = await compare(121, whole(path), whole("/constant"), 12);
    const rate = (count: number, ms: number): string => `${Math.round((count / ms) * 1000)}/s`;
    return [
      {
        name: "warm GET : the same bytes from a constant",
        measured: 1 / get.ratio,
        unit: "×",
        bound: { least: 0.9 },
        about: `${rate(wholeAtOnce, get.ours)} : ${rate(wholeAtOnce, get.theirs)}`,
      },
      {
        name: "304 : a route with one SELECT, one log line",
        measured: 1 / select.ratio,
        unit: "×",
        bound: { least: 0.8 },
        about: `${rate(unchangedAtOnce, select.ours)} : ${rate(unchangedAtOnce, select.theirs)}`,
      },
      {
        name: "304 : a bare route",
        measured: 1 / bare.ratio,
        unit: "×",
        bound: { least: 0.4 },
        about: `${rate(unchangedAtOnce, bare.ours)} : ${rate(unchangedAtOnce, bare.theirs)}`,
      },
    ];
  } finally {
    await server.stop();
  }
}

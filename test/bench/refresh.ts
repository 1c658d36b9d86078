import type { Deps, Fetch } from "../../src/deps.ts";
import { sampleWaldur } from "../../src/demo/sample.ts";
import { openNode } from "../../src/node/open.ts";
import { makeFirstFeeds } from "../../src/feed/first-start.ts";
import { tick } from "../../src/tick.ts";
import { readSlim } from "../../src/waldur/schema.ts";
import type { Figure } from "./support/figure.ts";
import { makeFolder } from "./support/folder.ts";
import { compare, timed } from "./support/pairs.ts";
import { bigWaldur } from "./support/waldur.ts";

const bookings = 10_000;

/**
 * Opens the program under these settings over a source of unchanged bookings, with Waldur's responses ready in memory. `sweep`
 * reads it whole; `texts` are the responses by address.
 */
export async function openUnchanged(settings: Readonly<Record<string, string>>) {
  const nowMs = Date.UTC(2027, 0, 4, 9);
  const now = (): number => nowMs;
  const url = "http://sample.waldur.invalid";
  const sample = sampleWaldur({ now, begunAt: nowMs / 1000, bookings: 1, baseUrl: url });
  const { fetch, texts } = remember(bigWaldur(bookings, nowMs / 1000, url));
  const env = { ...settings, WALDUR_API_URL: url, WALDUR_API_TOKEN: sample.tokens.providerOwner };
  const opened = await openNode(env, { fetch, write: () => undefined });
  const deps: Deps = { ...opened.deps, now };
  await makeFirstFeeds(deps);
  await tick(deps);
  return {
    texts,
    close: opened.close,
    sweep: async (): Promise<void> => {
      const { sources } = await tick(deps, { sweepSince: Number.MAX_SAFE_INTEGER });
      const [report] = sources;
      if (report === undefined || report.failure !== "" || report.added + report.changed + report.removed > 0)
        throw new Error(`the refresh did not find everything unchanged: ${JSON.stringify(sources)}`);
    },
  };
}

/** Times a full sweep over unchanged bookings. */
export async function refresh(): Promise<Figure[]> {
  await using folder = await makeFolder();
  const { texts, sweep, close } = await openUnchanged({ DATA_DIR: folder.path });
  try {
    texts.clear();
    await sweep();
    const pages = [...texts].filter(([asked]) => isPage(asked)).map(([, text]) => text);
    const validate = (): void => {
      let rows = 0;
      for (const page of pages) {
        const list: unknown = JSON.parse(page);
        for (const row of Array.isArray(list) ? list : []) if ("value" in readSlim(row)) rows += 1;
      }
      if (rows !== bookings) throw new Error(`the pages hold ${rows} bookings`);
    };
    const { ratio, ours, theirs } = await compare(9, timed(sweep), timed(validate));
    return [
      {
        name: "refresh, unchanged : parsing its pages",
        measured: ratio,
        unit: "×",
        bound: { most: 3 },
        about: `${ours.toFixed(0)} ms : ${theirs.toFixed(0)} ms; ${bookings} bookings, ${pages.length} pages`,
      },
    ];
  } finally {
    await close();
  }
}

/** Returns true for a page of a sweep, which lists all bookings, neither changed nor open ones alone. */
function isPage(asked: string): boolean {
  return asked.includes("/booking-resources/?") && !/[?&](?:modified|state)=/.test(asked);
}

/** Repeats responses from memory, so that only the first request for each costs Waldur's part. */
function remember(ask: Fetch): { readonly fetch: Fetch; readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  const given = new Map<string, { bytes: ArrayBuffer; headers: Headers; status: number }>();
  return {
    texts,
    async fetch(request) {
      let answer = given.get(request.url);
      if (answer === undefined) {
        const response = await ask(request);
        answer = { bytes: await response.arrayBuffer(), headers: response.headers, status: response.status };
        given.set(request.url, answer);
        texts.set(request.url, new TextDecoder().decode(answer.bytes));
      }
      return new Response(answer.bytes, answer);
    },
  };
}

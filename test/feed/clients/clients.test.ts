import { describe, expect, it } from "vitest";
import type { Client, FetchFeed } from "./client.ts";
import { Evolution } from "./evolution.ts";
import { Google, isAllowed } from "./google.ts";
import { clients, shown } from "./index.ts";
import { Kde } from "./kde.ts";
import { Nextcloud } from "./nextcloud.ts";
import { Thunderbird } from "./thunderbird.ts";
import { Vdirsyncer } from "./vdirsyncer.ts";

const url = "https://calendar.example/f/secret/feed.ics";

interface Written {
  readonly uid: string;
  readonly summary?: string;
  readonly status?: string;
  readonly sequence?: number;
  readonly modified?: number;
  readonly stamp?: number;
  readonly extra?: string;
  readonly start?: string;
}

const time = (n: number): string => `20270101T0000${String(n).padStart(2, "0")}Z`;

function feedOf(events: readonly Written[], lineEnd = "\r\n"): string {
  const vevents = events.flatMap((event) => [
    "BEGIN:VEVENT",
    `UID:${event.uid}`,
    `DTSTAMP:${time(event.stamp ?? 0)}`,
    `LAST-MODIFIED:${time(event.modified ?? 0)}`,
    `SEQUENCE:${event.sequence ?? 0}`,
    ...(event.start === "" ? [] : [`DTSTART:${event.start ?? "20270301T100000Z"}`]),
    "DTEND:20270301T110000Z",
    `SUMMARY:${event.summary ?? event.uid}`,
    `STATUS:${event.status ?? "CONFIRMED"}`,
    ...(event.extra === undefined ? [] : [event.extra]),
    "END:VEVENT",
  ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", ...vevents, "END:VCALENDAR", ""].join(lineEnd);
}

/** A server of one body with a strong ETag, as good as we want ours to be. */
function serve(body: string): FetchFeed {
  const etag = `"${body.length}-${Array.from(body).reduce((sum, letter, at) => (sum * 31 + letter.charCodeAt(0) + at) % 1e9, 7)}"`;
  return async (request) => {
    if (request.url !== url) return new Response(null, { status: 404 });
    if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
    if (request.headers.get("If-None-Match") === etag)
      return new Response(null, { status: 304, headers: { ETag: etag } });
    return new Response(request.method === "HEAD" ? null : body, {
      headers: { ETag: etag, "Content-Type": "text/calendar; charset=utf-8" },
    });
  };
}

const answerAll =
  (status: number, body: BodyInit | null, headers: HeadersInit = {}): FetchFeed =>
  async () =>
    new Response(body, { status, headers });

const titles = (client: Client): string[] => [...shown(client).values()].map((event) => event.summary).toSorted();

async function subscribed(make: new (url: string) => Client, body: string): Promise<Client> {
  const client = new make(url);
  await client.refresh(serve(body));
  return client;
}

const two = [{ uid: "a", summary: "Old" }, { uid: "b" }];

describe.each(clients.map((make) => ({ name: new make(url).name, make })))("$name", ({ make }) => {
  it("shows a feed, and the same after the same bytes", async () => {
    const client = await subscribed(make, feedOf(two));
    const { writes } = client;
    await client.refresh(serve(feedOf(two)));
    expect(shown(client).get("a")).toEqual({
      summary: "Old",
      status: "CONFIRMED",
      start: "20270301T100000Z",
      end: "20270301T110000Z",
    });
    expect(titles(client)).toEqual(["Old", "b"]);
    expect(client.writes).toBe(writes);
  });

  it("follows a change that raises SEQUENCE, DTSTAMP and LAST-MODIFIED", async () => {
    const client = await subscribed(make, feedOf(two));
    const changed = [{ uid: "a", summary: "New", sequence: 1, modified: 1, stamp: 1 }, { uid: "b" }];
    await client.refresh(serve(feedOf(changed)));
    expect(titles(client)).toEqual(["New", "b"]);
  });

  it("follows an acceptance and a cancellation", async () => {
    const client = await subscribed(make, feedOf([{ uid: "a", status: "TENTATIVE" }]));
    const raised = { sequence: 1, modified: 1, stamp: 1 };
    await client.refresh(serve(feedOf([{ uid: "a", status: "CONFIRMED", ...raised }])));
    expect(shown(client).get("a")?.status).toBe("CONFIRMED");
    await client.refresh(serve(feedOf([{ uid: "a", status: "CANCELLED", sequence: 2, modified: 2, stamp: 2 }])));
    expect(shown(client).get("a")?.status).toBe(client.hidesCancelled ? undefined : "CANCELLED");
    await client.refresh(serve(feedOf([{ uid: "a", status: "CONFIRMED", sequence: 3, modified: 3, stamp: 3 }])));
    expect(shown(client).get("a")?.status).toBe("CONFIRMED");
  });

  it("drops what is absent and takes it back unchanged", async () => {
    const client = await subscribed(make, feedOf(two));
    await client.refresh(serve(feedOf([{ uid: "b" }])));
    expect(titles(client)).toEqual(["b"]);
    await client.refresh(serve(feedOf(two)));
    expect(titles(client)).toEqual(["Old", "b"]);
  });

  it("keeps what it has while there is no network, and at a 404", async () => {
    const client = await subscribed(make, feedOf(two));
    await client.refresh(async () => Promise.reject(new TypeError("reset")));
    await client.refresh(answerAll(404, "no"));
    expect(titles(client)).toEqual(["Old", "b"]);
    await client.refresh(serve(feedOf([{ uid: "b" }])));
    expect(titles(client)).toEqual(["b"]);
  });

  it("follows redirects and asks the old address again", async () => {
    const asked: string[] = [];
    const client = new make(url);
    const moved: FetchFeed = async (request) => {
      asked.push(request.url);
      if (request.url === url) return new Response(null, { status: 308, headers: { Location: "/elsewhere.ics" } });
      return request.url.endsWith("/elsewhere.ics") ? new Response(feedOf(two)) : new Response(null, { status: 404 });
    };
    await client.refresh(moved);
    asked.length = 0;
    await client.refresh(moved);
    expect(titles(client)).toEqual(["Old", "b"]);
    expect(asked).toContain(url);
  });
});

describe("a change whose revision fields stand still or move one at a time", () => {
  const cases: readonly [what: string, fields: Partial<Written>, missedBy: readonly string[]][] = [
    ["none", {}, ["Evolution", "Google", "ICSx5"]],
    ["DTSTAMP only", { stamp: 1 }, ["Google", "ICSx5"]],
    ["SEQUENCE only", { sequence: 1 }, ["ICSx5"]],
    ["LAST-MODIFIED only", { modified: 1 }, []],
  ];
  it.each(cases)("%s", async (_, fields, missedBy) => {
    const missed: string[] = [];
    for (const make of clients) {
      const client = await subscribed(make, feedOf(two));
      await client.refresh(serve(feedOf([{ uid: "a", summary: "New", ...fields }, { uid: "b" }])));
      if (!titles(client).includes("New")) missed.push(client.name);
    }
    expect(missed).toEqual(missedBy);
  });
});

describe("what a fault does to the programs that were watched", () => {
  const kept = ["Old", "b"];
  const watched = { Evolution, Thunderbird, vdirsyncer: Vdirsyncer, KDE: Kde };
  const text = feedOf(two);
  const half = text.slice(0, text.indexOf("UID:b"));
  type Effect = "kept" | "emptied" | "dark" | "kept, stuck" | "taken";
  const faults: readonly [what: string, fault: FetchFeed, ...effects: [Effect, Effect, Effect, Effect]][] = [
    ["500", answerAll(500, "oops"), "kept", "dark", "kept", "kept, stuck"],
    ["503", answerAll(503, "oops"), "kept", "dark", "kept", "kept, stuck"],
    ["429", answerAll(429, "slow"), "kept", "dark", "kept", "kept"],
    ["403", answerAll(403, "no"), "kept", "dark", "kept", "kept"],
    ["410", answerAll(410, "gone"), "kept", "dark", "kept", "kept"],
    ["304 unasked", answerAll(304, null), "kept", "kept", "kept", "emptied"],
    ["204", answerAll(204, null), "emptied", "emptied", "kept", "kept"],
    ["200 of no bytes", answerAll(200, ""), "emptied", "emptied", "kept", "emptied"],
    ["a calendar of nothing", answerAll(200, feedOf([])), "kept", "emptied", "kept", "emptied"],
    ["HTML", answerAll(200, "<html></html>"), "emptied", "emptied", "kept", "kept"],
    ["half a body, its length right", answerAll(200, half), "emptied", "emptied", "kept", "kept"],
    ["half a body, cut", answerAll(200, half, { "Content-Length": "9999" }), "emptied", "kept", "kept", "kept"],
    [
      "an event without DTSTART",
      answerAll(200, feedOf([...two, { uid: "c", start: "" }])),
      "taken",
      "emptied",
      "taken",
      "taken",
    ],
    [
      "a line without colon",
      answerAll(200, feedOf([...two, { uid: "c", extra: "NONSENSE" }])),
      "taken",
      "emptied",
      "taken",
      "taken",
    ],
    ["LF line ends", answerAll(200, feedOf([...two, { uid: "c" }], "\n")), "taken", "taken", "taken", "taken"],
    ["a byte order mark", answerAll(200, `\uFEFF${feedOf([...two, { uid: "c" }])}`), "taken", "taken", "kept", "taken"],
  ];
  const seenAs: Record<Effect, string[]> = { kept, "kept, stuck": kept, emptied: [], dark: [], taken: [...kept, "c"] };

  it.each(faults)("%s", async (_, fault, ...effects) => {
    for (const [at, make] of Object.values(watched).entries()) {
      const client = await subscribed(make, text);
      await client.refresh(fault);
      const effect = effects[at] ?? "kept";
      expect([client.name, titles(client)]).toEqual([client.name, seenAs[effect]]);
      expect(client.stuck !== null).toBe(effect === "dark" || effect === "kept, stuck");
      await client.refresh(serve(feedOf([{ uid: "d" }])));
      if (client.stuck === null) expect(titles(client)).toEqual(["d"]);
      else expect(titles(client)).toEqual(seenAs[effect]);
    }
  });

  it("a start anew repairs Thunderbird after a 500 but not after a 410, and KDE", async () => {
    const ends: string[][] = [];
    for (const [make, status] of [
      [Thunderbird, 500],
      [Thunderbird, 410],
      [Kde, 500],
    ] as const) {
      const client = await subscribed(make, text);
      await client.refresh(answerAll(status, ""));
      client.restart();
      await client.refresh(serve(feedOf([{ uid: "d" }])));
      ends.push(titles(client));
    }
    expect(ends).toEqual([["d"], [], ["d"]]);
  });

  it("gzip to all is lost on KDE, which did not ask", async () => {
    const packed = new Blob([feedOf([{ uid: "d" }])]).stream().pipeThrough(new CompressionStream("gzip"));
    const bytes = await new Response(packed).arrayBuffer();
    const seen: string[][] = [];
    for (const make of Object.values(watched)) {
      const client = await subscribed(make, text);
      await client.refresh(answerAll(200, bytes, { "Content-Encoding": "gzip" }));
      seen.push(titles(client));
    }
    expect(seen).toEqual([["d"], ["d"], ["d"], kept]);
  });
});

describe("what they ask", () => {
  async function requestsOf(make: new (url: string) => Client, refreshes: number): Promise<Request[]> {
    const requests: Request[] = [];
    const client = new make(url);
    for (let n = 0; n < refreshes; n++) {
      requests.length = 0;
      await client.refresh(async (request) => {
        requests.push(request);
        return serve(feedOf(two))(request);
      });
    }
    return requests;
  }

  it("Thunderbird tries HEAD and PROPFIND when the feed is added, then asks conditionally", async () => {
    const adding = await requestsOf(Thunderbird, 1);
    expect(adding.map(({ method }) => method)).toEqual(["HEAD", "PROPFIND", "PROPFIND", "PROPFIND", "GET"]);
    const later = await requestsOf(Thunderbird, 2);
    expect(later.map((request) => request.headers.has("If-None-Match"))).toEqual([true]);
  });

  it("Thunderbird falls back to GET where HEAD is refused", async () => {
    const client = new Thunderbird(url);
    await client.refresh(async (request) =>
      request.method === "HEAD" ? new Response(null, { status: 405 }) : serve(feedOf(two))(request),
    );
    expect(titles(client)).toEqual(["Old", "b"]);
  });

  it("Evolution asks twice for each 304; Google and Evolution name no type; KDE prefers HTML", async () => {
    expect(await requestsOf(Evolution, 2)).toHaveLength(2);
    const [evolution] = await requestsOf(Evolution, 1);
    const google = (await requestsOf(Google, 1)).at(-1);
    const [kde] = await requestsOf(Kde, 1);
    expect(evolution?.headers.has("Accept")).toBe(false);
    expect(google?.headers.has("Accept")).toBe(false);
    expect(kde?.headers.get("Accept")).toMatch(/^text\/html/);
  });

  it("Evolution asks for a password at 401 and 403", async () => {
    const client = new Evolution(url);
    await client.refresh(answerAll(401, ""));
    await client.refresh(answerAll(403, ""));
    expect(client.prompts).toBe(2);
  });
});

describe("limits", () => {
  it("Google takes no address over 256 characters, nothing that robots.txt closes, and no more than it can hold", async () => {
    const long = new Google(`https://calendar.example/f/${"s".repeat(256)}/feed.ics`);
    await long.refresh(answerAll(200, feedOf(two)));
    expect(titles(long)).toEqual([]);

    const closed = new Google(url);
    const robots = answerAll(200, "User-agent: *\nDisallow: /\n");
    await closed.refresh((request) =>
      request.url.endsWith("/robots.txt") ? robots(request) : serve(feedOf(two))(request),
    );
    expect(titles(closed)).toEqual([]);

    const full = new Google(url);
    await full.refresh(serve(feedOf(Array.from({ length: 1200 }, (_, n) => ({ uid: `u${n}` })))));
    expect(shown(full).size).toBe(1100);
  });

  it("reads the longest rule of a robots.txt", () => {
    expect(isAllowed("User-agent: *\nAllow: /f/\nDisallow: /\n", "/f/x/y.ics")).toBe(true);
    expect(isAllowed("User-agent: *\nAllow: /f/\nDisallow: /\n", "/a/x")).toBe(false);
    expect(isAllowed("", "/a/x")).toBe(true);
  });

  it("Nextcloud takes no LF line ends, no UID with a slash and none over 512 bytes", async () => {
    const client = await subscribed(Nextcloud, feedOf([{ uid: "a/b" }, { uid: "u".repeat(513) }, { uid: "c" }]));
    expect(titles(client)).toEqual(["c"]);
    await client.refresh(serve(feedOf(two, "\n")));
    expect(titles(client)).toEqual(["c"]);
  });

  it("Nextcloud rewrites an event at each poll whose DTSTAMP is the time of the request", async () => {
    const client = await subscribed(Nextcloud, feedOf([{ uid: "a", stamp: 1 }]));
    await client.refresh(serve(feedOf([{ uid: "a", stamp: 2 }])));
    expect(client.writes).toBe(2);
  });

  it("vdirsyncer takes two events that differ in nothing but UID for one", async () => {
    const client = await subscribed(
      Vdirsyncer,
      feedOf([
        { uid: "a", summary: "Busy" },
        { uid: "b", summary: "Busy" },
      ]),
    );
    expect(shown(client).size).toBe(1);
  });
});

import type { ReadEvent } from "./read.ts";

export type FetchFeed = (request: Request) => Promise<Response>;

/** An event as the person in front of the program sees it; times as written in the feed. */
export interface Shown {
  readonly summary: string;
  readonly status: string;
  readonly start: string;
  readonly end: string;
}

/** A calendar program subscribed to one address. */
export interface Client {
  readonly name: string;
  /** It never shows an event whose STATUS is CANCELLED. */
  readonly hidesCancelled: boolean;
  /** The reason why it does not poll any more; null while it does. */
  readonly stuck: string | null;
  /** Number of events it has written to its own store so far. */
  readonly writes: number;
  /** One poll; never rejects. */
  refresh(fetchFeed: FetchFeed): Promise<void>;
  /** The events it shows, by its own identity of an event. */
  events(): ReadonlyMap<string, ReadEvent>;
  /** The person quits it and starts it again. */
  restart(): void;
}

/** An answer as far as clients look at it. */
export interface Answer {
  readonly status: number;
  /** Null when the body is in a coding that was not asked for. */
  readonly text: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Fewer bytes came than Content-Length said. */
  readonly cut: boolean;
}

/** One request, redirects followed at most five times. Null: the network failed. */
export async function ask(
  fetchFeed: FetchFeed,
  url: string,
  headers: Readonly<Record<string, string>>,
  method = "GET",
): Promise<Answer | null> {
  try {
    let at = url;
    for (let hop = 0; hop <= 5; hop++) {
      const response = await fetchFeed(new Request(at, { method, headers, redirect: "manual" }));
      const location = response.headers.get("Location");
      if (location !== null && [301, 302, 307, 308].includes(response.status)) at = new URL(location, at).href;
      else return await readAnswer(response, headers["Accept-Encoding"] ?? "", method);
    }
    return null;
  } catch {
    return null;
  }
}

async function readAnswer(response: Response, asked: string, method: string): Promise<Answer> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = response.headers.get("Content-Length");
  const plain = response.headers.get("Content-Encoding") === null;
  return {
    status: response.status,
    text: await decode(bytes, asked.includes("gzip")),
    etag: response.headers.get("ETag"),
    lastModified: response.headers.get("Last-Modified"),
    cut: method === "GET" && plain && length !== null && Number(length) > bytes.byteLength,
  };
}

async function decode(bytes: Uint8Array<ArrayBuffer>, readsGzip: boolean): Promise<string | null> {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (packed && !readsGzip) return null;
  const plain = packed
    ? await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
    : bytes;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(plain);
}

/** Events by UID; of two with the same one the last. */
export function byUid(events: readonly ReadEvent[]): Map<string, ReadEvent> {
  return new Map(events.map((event) => [event.uid, event]));
}

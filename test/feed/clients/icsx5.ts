import { ask, type Client, type FetchFeed } from "./client.ts";
import { readCalendar, type ReadEvent } from "./read.ts";

/** ICSx5 on Android: a known event is rewritten only when its LAST-MODIFIED grew, or is absent. */
export class Icsx5 implements Client {
  readonly name = "ICSx5";
  readonly hidesCancelled = false;
  readonly stuck = null;
  writes = 0;
  readonly #url: string;
  readonly #events = new Map<string, ReadEvent>();
  #etag: string | null = null;
  #lastModified: string | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  async refresh(fetchFeed: FetchFeed): Promise<void> {
    const answer = await ask(fetchFeed, this.#url, {
      "User-Agent": "ICSx5/2.4 (ical4j/3.2 okhttp/4.12) Android/15",
      Accept: "text/calendar, */*;q=0.9",
      "Accept-Encoding": "gzip",
      ...(this.#etag !== null && { "If-None-Match": this.#etag }),
      ...(this.#lastModified !== null && { "If-Modified-Since": this.#lastModified }),
    });
    if (answer?.status !== 200 || answer.text === null || answer.cut) return;
    const calendar = readCalendar(answer.text);
    if (calendar === null || !calendar.whole || calendar.broken) return;
    const seen = new Set<string>();
    for (const event of calendar.events) {
      seen.add(event.uid);
      const known = this.#events.get(event.uid);
      if (known !== undefined && event.lastModified !== "" && event.lastModified <= known.lastModified) continue;
      this.#events.set(event.uid, event);
      this.writes++;
    }
    for (const uid of this.#events.keys()) if (!seen.has(uid)) this.#events.delete(uid);
    this.#etag = answer.etag;
    this.#lastModified = answer.lastModified;
  }

  events(): ReadonlyMap<string, ReadEvent> {
    return this.#events;
  }

  restart(): void {}
}

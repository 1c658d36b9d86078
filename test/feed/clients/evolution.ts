import { ask, type Client, type FetchFeed } from "./client.ts";
import { readCalendar, type ReadEvent } from "./read.ts";

/**
 * Evolution and GNOME Calendar: an event changed when DTSTAMP, LAST-MODIFIED and SEQUENCE together did, whatever its text
 * says; a feed without events leaves the old ones; anything else that is no calendar empties it.
 */
export class Evolution implements Client {
  readonly name = "Evolution";
  readonly hidesCancelled = false;
  readonly stuck = null;
  writes = 0;
  /** Number of times that it asked for a password. */
  prompts = 0;
  readonly #url: string;
  readonly #events = new Map<string, ReadEvent>();
  #etag: string | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  async refresh(fetchFeed: FetchFeed): Promise<void> {
    const first = await this.#get(fetchFeed);
    // It asks once more after each 304.
    const answer = first?.status === 304 ? await this.#get(fetchFeed) : first;
    if (answer === null || answer.status === 304) return;
    if (answer.status === 401 || answer.status === 403) this.prompts++;
    if (answer.status >= 300) return;
    if (answer.etag !== null) this.#etag = answer.etag;
    const calendar = answer.text === null ? null : readCalendar(answer.text);
    if (calendar === null || !calendar.whole || answer.cut) {
      this.#events.clear();
      return;
    }
    if (calendar.events.length > 0) this.#follow(calendar.events);
  }

  events(): ReadonlyMap<string, ReadEvent> {
    return this.#events;
  }

  restart(): void {}

  #get(fetchFeed: FetchFeed): ReturnType<typeof ask> {
    return ask(fetchFeed, this.#url, {
      "User-Agent": "Evolution/3.46.4",
      "Accept-Encoding": "gzip, deflate",
      "Cache-Control": "no-cache",
      Pragma: "no-cache",
      ...(this.#etag !== null && { "If-None-Match": this.#etag }),
    });
  }

  #follow(events: readonly ReadEvent[]): void {
    const seen = new Set(events.map((event) => event.uid));
    for (const uid of this.#events.keys()) if (!seen.has(uid)) this.#events.delete(uid);
    for (const event of events) {
      const known = this.#events.get(event.uid);
      if (known !== undefined && revisionOf(known) === revisionOf(event)) continue;
      this.#events.set(event.uid, event);
      this.writes++;
    }
  }
}

function revisionOf(event: ReadEvent): string {
  return `${event.stamp}|${event.lastModified}|${event.sequence}`;
}

import { ask, byUid, type Client, type FetchFeed } from "./client.ts";
import { readCalendar, type ReadEvent } from "./read.ts";

/**
 * Thunderbird 153 with its offline cache: each 200 replaces all; one bad line empties all; an error other than 404 turns
 * the calendar off and hides its events until the next start, 410 for longer than that.
 */
export class Thunderbird implements Client {
  readonly name = "Thunderbird";
  readonly hidesCancelled = false;
  writes = 0;
  readonly #url: string;
  #events: ReadonlyMap<string, ReadEvent> = new Map();
  #etag: string | null = null;
  #lastModified: string | null = null;
  #added = false;
  #dark: "until restart" | "for good" | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  get stuck(): string | null {
    return this.#dark;
  }

  async refresh(fetchFeed: FetchFeed): Promise<void> {
    if (this.#dark !== null) return;
    if (!this.#added && !(await this.#add(fetchFeed))) return;
    const answer = await ask(fetchFeed, this.#url, {
      "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0",
      Accept: "text/calendar,text/plain;q=0.8,*/*;q=0.5",
      "Accept-Encoding": "gzip, deflate, br, zstd",
      "Cache-Control": "no-cache",
      Pragma: "no-cache",
      ...this.#validators(),
    });
    if (answer === null || answer.status === 304 || answer.status === 404) return;
    if (answer.status >= 400) {
      this.#dark = answer.status === 410 ? "for good" : "until restart";
      return;
    }
    if (answer.cut) return;
    this.#etag = answer.etag;
    this.#lastModified = answer.lastModified;
    const calendar = answer.text === null ? null : readCalendar(answer.text);
    const good = calendar !== null && calendar.whole && !calendar.broken;
    this.#events = good ? byUid(calendar.events) : new Map();
    this.writes += this.#events.size;
  }

  events(): ReadonlyMap<string, ReadEvent> {
    return this.#dark === null ? this.#events : new Map();
  }

  restart(): void {
    if (this.#dark === "until restart") this.#dark = null;
  }

  /** Sends the requests of its dialog; it takes the address as a feed when HEAD, or else GET, shows one. */
  async #add(fetchFeed: FetchFeed): Promise<boolean> {
    const headers = {
      "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0",
      Accept: "text/calendar, application/ics, text/plain;q=0.9",
    };
    const head = await ask(fetchFeed, this.#url, headers, "HEAD");
    for (const place of [this.#url, new URL("/.well-known/caldav", this.#url).href, new URL("/", this.#url).href]) {
      await ask(fetchFeed, place, { ...headers, Depth: "0" }, "PROPFIND");
    }
    const found = head?.status === 405 ? await ask(fetchFeed, this.#url, headers) : head;
    this.#added = found?.status === 200;
    return this.#added;
  }

  #validators(): Record<string, string> {
    if (this.#etag !== null) return { "If-None-Match": this.#etag };
    return this.#lastModified === null ? {} : { "If-Modified-Since": this.#lastModified };
  }
}

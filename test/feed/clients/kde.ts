import { ask, byUid, type Client, type FetchFeed } from "./client.ts";
import { readCalendar, type ReadEvent } from "./read.ts";

/**
 * KDE's iCal resource: prefers HTML, cannot read gzip, never asks conditionally and takes a 304 for an empty calendar;
 * after one 500 or 503 it believes for ever that a download is under way.
 */
export class Kde implements Client {
  readonly name = "KDE";
  readonly hidesCancelled = false;
  writes = 0;
  readonly #url: string;
  #events: ReadonlyMap<string, ReadEvent> = new Map();
  #body = "";
  #hangs = false;

  constructor(url: string) {
    this.#url = url;
  }

  get stuck(): string | null {
    return this.#hangs ? "another download is still in progress" : null;
  }

  async refresh(fetchFeed: FetchFeed): Promise<void> {
    if (this.#hangs) return;
    const first = await this.#get(fetchFeed);
    // A body that changed is fetched again before it is read.
    const answer = first?.status === 200 && first.text !== this.#body ? await this.#get(fetchFeed) : first;
    if (answer === null || answer.cut) return;
    if (answer.status >= 500) this.#hangs = true;
    else if (answer.status === 304 || (answer.status === 200 && answer.text === "")) this.#show([]);
    else if (answer.status === 200 && answer.text !== null) {
      const calendar = readCalendar(answer.text);
      if (calendar === null || !calendar.whole) return;
      this.#body = answer.text;
      this.#show(calendar.events);
    }
  }

  events(): ReadonlyMap<string, ReadEvent> {
    return this.#events;
  }

  restart(): void {
    this.#hangs = false;
  }

  #show(events: readonly ReadEvent[]): void {
    const before = this.#events;
    this.#events = byUid(events);
    for (const [uid, event] of this.#events) {
      if (before.get(uid)?.lines.join("\n") !== event.lines.join("\n")) this.writes++;
    }
  }

  #get(fetchFeed: FetchFeed): ReturnType<typeof ask> {
    return ask(fetchFeed, this.#url, {
      "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) KIO/5.103 akonadi_ical_resource_0/5.22.3 (22.12.3)",
      Accept: "text/html, text/*;q=0.9, image/jpeg;q=0.9, image/png;q=0.9, */*;q=0.8",
      "Accept-Charset": "utf-8,*;q=0.5",
    });
  }
}

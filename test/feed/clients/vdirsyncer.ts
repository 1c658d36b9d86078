import { createHash } from "node:crypto";
import { ask, type Client, type FetchFeed } from "./client.ts";
import { readCalendar, type ReadEvent } from "./read.ts";

/** Properties that its digest leaves out: servers make them anew at each request. */
const ignored = /^(?:UID|DTSTAMP|CREATED|LAST-MODIFIED|METHOD|PRODID)[:;]/;

/**
 * vdirsyncer's http storage: an event is what its text digests to, so an edit is a deletion and a creation, and two
 * events that differ in nothing else are one. A feed that became empty is refused.
 */
export class Vdirsyncer implements Client {
  readonly name = "vdirsyncer";
  readonly hidesCancelled = false;
  readonly stuck = null;
  writes = 0;
  readonly #url: string;
  #items: ReadonlyMap<string, ReadEvent> = new Map();

  constructor(url: string) {
    this.#url = url;
  }

  async refresh(fetchFeed: FetchFeed): Promise<void> {
    const answer = await ask(fetchFeed, this.#url, {
      "User-Agent": "vdirsyncer/0.19.0",
      Accept: "*/*",
      "Accept-Encoding": "gzip, deflate",
    });
    if (answer?.status !== 200 || answer.text === null || answer.cut) return;
    const calendar = readCalendar(answer.text);
    if (calendar === null || calendar.byteOrderMark || !calendar.whole) return;
    const items = new Map(calendar.events.map((event) => [digestOf(event), event]));
    if (items.size === 0 && this.#items.size > 0) return;
    for (const id of items.keys()) if (!this.#items.has(id)) this.writes++;
    this.#items = items;
  }

  events(): ReadonlyMap<string, ReadEvent> {
    return this.#items;
  }

  restart(): void {}
}

function digestOf(event: ReadEvent): string {
  const lines = event.lines.filter((line) => !ignored.test(line)).toSorted();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

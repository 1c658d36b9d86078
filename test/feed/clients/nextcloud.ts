import { createHash } from "node:crypto";
import { ask, type Client, type FetchFeed } from "./client.ts";
import { readCalendar, type ReadEvent } from "./read.ts";

/** Nextcloud's webcal subscription: an event changed when the MD5 of its text did; alarms are taken out first. */
export class Nextcloud implements Client {
  readonly name = "Nextcloud";
  readonly hidesCancelled = false;
  readonly stuck = null;
  writes = 0;
  readonly #url: string;
  readonly #events = new Map<string, ReadEvent>();
  readonly #digests = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  async refresh(fetchFeed: FetchFeed): Promise<void> {
    const answer = await ask(fetchFeed, this.#url, {
      "User-Agent": "Nextcloud Webcal Service",
      Accept: "text/calendar, application/calendar+json, application/calendar+xml",
      "Accept-Encoding": "gzip",
    });
    if (answer?.status !== 200 || answer.text === null || answer.cut) return;
    const calendar = readCalendar(answer.text);
    if (calendar === null || !calendar.whole || calendar.broken || !calendar.onlyCrlf || !calendar.hasProdid) return;
    const events = calendar.events.filter(
      ({ uid }) => new TextEncoder().encode(uid).length <= 512 && !uid.includes("/"),
    );
    const seen = new Set(events.map((event) => event.uid));
    for (const uid of this.#events.keys()) {
      if (seen.has(uid)) continue;
      this.#events.delete(uid);
      this.#digests.delete(uid);
    }
    for (const event of events) {
      const digest = createHash("md5").update(withoutAlarms(event.lines).join("\r\n")).digest("hex");
      if (this.#digests.get(event.uid) === digest) continue;
      this.#digests.set(event.uid, digest);
      this.#events.set(event.uid, event);
      this.writes++;
    }
  }

  events(): ReadonlyMap<string, ReadEvent> {
    return this.#events;
  }

  restart(): void {}
}

function withoutAlarms(lines: readonly string[]): string[] {
  let inside = false;
  return lines.filter((line) => {
    if (line === "BEGIN:VALARM") inside = true;
    const kept = !inside;
    if (line === "END:VALARM") inside = false;
    return kept;
  });
}

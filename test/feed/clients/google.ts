import { ask, byUid, type Client, type FetchFeed } from "./client.ts";
import { readCalendar, type ReadEvent } from "./read.ts";

const maxAddress = 256;
const maxBytes = 1_000_000;
const maxEvents = 1100;

/**
 * Google Calendar's "From URL": obeys robots.txt, sends no Accept, takes neither long addresses nor large feeds, and
 * rewrites a known event only when SEQUENCE or LAST-MODIFIED grew. Absent and cancelled events vanish.
 */
export class Google implements Client {
  readonly name = "Google";
  readonly hidesCancelled = true;
  readonly stuck = null;
  writes = 0;
  readonly #url: string;
  readonly #known = new Map<string, ReadEvent>();

  constructor(url: string) {
    this.#url = url;
  }

  async refresh(fetchFeed: FetchFeed): Promise<void> {
    const headers = { "User-Agent": "Google-Calendar-Importer", "Accept-Encoding": "gzip" };
    if (this.#url.length > maxAddress || !new URL(this.#url).pathname.endsWith(".ics")) return;
    const robots = await ask(fetchFeed, new URL("/robots.txt", this.#url).href, headers);
    const rules = robots?.status === 200 ? (robots.text ?? "") : "";
    if (!isAllowed(rules, new URL(this.#url).pathname)) return;
    const answer = await ask(fetchFeed, this.#url, headers);
    if (answer?.status !== 200 || answer.text === null || answer.cut || answer.text.length > maxBytes) return;
    const calendar = readCalendar(answer.text);
    if (calendar === null || !calendar.whole || calendar.broken) return;
    const events = byUid(calendar.events.slice(0, maxEvents));
    for (const uid of this.#known.keys()) if (!events.has(uid)) this.#known.delete(uid);
    for (const [uid, event] of events) {
      const known = this.#known.get(uid);
      const grew = known === undefined || event.sequence > known.sequence || event.lastModified > known.lastModified;
      if (!grew) continue;
      this.#known.set(uid, event);
      this.writes++;
    }
  }

  events(): ReadonlyMap<string, ReadEvent> {
    return new Map([...this.#known].filter(([, event]) => event.status !== "CANCELLED"));
  }

  restart(): void {}
}

/** RFC 9309 2.2.2: of the rules for all robots the longest that fits. */
export function isAllowed(robots: string, path: string): boolean {
  let longest = { length: -1, allowed: true };
  for (const line of robots.split(/\r?\n/)) {
    const [, rule = "", prefix = ""] = /^(Allow|Disallow):\s*(\S*)/i.exec(line) ?? [];
    if (prefix === "" || !path.startsWith(prefix) || prefix.length <= longest.length) continue;
    longest = { length: prefix.length, allowed: rule.toLowerCase() === "allow" };
  }
  return longest.allowed;
}

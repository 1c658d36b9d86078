import type { Quirks } from "./quirks.ts";
import { unfold } from "../../src/calendar/ical/content-line.ts";

/** An object on the server. */
export interface Stored {
  readonly body: string;
  readonly etag: string;
  readonly uid: string;
  /** The revision of the calendar that wrote it. */
  readonly revision: number;
  /** The second in which it was written. */
  readonly second: number;
}

/** The state of one calendar: objects by decoded name, and what reports show when they lag. */
export class Shelf {
  readonly objects = new Map<string, Stored>();
  /** Names of deleted objects, each with the revision and second of its deletion. */
  readonly deleted = new Map<string, Pick<Stored, "revision" | "second">>();
  /** UIDs that were ever deleted. */
  readonly burnt = new Set<string>();
  /** Objects as they were before the last write. */
  before: ReadonlyMap<string, Stored> = new Map();
  revision = 0;
  writtenSecond = -1;
  /** Tokens of an older epoch are not known any more. */
  epoch = 1;
  name: string;
  components: readonly string[] = ["VEVENT"];
  /** A collection that is no calendar. */
  plain = false;
  readonly #quirks: Quirks;
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();

  constructor(name: string, quirks: Quirks, now: () => number) {
    this.name = name;
    this.#quirks = quirks;
    this.#now = now;
  }

  put(name: string, body: string): Stored {
    const kept = this.#quirks.rewrites(body);
    this.#moved();
    const stored = {
      body: kept,
      etag: this.#etagOf(name, kept),
      uid: uidOf(kept),
      revision: this.revision,
      second: this.writtenSecond,
    };
    this.objects.set(name, stored);
    this.deleted.delete(name);
    return stored;
  }

  remove(name: string): void {
    const gone = this.objects.get(name);
    if (gone === undefined) return;
    this.#moved();
    this.objects.delete(name);
    this.deleted.set(name, { revision: this.revision, second: this.writtenSecond });
    this.burnt.add(gone.uid);
    this.#counts.delete(name);
  }

  /** Returns the calendar that is made again under its name with these objects; its tokens are others. */
  again(keeps: (name: string) => boolean): Shelf {
    const shelf = new Shelf(this.name, this.#quirks, this.#now);
    shelf.epoch = this.epoch + 1;
    for (const [name, stored] of this.objects) {
      if (!keeps(name)) continue;
      shelf.#moved();
      shelf.objects.set(name, { ...stored, revision: shelf.revision, second: shelf.writtenSecond });
      shelf.#counts.set(name, this.#counts.get(name) ?? 0);
    }
    return shelf;
  }

  /** The entity of the collection: `getctag`. */
  ctag(): string | null {
    if (this.#quirks.ctag === "none") return null;
    if (this.#quirks.ctag === "seconds") return this.writtenSecond < 0 ? "-1" : String(this.writtenSecond);
    return `ctag-${this.epoch}-${this.revision}`;
  }

  token(revision = this.revision): string {
    if (this.#quirks.ctag === "seconds") return this.ctag() ?? "-1";
    return `data:,${this.epoch}-${revision}`;
  }

  #moved(): void {
    this.before = new Map(this.objects);
    this.revision += 1;
    this.writtenSecond = Math.floor(this.#now() / 1000);
  }

  #etagOf(name: string, body: string): string {
    switch (this.#quirks.etags) {
      case "content":
        return hashOf(body);
      case "object": {
        const count = this.#counts.get(name) ?? 0;
        this.#counts.set(name, count + 1);
        return `gcs${String(count).padStart(8, "0")}`;
      }
      case "counter":
        return `${this.epoch}-${this.revision}`;
    }
  }
}

/** The UID of the first event in a body; "" for none. */
export function uidOf(body: string): string {
  return /^UID:(.*)$/m.exec(unfold(body))?.[1]?.trim() ?? "";
}

/** FNV-1a of the text: enough to tell bodies of a test apart. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return `${hash.toString(16)}${text.length.toString(16)}`;
}

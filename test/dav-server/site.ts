import type { Quirks } from "./quirks.ts";
import type { Shelf } from "./shelf.ts";

/** One server: how it behaves, and its calendars by path. */
export interface Site {
  readonly quirks: Quirks;
  readonly origin: string;
  readonly shelves: Map<string, Shelf>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A request as it came in. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  status: number | null;
}

export const home = "/dav/calendars/alice/";
/** The home of somebody else. */
export const forbiddenHome = "/dav/calendars/bob/";
export const principal = "/dav/principals/alice/";

/** The calendar that a path is in, and the name in it, decoded; "" for the calendar itself, null for no calendar. */
export function placeOf({ shelves }: Site, path: string): { shelf: Shelf; name: string } | null {
  const cut = path.lastIndexOf("/") + 1;
  const shelf = shelves.get(path.slice(0, cut));
  return shelf === undefined ? null : { shelf, name: decodeURIComponent(path.slice(cut)).normalize("NFC") };
}

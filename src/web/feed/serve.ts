import { epochSeconds } from "../../lib/clock.ts";
import { AppError } from "../../errors.ts";
import { joinVevents } from "../../store/events.ts";
import type { Joined } from "../../store/sql/port.ts";
import { type AddressRow, type FeedRow, findAddress, findFeed } from "../../store/feeds.ts";
import { optionsResponse, notModifiedResponse, okResponse, refusalResponse } from "./responses.ts";
import { type BodyCache, type CachedBody, makeBodyCache } from "./body-cache.ts";
import { mishandlesGzip } from "../request/user-agent.ts";
import type { FeedDeps } from "./feed-deps.ts";
import { serveFreeBusy } from "./free-busy.ts";
import { noteUsed, report } from "./note-used.ts";
import { matchConditions, type Validators } from "./conditional.ts";
import { type Representation, findRepresentation, isUnchanged } from "./representation.ts";
import { makeSingleFlight } from "./single-flight.ts";
import { asksForGzip, isWholeGzip } from "./gzip.ts";
import { withDeadline } from "../../lib/deadline.ts";

/** Answers one request for a feed. Never rejects; GET and HEAD get 200, 304, 404 or 410. */
export type ServeFeed = (deps: FeedDeps, request: Request, secret: string, file: string) => Promise<Response>;

/** The work behind an answer that is not the store's. */
export interface FeedWork {
  /** Version of what `join` and `end` make; a new one makes every ETag new. */
  readonly renderer: number;
  readonly hash: (secret: string) => Promise<string>;
  /** The whole calendar of a feed from its VEVENTs, in UTF-8: CRLF lines, the last one included. */
  readonly join: (feed: FeedRow, vevents: Uint8Array) => Uint8Array<ArrayBuffer>;
  /** The calendar that says that the feed has ended, at `endedAt` (epoch seconds). */
  readonly end: (feed: FeedRow, endedAt: number) => string;
  readonly gzip: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
}

/** Addresses whose last good answer is remembered. */
const keptAddresses = 2000;
const copySeconds = 600;
/** Attempts to read a feed that changes while it is read. */
const readings = 4;
const deadlineMilliseconds = 5000;

const noTexts: Joined = { bytes: new Uint8Array(), rows: 0 };

/** This process's memory of an address that it has served. */
interface Served {
  readonly hash: string;
  /** As of the last good answer, and when that was, epoch seconds. */
  readonly address: AddressRow;
  readonly checkedAt: number;
  /** Epoch seconds of the last attempt to note its use. */
  readonly notedAt: number;
}

/**
 * Makes the one function that answers for feeds, with its caches. Calendar programs stop polling for good after a single
 * 5xx, 429 or 403, so whatever fails behind it, GET and HEAD get the last good copy of this process while that is no
 * older than ten minutes, else 404.
 */
export function makeFeedServer(work: FeedWork, bodies: BodyCache = makeBodyCache()): ServeFeed {
  const flights = makeSingleFlight<CachedBody | null>();
  const addresses = new Map<string, Served>();

  return async (deps, request, secret, file) => {
    const { method } = request;
    if (method === "OPTIONS") return optionsResponse();
    if (method !== "GET" && method !== "HEAD") return refusalResponse(405, method, deps.config);
    // Of the right form before anything is spent on it: 24 bytes in base64url.
    if (!/^[A-Za-z0-9_-]{32}$/.test(secret)) return refusalResponse(404, method, deps.config);
    if (file.endsWith(".ifb")) return serveFreeBusy(deps, request, secret, work.renderer);
    if (!file.endsWith(".ics")) return refusalResponse(404, method, deps.config);
    try {
      return await withDeadline(answer(deps, request, secret), () => deps.deadline(deadlineMilliseconds));
    } catch (error) {
      return answerFromMemory(deps, request, secret, error);
    }
  };

  async function answer(deps: FeedDeps, request: Request, secret: string): Promise<Response> {
    const nowAt = epochSeconds(deps);
    const known = addresses.get(secret);
    const hash = known?.hash ?? (await work.hash(secret));
    for (let reading = 0; reading < readings; reading++) {
      const address = await findAddress(deps.sql, hash);
      const edition =
        address === null ? "hidden" : findRepresentation(address, work.renderer, nowAt, deps.config.endedDays);
      // From here on not even a failure brings back what the address showed while it lived.
      if (typeof edition === "string" || edition.endedAt !== null) addresses.delete(secret);
      if (address === null || edition === "hidden") return refusalResponse(404, request.method, deps.config);
      if (edition === "gone") return refusalResponse(410, request.method, deps.config);
      const response = answerAtOnce(deps, request, edition) ?? (await answerInFull(deps, request, edition));
      if (response === null) continue;
      const notedAt = noteUsed(deps, request, edition, known?.notedAt ?? 0);
      keep(secret, { hash, address, checkedAt: nowAt, notedAt });
      return response;
    }
    throw new AppError("conflict", "the feed changed each time it was read");
  }

  /** Returns an answer that takes no work: 304, or 200 with a body kept in the coding asked for; else null. */
  function answerAtOnce(deps: FeedDeps, request: Request, edition: Representation): Response | null {
    const tags = acceptableTags(request.headers, edition);
    const match = matchConditions(request.headers, { tags, modifiedAt: edition.modifiedAt });
    return match === null
      ? answerKept(deps, request, edition, tags[0])
      : notModifiedResponse(deps.config, edition, match);
  }

  function answerKept(deps: FeedDeps, request: Request, edition: Representation, tag: string): Response | null {
    const body = bodies.get(bodyKey(edition, tag));
    return body === undefined ? null : okResponse(deps.config, request.method, edition, tag, body);
  }

  /** 200 in the coding asked for where that can be had; null when the feed moved on meanwhile. */
  async function answerInFull(deps: FeedDeps, request: Request, edition: Representation): Promise<Response | null> {
    const [tag] = acceptableTags(request.headers, edition);
    const whole = await share(deps, edition, edition.tag, () => render(deps, edition));
    if (whole === null) return null;
    if (tag !== edition.tag) {
      const packing = share(deps, edition, tag, () => pack(whole));
      const packed = await withDeadline(packing, () => deps.deadline(deadlineMilliseconds / 2)).catch(
        (error: unknown) => {
          report(deps, "feed_gzip_failed", error);
          return null;
        },
      );
      if (packed !== null) return okResponse(deps.config, request.method, edition, tag, packed);
    }
    return okResponse(deps.config, request.method, edition, edition.tag, whole);
  }

  /** The body of that tag: the one kept, else the one being made, else made now. */
  async function share(
    deps: FeedDeps,
    edition: Representation,
    tag: string,
    make: () => Promise<CachedBody | null>,
  ): Promise<CachedBody | null> {
    const key = bodyKey(edition, tag);
    const kept = bodies.get(key);
    if (kept !== undefined) return kept;
    const begin = async (): Promise<CachedBody | null> => {
      const body = await make();
      if (body !== null) bodies.set(key, body, deps.config.feedCacheBytes);
      return body;
    };
    return flights.join(key, begin, () => deps.deadline(deadlineMilliseconds / 2));
  }

  /** The calendar from its rows; null when they are not those of the edition any more. */
  async function render(deps: FeedDeps, { feed, endedAt }: Representation): Promise<CachedBody | null> {
    const vevents = endedAt === null ? await joinVevents(deps.sql, feed.id) : noTexts;
    const after = await findFeed(deps.sql, feed.id);
    if (after === null || !isUnchanged(feed, after)) return null;
    if (endedAt !== null) return plainBody(new TextEncoder().encode(work.end(after, endedAt)), 1);
    if (vevents.rows > 0 && !isComponent("VEVENT", vevents.bytes))
      throw new AppError("store_failed", "an event of the feed is not whole");
    return plainBody(work.join(after, vevents.bytes), vevents.rows);
  }

  async function pack(body: CachedBody): Promise<CachedBody> {
    const bytes = await work.gzip(body.bytes);
    if (!isWholeGzip(bytes, body.plainBytes)) throw new AppError("store_failed", "the packed calendar is not whole");
    return { ...body, bytes, gzip: true };
  }

  function answerFromMemory(deps: FeedDeps, request: Request, secret: string, error: unknown): Response {
    report(deps, "feed_failed", error);
    try {
      const nowAt = epochSeconds(deps);
      const served = addresses.get(secret);
      if (served === undefined || nowAt - served.checkedAt > copySeconds)
        return refusalResponse(404, request.method, deps.config);
      const edition = findRepresentation(served.address, work.renderer, nowAt, deps.config.endedDays);
      if (typeof edition === "string") return refusalResponse(404, request.method, deps.config);
      const response = answerAtOnce(deps, request, edition) ?? answerKept(deps, request, edition, edition.tag);
      if (response !== null) return response;
    } catch (second) {
      report(deps, "feed_copy_failed", second);
    }
    return refusalResponse(404, request.method, deps.config);
  }

  /** Drops the entries that were served longest ago when there are too many. */
  function keep(secret: string, served: Served): void {
    addresses.delete(secret);
    addresses.set(secret, served);
    if (addresses.size <= keptAddresses) return;
    const [oldest] = addresses.keys();
    if (oldest !== undefined) addresses.delete(oldest);
  }
}

/** The tags of the edition's two codings, first the one that this request is to get. */
function acceptableTags(headers: Headers, { tag }: Representation): Validators["tags"] {
  const packed = `${tag}-gzip`;
  const wanted = asksForGzip(headers.get("Accept-Encoding")) && !mishandlesGzip(headers.get("User-Agent"));
  return wanted ? [packed, tag] : [tag, packed];
}

/** Under which a body is kept. */
function bodyKey({ feed }: Representation, tag: string): string {
  return `${feed.id} ${tag}`;
}

function plainBody(bytes: Uint8Array<ArrayBuffer>, events: number): CachedBody {
  if (!isComponent("VCALENDAR", bytes)) throw new AppError("store_failed", "the calendar is not whole");
  return { bytes, gzip: false, plainBytes: bytes.byteLength, events };
}

const marks = {
  VEVENT: ["BEGIN:VEVENT\r\n", "\r\nEND:VEVENT\r\n"],
  VCALENDAR: ["BEGIN:VCALENDAR\r\n", "\r\nEND:VCALENDAR\r\n"],
} as const;

/** Returns true when the text begins and ends like that iCalendar component. */
function isComponent(name: keyof typeof marks, bytes: Uint8Array): boolean {
  const [begin, end] = marks[name];
  return stands(begin, bytes, 0) && stands(end, bytes, bytes.length - end.length);
}

/** Returns true when the bytes have that ASCII text there. */
function stands(ascii: string, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < ascii.length; at++) if (bytes[from + at] !== ascii.charCodeAt(at)) return false;
  return true;
}

/**
 * What the program asks of one CalDAV calendar. `client.ts` answers it over HTTP; `sync/push.ts` is written against it
 * alone. An href is the path of an object as the server spells it; an ETag is the raw field value, never interpreted.
 */
export interface CalendarPort {
  /** PROPFIND Depth 0 of the calendar: what tells whether anything in it has changed. */
  state(): Promise<ReadResult<CollectionState>>;
  /** PROPFIND Depth 1: every object with its ETag. Complete, or a failure. */
  list(): Promise<ReadResult<readonly ListedObject[]>>;
  /** sync-collection (RFC 6578) since a token; `token-lost` when the server does not know it any more. Never with `limit`. */
  changes(token: string): Promise<ReadResult<SyncChanges | "token-lost">>;
  /** The objects at these hrefs, in chunks; a null for one that is not there. Every href asked for has an answer. */
  read(hrefs: readonly string[]): Promise<ReadResult<ReadonlyMap<string, RemoteObject | null>>>;
  /** PROPFIND Depth 0 of one object: its ETag (`etag` null: the server gives none), or null when there is none. */
  look(href: string): Promise<ReadResult<{ readonly etag: string | null } | null>>;
  /** calendar-query by UID: the href, or null. An index may lag: never a proof that something is missing. */
  findUid(uid: string): Promise<ReadResult<string | null>>;
  /** PUT `If-None-Match: *` of `name` in the calendar. */
  create(name: string, body: string): Promise<WriteOutcome>;
  /** PUT `If-Match`. There is no unconditional write. */
  update(href: string, etag: string, body: string): Promise<WriteOutcome>;
  /** DELETE `If-Match`. 404 and 410 count as done. */
  remove(href: string, etag: string): Promise<WriteOutcome>;
}

/** A reading: its value, or why there is none. */
export type ReadResult<T> = { readonly value: T } | { readonly failure: Failure };

export interface CollectionState {
  readonly ctag: string | null;
  readonly syncToken: string | null;
}

export interface ListedObject {
  readonly href: string;
  readonly etag: string | null;
}

export interface SyncChanges {
  readonly changed: readonly ListedObject[];
  /** hrefs of objects that are gone; some servers name ones that were gone before. */
  readonly removed: readonly string[];
  readonly token: string;
}

export interface RemoteObject {
  readonly href: string;
  readonly etag: string | null;
  /** The iCalendar text as the server gives it. */
  readonly body: string;
}

/** `etag` null: the server told none, or one that cannot be trusted; it must be read. */
export type WriteOutcome =
  | { readonly done: true; readonly href: string; readonly etag: string | null }
  | { readonly failure: Failure };

/** What one request that did not succeed means for the run (docs/caldav.md has the table of statuses). */
export interface Failure {
  readonly kind: FailureKind;
  /** HTTP status; null without an answer. */
  readonly status: number | null;
  /** The DAV or CalDAV precondition element, without namespace; "" for none. */
  readonly precondition: string;
  /** At most 200 characters of what the server said, cleaned; for the operator. */
  readonly text: string;
  /** Seconds the server asked to be left alone; null: it did not say. */
  readonly retryAfter: number | null;
  /** href that the server names with a UID conflict; null for none. */
  readonly href: string | null;
}

export const failureKinds = [
  "exists", // create: something is at that name
  "changed", // update or delete: another ETag, or nothing there any more
  "uid-taken", // the UID is at another href, in this or another calendar of the user
  "refused", // this object will never be taken as it is: size, data, component, dates
  "read-only", // no right to write here
  "unauthorized", // the credentials are not taken: nothing more is sent for this account
  "missing", // 403, 404, 405, 409 that may mean that the calendar is gone: ask for its state
  "locked", // 423
  "full", // quota: no creates, deletes may go on
  "throttled", // 429, 503, Google's usage limits
  "unknown", // 5xx, time-out, reset, nonsense: it may have happened or not; read it back
  "blocked", // our own rules forbid the address
  "unsent", // our own budget of requests is spent: nothing was done
] as const;
export type FailureKind = (typeof failureKinds)[number];

/** How a server was seen to behave when the target was connected (the write probe); stored with the target. */
export interface ServerProfile {
  /** Create over an existing object is refused. False: look first. */
  readonly honoursIfNoneMatch: boolean;
  /** Update with a stale ETag is refused. */
  readonly honoursIfMatch: boolean;
  /** Delete with a stale ETag is refused. False: look first. */
  readonly honoursIfMatchOnDelete: boolean;
  /** An answer to PUT carries the ETag. */
  readonly tellsEtag: boolean;
  /** What was read back differs in bytes from what was written. */
  readonly rewrites: boolean;
  readonly changeFeed: "sync-token" | "ctag" | "none";
  /** Largest object in bytes; null: not told. */
  readonly maxBytes: number | null;
  /** Bounds of event times, epoch seconds; null: not told. */
  readonly minAt: number | null;
  readonly maxAt: number | null;
  /** Requests at once to begin with. */
  readonly concurrency: number;
  /** What `Server` and `DAV` headers say, cut; for people. */
  readonly software: string;
}

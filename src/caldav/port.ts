/**
 * The operations on one CalDAV calendar. `client.ts` implements them over HTTP; a run (`mirror/push.ts`) uses nothing
 * else. An href is the path of an object as the server spells it; an ETag is the raw field value,
 * never interpreted.
 */
export interface CalendarPort {
  /** PROPFIND Depth 0 of the calendar: its ctag and sync-token, which change with anything in it. */
  state(): Promise<ReadResult<CollectionState>>;
  /** PROPFIND Depth 1 of the calendar: every object with its ETag. Complete, or a failure. */
  list(): Promise<ReadResult<readonly ListedObject[]>>;
  /** REPORT sync-collection (RFC 6578 3.2) since a token; `token-lost` when the server no longer knows it. Never with `limit`. */
  changes(token: string): Promise<ReadResult<SyncChanges | "token-lost">>;
  /**
   * REPORT calendar-multiget (RFC 4791 7.9), in chunks: an entry for every href, null where there is no object; none where the
   * server refuses to show that one. `etags`: the ETags that objects have by now, by href; what a report shows with another
   * is read by itself, since reports may lag.
   */
  read(
    hrefs: readonly string[],
    etags?: ReadonlyMap<string, string | null>,
  ): Promise<ReadResult<ReadonlyMap<string, RemoteObject | null>>>;
  /** PROPFIND Depth 0 of one object: its ETag (null: the server gives none), or null when there is no object. */
  look(href: string): Promise<ReadResult<{ readonly etag: string | null } | null>>;
  /** REPORT calendar-query by UID: the href, or null; null does not prove that the object is missing, since an index may lag. */
  findUid(uid: string): Promise<ReadResult<string | null>>;
  /** PUT `If-None-Match: *` of `name` in the calendar. */
  create(name: string, body: string): Promise<WriteOutcome>;
  /** PUT `If-Match`. There is no unconditional write. */
  update(href: string, etag: string, body: string): Promise<WriteOutcome>;
  /** DELETE `If-Match`. 404 and 410 count as done. */
  remove(href: string, etag: string): Promise<WriteOutcome>;
}

/** The result of a reading: its value, or the failure. */
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
  /** Hrefs of objects that are gone; some servers name ones that were gone before. */
  readonly removed: readonly string[];
  readonly token: string;
}

export interface RemoteObject {
  readonly href: string;
  readonly etag: string | null;
  /** The iCalendar text as the server gives it. */
  readonly body: string;
}

/** The outcome of a write. `etag` null: the server gave none, or none that can be trusted, so it must be read. */
export type WriteOutcome =
  | { readonly done: true; readonly href: string; readonly etag: string | null }
  | { readonly failure: Failure };

/** The meaning of a failed request for the run (docs/caldav.md has the table of statuses). */
export interface Failure {
  readonly kind: FailureKind;
  /** HTTP status; null without a response. */
  readonly status: number | null;
  /** The DAV or CalDAV precondition element, without namespace; "" for none. */
  readonly precondition: string;
  /** At most 200 characters of the server's text, cleaned; for the operator. */
  readonly text: string;
  /** Seconds of Retry-After; null: the server did not say. */
  readonly retryAfter: number | null;
  /** The href that the server names with a UID conflict; null for none. */
  readonly href: string | null;
}

export const failureKinds = [
  "exists", // create: something is at that name
  "changed", // update or delete: another ETag, or nothing there any more
  "uid-taken", // the UID is at another href, in this or another calendar of the user
  "refused", // this object will never be taken as it is: size, data, component, dates
  "read-only", // no right to write here
  "unauthorized", // the credentials are refused: nothing more is sent for this account
  "missing", // 403, 404, 405, 409 that may mean that the calendar is gone: ask for its state
  "locked", // 423
  "full", // quota: no creates, deletes may go on
  "throttled", // 429, 503, Google's usage limits
  "unknown", // 5xx, time-out, reset, nonsense: it may have been done or not; read it back
  "blocked", // our own rules forbid the address
  "unsent", // our own budget of requests is spent: nothing was done
] as const;
export type FailureKind = (typeof failureKinds)[number];

/** The behaviour of a server in the write probe when the target was connected; stored with the target. */
export interface ServerProfile {
  /** PUT `If-None-Match: *` over an existing object is refused. False: look first. */
  readonly honoursIfNoneMatch: boolean;
  /** PUT `If-Match` with a stale ETag is refused. */
  readonly honoursIfMatch: boolean;
  /** DELETE `If-Match` with a stale ETag is refused. False: look first. */
  readonly honoursIfMatchOnDelete: boolean;
  /** A response to PUT has the ETag. */
  readonly tellsEtag: boolean;
  /** An object that is read back differs in its bytes from what was written. */
  readonly rewrites: boolean;
  readonly changeFeed: "sync-token" | "ctag" | "none";
  /**
   * A sync-token that was never given is answered like one that was, with nothing or with all there is, so that what is
   * gone from a calendar that was made again or restored is found by listings alone. Absent where it was not probed.
   */
  readonly silentTokens?: boolean;
  /** Largest object in bytes; null: not told. */
  readonly maxBytes: number | null;
  /** Bounds of event times, epoch seconds; null: not told. */
  readonly minAt: number | null;
  readonly maxAt: number | null;
  /** Concurrent requests to begin with. */
  readonly concurrency: number;
  /** The `Server`, `X-Powered-By` and `DAV` headers, at most 200 characters; for people. */
  readonly software: string;
}

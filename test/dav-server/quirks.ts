/** Ways in which servers differ from each other and from the papers; each one was seen with a real server. */
export interface Quirks {
  /** SOGo: PUT with `If-None-Match: *` over an object overwrites it. */
  readonly ignoresIfNoneMatch: boolean;
  /** SOGo: PUT with `If-Match` where nothing is creates it. */
  readonly createsOnIfMatch: boolean;
  /** PUT with a wrong `If-Match` overwrites. */
  readonly ignoresIfMatch: boolean;
  /** SOGo: DELETE with a wrong `If-Match` deletes. */
  readonly ignoresIfMatchOnDelete: boolean;
  /** `counter`: never twice the same; `content`: equal bytes, equal ETag, also after deletion; `object`: SOGo, counts from 0 for each object. */
  readonly etags: "counter" | "content" | "object";
  /** Form of the ETag in answers; `none`: there is none. */
  readonly etagForm: "strong" | "weak" | "unquoted" | "none";
  /** The ETag in the answer to a PUT: none (Cyrus with ORGANIZER, sabre after a repair), or what a proxy made of it. */
  readonly putEtag: "told" | "absent" | "gzip";
  /** The body as it is stored. */
  readonly rewrites: (body: string) => string;
  /** The last segment of an href as reports spell it. */
  readonly spells: (name: string) => string;
  /**
   * Hrefs: paths, addresses, addresses with http behind TLS, addresses of a host inside, with doubled slashes, with dot
   * segments, or with capitals or small letters in escapes that nobody needs.
   */
  readonly hrefs: "path" | "absolute" | "http" | "inside" | "doubled" | "dotted" | "escaped" | "elsewhere";
  /** Collections have no slash at their end in hrefs. */
  readonly bareCollections: boolean;
  /** The privileges that are told; null: none. */
  readonly privileges: readonly string[] | null;
  /** A home of somebody else is named first, and may not be listed. */
  readonly forbiddenHome: boolean;
  /** Answers to PROPFIND are in ISO-8859-1. */
  readonly latin: boolean;
  /** DAViCal: special characters of names are escaped twice. */
  readonly escapesNames: boolean;
  /** SOGo: the name in MKCOL is ignored. */
  readonly namesMade: boolean;
  /** GMX: MKCOL makes the calendar at another place, and names that. */
  readonly makesElsewhere: boolean;
  /** MKCOL makes a collection that is no calendar. */
  readonly makesPlain: boolean;
  /** A weak ETag in a condition never matches (RFC 9110 8.8.3.2). */
  readonly comparesStrongly: boolean;
  /** A new object gets another name, which nothing tells. */
  readonly renames: boolean;
  /** `seconds`: SOGo; two writes in one second leave it as it is. */
  readonly ctag: "revision" | "seconds" | "none";
  /** True when there are sync-collection and sync-token. */
  readonly sync: boolean;
  /** DAViCal: no calendar has a token that another had, though it had the same path. */
  readonly uniqueTokens: boolean;
  /** The answer to a token it does not know: a status, a full list, or nothing, with the token of now. */
  readonly lostToken: "403" | "412" | "500" | "507" | "410" | "full" | "silent";
  /** Members in one answer of sync-collection; more come with the next token and a 507. Null: all. */
  readonly page: number | null;
  /** Radicale: an initial sync names what was deleted long ago. */
  readonly ghosts: boolean;
  /** iCloud: the collection is a member of its own sync. */
  readonly listsItself: boolean;
  /** The answer when the UID is at another href. */
  readonly uidConflict: "cyrus" | "radicale" | "sogo" | "xandikos" | "nextcloud" | "accepted";
  /** True when a UID must be unique over all calendars of the user. */
  readonly uidScope: "calendar" | "user";
  /** Zoho: the UID of a deleted object is never taken again. */
  readonly burnsUids: boolean;
  /** Google: a PUT whose SEQUENCE is below that of the object is answered with 409. */
  readonly refusesOlder: boolean;
  /** Xandikos 0.4: 423 for a write that comes while another is under way. */
  readonly oneAtATime: boolean;
  /** A body that is no calendar: 403 with the precondition, or DAViCal's 412 without one. */
  readonly refusesBy: 403 | 412;
  /** Xandikos 0.2.8: a PUT that failed answers 207, the status inside. */
  readonly failsPutWith207: boolean;
  /** sabre 1.8 answers the whole REPORT 404, DAViCal leaves the member out. */
  readonly multigetMissing: "member" | "omitted" | "whole";
  /** Objects in one answer to a multiget; the others are left out though they are there. Null: all. */
  readonly multigetMost: number | null;
  /** An answer to a REPORT shows the state before the last write. */
  readonly staleReports: boolean;
  /** calendar-query does not find what was written last. */
  readonly staleQueries: boolean;
  /** Xandikos: PROPFIND of what is not there answers 207, with a 404 and a mangled address inside. */
  readonly absentIs207: boolean;
  readonly missingParent: 403 | 404 | 405 | 409;
  readonly updateStatus: 200 | 201 | 204;
  readonly deleteStatus: 200 | 204;
  /** sabre: a conditional DELETE of nothing. */
  readonly deleteMissing: 404 | 410 | 412;
  readonly maxBytes: number | null;
  /** 403 for every write; privileges say read only. */
  readonly readOnly: boolean;
  /** Status of the answer to MKCOL over a collection. */
  readonly makeAgain: 403 | 405 | 409;
  readonly canMake: boolean;
  readonly auth: "none" | "basic" | "digest" | "bearer";
  /**
   * The life of a nonce of Digest. `once`: each is good for one request; `stale` and `silent`: for three, after which the
   * challenge says so, or does not.
   */
  readonly nonces: "fixed" | "once" | "stale" | "silent";
  /** Yahoo: a 401 without WWW-Authenticate. */
  readonly challenges: boolean;
}

export const faithful: Quirks = {
  ignoresIfNoneMatch: false,
  createsOnIfMatch: false,
  ignoresIfMatch: false,
  ignoresIfMatchOnDelete: false,
  etags: "counter",
  etagForm: "strong",
  putEtag: "told",
  rewrites: (body) => body,
  spells: (name) => encodeURIComponent(name),
  hrefs: "path",
  bareCollections: false,
  privileges: ["read", "write", "write-content", "bind", "unbind"],
  forbiddenHome: false,
  latin: false,
  escapesNames: false,
  namesMade: true,
  makesElsewhere: false,
  makesPlain: false,
  comparesStrongly: false,
  renames: false,
  ctag: "revision",
  sync: true,
  uniqueTokens: false,
  lostToken: "403",
  page: null,
  ghosts: false,
  listsItself: false,
  uidConflict: "radicale",
  uidScope: "calendar",
  burnsUids: false,
  refusesOlder: false,
  oneAtATime: false,
  refusesBy: 403,
  failsPutWith207: false,
  multigetMissing: "member",
  multigetMost: null,
  staleReports: false,
  staleQueries: false,
  absentIs207: false,
  missingParent: 409,
  updateStatus: 204,
  deleteStatus: 204,
  deleteMissing: 404,
  maxBytes: null,
  readOnly: false,
  makeAgain: 405,
  canMake: true,
  auth: "basic",
  nonces: "fixed",
  challenges: true,
};

/** Servers that were seen, as far as they differ. */
export const servers = {
  faithful: {},
  cyrus: { uidConflict: "cyrus", uidScope: "user", missingParent: 403, makeAgain: 403, spells: encodeURI },
  davical: {
    uidConflict: "accepted",
    multigetMissing: "omitted",
    uniqueTokens: true,
    lostToken: "full",
    refusesBy: 412,
    escapesNames: true,
    missingParent: 405,
    etags: "content",
  },
  radicale: { updateStatus: 201, deleteStatus: 200, etags: "content", ghosts: true },
  sabre: {
    uidConflict: "accepted",
    sync: false,
    multigetMissing: "whole",
    deleteMissing: 412,
    etags: "content",
    missingParent: 404,
  },
  sogo: {
    ignoresIfNoneMatch: true,
    createsOnIfMatch: true,
    ignoresIfMatchOnDelete: true,
    etags: "object",
    ctag: "seconds",
    lostToken: "full",
    namesMade: false,
    uidConflict: "sogo",
    missingParent: 404,
    rewrites: (body: string) => body.replace("END:VEVENT", "CLASS:PUBLIC\r\nEND:VEVENT"),
  },
  xandikos: {
    uidConflict: "xandikos",
    failsPutWith207: true,
    oneAtATime: true,
    absentIs207: true,
    lostToken: "500",
    etags: "content",
    missingParent: 404,
  },
  nextcloud: { uidConflict: "nextcloud", burnsUids: true, putEtag: "absent", lostToken: "silent" },
  google: { burnsUids: true, refusesOlder: true, page: 3, canMake: false },
} as const satisfies Record<string, Partial<Quirks>>;

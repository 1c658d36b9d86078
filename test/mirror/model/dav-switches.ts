import fc from "fast-check";
import { type Quirks, servers } from "../../dav-server/quirks.ts";

/** Forms in which a server keeps a body. */
const bodies = {
  same: (body: string) => body,
  adds: servers.sogo.rewrites,
  loses: (body: string) => body.replace(/SUMMARY:(\w+) .*/, "SUMMARY:$1"),
  folds: (body: string) => body.replaceAll(/^(DESCRIPTION:.{9})/gm, "$1\r\n "),
};
/** Spellings of the last segment of an href. */
const names = {
  escaped: (name: string) => encodeURIComponent(name),
  plain: (name: string) => encodeURI(name),
  needless: (name: string) => encodeURI(name).replaceAll("-", "%2d"),
};

/** A server: one that was seen, and switches that differ from it. Plain data. */
export interface DavSwitches {
  readonly like: keyof typeof servers;
  readonly body: keyof typeof bodies | null;
  readonly spelling: keyof typeof names | null;
  readonly switches: Partial<Omit<Quirks, "rewrites" | "spells">>;
}

/** Values of each switch, without servers that let nobody write, or on which others' changes cannot be told from ours. */
const values: { readonly [K in keyof DavSwitches["switches"]]: readonly Quirks[K][] } = {
  ignoresIfNoneMatch: [true],
  createsOnIfMatch: [true],
  ignoresIfMatchOnDelete: [true],
  etags: ["counter", "content", "object"],
  etagForm: ["weak", "unquoted"],
  putEtag: ["absent", "gzip"],
  hrefs: ["absolute", "http", "inside", "doubled", "dotted", "escaped"],
  bareCollections: [true],
  privileges: [["read", "write-content"], ["read", "bind", "unbind"], ["all"], null],
  latin: [true],
  ctag: ["revision", "seconds", "none"],
  sync: [true, false],
  lostToken: ["403", "412", "500", "507", "410", "full", "silent"],
  page: [1, 3],
  ghosts: [true],
  listsItself: [true],
  uidConflict: ["cyrus", "radicale", "sogo", "xandikos", "nextcloud", "accepted"],
  burnsUids: [true, false],
  refusesOlder: [true],
  oneAtATime: [true],
  failsPutWith207: [true],
  multigetMissing: ["member", "omitted", "whole"],
  multigetMost: [1, 3],
  staleReports: [true],
  staleQueries: [true],
  absentIs207: [true],
  missingParent: [403, 404, 405, 409],
  updateStatus: [200, 201],
  deleteStatus: [200],
  deleteMissing: [404, 410, 412],
  auth: ["none", "digest", "bearer"],
  nonces: ["once", "stale", "silent"],
};

const pairs = Object.entries(values).flatMap(([name, some]) => some.map((value) => [name, value] as const));

/** Servers with random switches. */
export const switches: fc.Arbitrary<DavSwitches> = fc.record({
  like: fc.constantFrom(...Object.keys(servers).filter((name): name is keyof typeof servers => name in servers)),
  body: fc.option(fc.constantFrom("same", "adds", "loses", "folds"), { freq: 1 }),
  spelling: fc.option(fc.constantFrom("escaped", "plain", "needless"), { freq: 1 }),
  switches: fc
    .uniqueArray(fc.constantFrom(...pairs), { maxLength: 6, selector: ([name]) => name })
    .map((some): DavSwitches["switches"] => Object.fromEntries(some)),
});

/** Answers to one request; those of writes would be lies about what is there where something is read. */
export const ofAll = ["500", "502", "403", "423", "429", "503", "reset", "lost", "cut", "login", "usage"] as const;
export const ofWrites = ["404", "409", "412", "415", "507"] as const;
export type DavAnswer = (typeof ofAll)[number] | (typeof ofWrites)[number];

/** Returns the quirks of a server with these switches. */
export function quirksOf({ like, body, spelling, switches: own }: DavSwitches): Partial<Quirks> {
  return {
    ...servers[like],
    ...(body !== null && { rewrites: bodies[body] }),
    ...(spelling !== null && { spells: names[spelling] }),
    ...own,
  };
}

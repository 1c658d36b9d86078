import * as v from "valibot";
import type { KeyRing } from "./keys.ts";
import { open, seal } from "./seal.ts";

/**
 * The content of a cookie of ours: who it is, until when (epoch seconds). It is good only while the account has that session
 * number, and until the session of that id ends in its browser; "" in cookies of the version before.
 */
export interface Session {
  readonly accountId: string;
  readonly sessionNo: number;
  readonly expiresAt: number;
  readonly id: string;
}

/** `pages`: everything the person may do; `decide`: only decisions. A cookie of one is not valid for the other. */
export type SessionKind = "pages" | "decide";

const schema = v.tuple([v.string(), v.number(), v.number(), v.optional(v.string(), "")]);

/** Returns the value of a cookie that holds the session: sealed, of the characters a cookie may have. */
export async function sealSession(
  keys: KeyRing,
  kind: SessionKind,
  { accountId, sessionNo, expiresAt, id }: Session,
  random: (bytes: number) => Uint8Array<ArrayBuffer>,
): Promise<string> {
  return seal(keys, placeOf(kind), JSON.stringify([accountId, sessionNo, expiresAt, id]), random, "sessions");
}

/** Returns the session in a cookie; null for one that is forged, of another kind or key, or over at `nowAt` (epoch seconds). */
export async function openSession(
  keys: KeyRing,
  kind: SessionKind,
  cookie: string,
  nowAt: number,
): Promise<Session | null> {
  try {
    const text = await open(keys, placeOf(kind), cookie, "sessions");
    const [accountId, sessionNo, expiresAt, id] = v.parse(schema, JSON.parse(text));
    return expiresAt > nowAt ? { accountId, sessionNo, expiresAt, id } : null;
  } catch {
    return null;
  }
}

function placeOf(kind: SessionKind) {
  return { table: "cookie", row: kind, column: "session" };
}

import type { PageContext } from "../../env.ts";
import { open, seal } from "../../../security/seal.ts";
import type { Credentials } from "../../../mirror/connect/connect.ts";
import { dropCookie, putCookie, readCookie } from "../../session/cookies.ts";
import { epochSeconds } from "../../../lib/clock.ts";

/** The answers so far of somebody who connects a calendar. */
export interface Draft {
  /** Id of a preset; null: found by the address. */
  readonly preset: string | null;
  readonly text: string;
  /** Null until they have been tried. */
  readonly credentials: Credentials | null;
}

const cookieName = "connect";
const draftSeconds = 1800;
/** Browsers silently drop a cookie of more than 4096 bytes, attributes included. */
const mostBytes = 3800;

/** Returns the place to which a sealed cookie of the viewer is bound; it opens for nobody and nothing else. */
function cookiePlace({ var: { viewer } }: PageContext, about: string) {
  return { table: "cookie", row: `${viewer.account.id} ${about}`, column: "calendar" };
}

/**
 * Keeps a draft for half an hour in a sealed cookie, so that no page and no address holds it. Returns false when it is
 * too long.
 */
export async function keepDraft(c: PageContext, feedId: string, draft: Draft): Promise<boolean> {
  const sealed = await sealCookie(c, feedId, { ...draft, credentials: shortened(draft.credentials) }, draftSeconds);
  if (sealed.length > mostBytes) return false;
  // Lax: the way back from Google is a navigation from elsewhere.
  putCookie(c, cookieName, sealed, draftSeconds, "Lax");
  return true;
}

/** Returns the draft for this feed; null without one that is still valid. */
export async function readDraft(c: PageContext, feedId: string): Promise<Draft | null> {
  return openCookie<Draft>(c, feedId, readCookie(c, cookieName));
}

export function dropDraft(c: PageContext): void {
  dropCookie(c, cookieName);
}

/** Returns the text of a sealed cookie for the viewer; `lasts` is in seconds. */
export async function sealCookie(c: PageContext, about: string, value: object, lasts: number): Promise<string> {
  const text = JSON.stringify({ value, endsAt: epochSeconds(c.env) + lasts });
  return seal(c.env.keys, cookiePlace(c, about), text, c.env.random, "sessions");
}

/** Returns the content of such a cookie; null for one of another viewer or purpose, or an expired one. */
export async function openCookie<T extends object>(c: PageContext, about: string, sealed: string): Promise<T | null> {
  try {
    const text = await open(c.env.keys, cookiePlace(c, about), sealed, "sessions");
    const { value, endsAt }: { value: T; endsAt: number } = JSON.parse(text);
    return endsAt > epochSeconds(c.env) ? value : null;
  } catch {
    return null;
  }
}

/** Drops Google's access token, which may fill half a cookie; the refresh token gets another. */
function shortened(credentials: Credentials | null): Credentials | null {
  if (credentials?.kind !== "google") return credentials;
  return { ...credentials, tokens: { ...credentials.tokens, accessToken: "", expiresAt: 0 } };
}

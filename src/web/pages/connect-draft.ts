import type { PageContext } from "../env.ts";
import { open, seal } from "../../security/seal.ts";
import type { Credentials } from "../../mirror/connect.ts";
import { dropCookie, putCookie, readCookie } from "../forms.ts";
import { epochSeconds } from "../../clock.ts";

/** What was said so far by somebody who connects a calendar. */
export interface Draft {
  /** Id of a preset; null: found by the address. */
  readonly preset: string | null;
  readonly text: string;
  /** Null before they have been tried. */
  readonly credentials: Credentials | null;
}

const cookieName = "connect";
const draftSeconds = 1800;
/** A browser drops a cookie of more than 4096 bytes, attributes included, without a word. */
const mostBytes = 3800;

/** Where a sealed cookie of the viewer belongs; it opens for nobody else, and nothing else. */
function cookiePlace({ var: { viewer } }: PageContext, about: string) {
  return { table: "cookie", row: `${viewer.account.id} ${about}`, column: "calendar" };
}

/**
 * Keeps what was said for half an hour, in a cookie that only we can read: it stands in no page and no address. False
 * when it is too long for that.
 */
export async function keepDraft(c: PageContext, feedId: string, draft: Draft): Promise<boolean> {
  const sealed = await sealCookie(c, feedId, { ...draft, credentials: shortened(draft.credentials) }, draftSeconds);
  if (sealed.length > mostBytes) return false;
  // Lax: the way back from Google is a navigation from elsewhere.
  putCookie(c, cookieName, sealed, draftSeconds, "Lax");
  return true;
}

/** What was said so far about this feed; null for nothing, or nothing that is still good. */
export async function readDraft(c: PageContext, feedId: string): Promise<Draft | null> {
  return openCookie<Draft>(c, feedId, readCookie(c, cookieName));
}

export function dropDraft(c: PageContext): void {
  dropCookie(c, cookieName);
}

/** The text of a cookie that holds something for the viewer, for so many seconds. */
export async function sealCookie(c: PageContext, about: string, value: object, lasts: number): Promise<string> {
  const text = JSON.stringify({ value, endsAt: epochSeconds(c.env) + lasts });
  return seal(c.env.keys, cookiePlace(c, about), text, c.env.random, "sessions");
}

/** What such a cookie holds; null for one of another viewer or purpose, or that is over. */
export async function openCookie<T extends object>(c: PageContext, about: string, sealed: string): Promise<T | null> {
  try {
    const text = await open(c.env.keys, cookiePlace(c, about), sealed, "sessions");
    const { value, endsAt }: { value: T; endsAt: number } = JSON.parse(text);
    return endsAt > epochSeconds(c.env) ? value : null;
  } catch {
    return null;
  }
}

/** An access token of Google may take half of what a cookie holds; another is got for the other half. */
function shortened(credentials: Credentials | null): Credentials | null {
  if (credentials?.kind !== "google") return credentials;
  return { ...credentials, tokens: { ...credentials.tokens, accessToken: "", expiresAt: 0 } };
}

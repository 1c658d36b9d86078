import { endCookieSession, findSessionAccount, type NewSession, renewSession } from "../../account/sign-in.ts";
import type { SessionKind } from "../../security/session.ts";
import type { AccountRow } from "../../store/accounts/accounts.ts";
import { dropCookie, putCookie, readCookie } from "./cookies.ts";
import type { PageContext } from "../env.ts";

/** Names of the cookies that hold the sessions of a browser, one of each kind. */
const cookieNames = { pages: "session", decide: "decide" } as const satisfies Record<SessionKind, string>;

/** Returns the account whose session of that kind this browser holds; null without one. */
export async function findBrowserAccount(c: PageContext, kind: SessionKind): Promise<AccountRow | null> {
  const cookie = readCookie(c, cookieNames[kind]);
  return cookie === "" ? null : findSessionAccount(c.env, kind, cookie);
}

/** Prolongs the session of that kind that this browser holds. */
export async function prolongSession(c: PageContext, kind: SessionKind): Promise<void> {
  const renewed = await renewSession(c.env, kind, readCookie(c, cookieNames[kind]));
  if (renewed !== null) putCookie(c, cookieNames[kind], renewed.cookie, renewed.lasts, "Lax");
}

/**
 * Keeps the session of somebody who has just signed in, in place of the one before. That of another person ends too: a
 * browser has one person.
 */
export async function beginSession(c: PageContext, kind: SessionKind, session: NewSession): Promise<void> {
  await dropSession(c, kind);
  putCookie(c, cookieNames[kind], session.cookie, session.lasts, "Lax");
  const other = kind === "pages" ? "decide" : "pages";
  const before = await findBrowserAccount(c, other);
  const people = [before, session.account].every((account) => account !== null && account.kind !== "operator");
  if (people && before?.userUuid !== session.account.userUuid) await dropSession(c, other);
}

/** Ends the sessions of this browser, of both kinds, with every copy of their cookies. */
export async function dropSessions(c: PageContext): Promise<void> {
  await dropSession(c, "pages");
  await dropSession(c, "decide");
}

async function dropSession(c: PageContext, kind: SessionKind): Promise<void> {
  const cookie = readCookie(c, cookieNames[kind]);
  if (cookie !== "") await endCookieSession(c.env, kind, cookie);
  dropCookie(c, cookieNames[kind]);
}

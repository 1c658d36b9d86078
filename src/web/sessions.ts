import { findSessionAccount, type NewSession } from "../account/sign-in.ts";
import type { SessionKind } from "../security/session.ts";
import type { AccountRow } from "../store/accounts.ts";
import { dropCookie, putCookie, readCookie } from "./cookies.ts";
import type { PageContext } from "./env.ts";

/** Names of the cookies that hold the sessions of a browser, one of each kind. */
const cookieNames = { pages: "session", decide: "decide" } as const satisfies Record<SessionKind, string>;

/** Returns the account whose session of that kind this browser holds; null without one. */
export async function findBrowserAccount(c: PageContext, kind: SessionKind): Promise<AccountRow | null> {
  const cookie = readCookie(c, cookieNames[kind]);
  return cookie === "" ? null : findSessionAccount(c.env, kind, cookie);
}

/** Keeps a session in this browser. */
export function keepSession(c: PageContext, kind: SessionKind, { cookie, lasts }: NewSession): void {
  putCookie(c, cookieNames[kind], cookie, lasts, "Lax");
}

/** Keeps the session of somebody who has just signed in. That of another person goes: a browser has one person. */
export async function beginSession(c: PageContext, kind: SessionKind, session: NewSession): Promise<void> {
  keepSession(c, kind, session);
  const other = kind === "pages" ? "decide" : "pages";
  const before = await findBrowserAccount(c, other);
  const people = [before, session.account].every((account) => account !== null && account.kind !== "operator");
  if (people && before?.userUuid !== session.account.userUuid) dropCookie(c, cookieNames[other]);
}

/** Ends the sessions of this browser, of both kinds. */
export function dropSessions(c: PageContext): void {
  for (const name of Object.values(cookieNames)) dropCookie(c, name);
}

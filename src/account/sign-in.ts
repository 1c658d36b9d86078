import type { Deps } from "../deps.ts";
import { AppError, codeOf } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { open, seal } from "../security/seal.ts";
import { sameText } from "../security/secret.ts";
import { openSession, sealSession, type Session, type SessionKind } from "../security/session.ts";
import {
  type AccountRow,
  addUser,
  changeToken,
  endSession,
  findAccount,
  findUser,
  noteSeen,
  noteRefused,
  noteUser,
} from "../store/accounts/accounts.ts";
import type { User } from "../waldur/schema.ts";
import { tokenClient, ensureEnvironmentAccount, sealedTokenPlace } from "./client.ts";
import { epochSeconds } from "../lib/clock.ts";
import { slowWrongToken } from "./tries.ts";
import { requestPace, takeTurn } from "./turns.ts";

/** The account and the length in seconds of a session of each kind. A session of the operator is one of pages. */
const sessions = {
  pages: { kind: "person", lasts: 8 * 3600 },
  decide: { kind: "decider", lasts: 90 * 86_400 },
} as const satisfies Record<SessionKind, { kind: AccountRow["kind"]; lasts: number }>;

/** The value of a session's cookie, and how long it lasts, seconds. */
export interface SessionCookie {
  readonly cookie: string;
  readonly lasts: number;
}

/** A session that has just begun. */
export interface NewSession extends SessionCookie {
  readonly account: AccountRow;
}

/**
 * Signs a person in with their own Waldur token: who-am-I proves it, and it is kept sealed. Another token than the one kept
 * ends the sessions that were; a personal access token that Waldur still takes is kept instead of one that ends with the
 * next logout. Throws `bad_input` for anything but a token, and Waldur's failures: `waldur_refused_token` when
 * it does not take it or the user is not active.
 */
export async function signIn(deps: Deps, session: SessionKind, token: string, network: string): Promise<NewSession> {
  const { shown, user } = await verifyToken(deps, token, network);
  return takeTurn(deps, user.uuid, requestPace, async () => {
    const account = await keep(deps, sessions[session].kind, shown, user, true);
    deps.log.info("signed_in", { account: account.id, username: user.username, session });
    return beginSession(deps, session, account);
  });
}

/**
 * Returns the account of the person whose token this is, made if there is none. Of an account that has a token which Waldur takes
 * that one stays. Throws as `signIn` does.
 */
export async function ensureTokenAccount(deps: Deps, token: string, network: string): Promise<AccountRow> {
  const { shown, user } = await verifyToken(deps, token, network);
  return keep(deps, "person", shown, user, false);
}

/**
 * Returns who Waldur says the token is of, without keeping anything. `network` is where it came from: from one that has shown
 * many wrong ones a wrong one is answered late, a valid one at once. Throws as `signIn` does.
 */
export async function verifyToken(deps: Deps, token: string, network: string): Promise<{ shown: string; user: User }> {
  try {
    return await askOwner(deps, token);
  } catch (error) {
    const code = codeOf(error);
    if (code === "waldur_refused_token" || code === "bad_input") await slowWrongToken(deps, network);
    throw error;
  }
}

async function askOwner(deps: Deps, token: string): Promise<{ shown: string; user: User }> {
  const shown = token.trim().replace(/^(?:token|bearer)\s+/i, "");
  if (!/^[\x21-\x7e]{8,4096}$/.test(shown)) {
    throw new AppError("bad_input", "This is no token: it has no spaces and at least 8 characters.");
  }
  const user = await (await tokenClient(deps, shown)).whoAmI();
  if (!user.isActive) throw new AppError("waldur_refused_token", "The user is not active in Waldur.");
  return { shown, user };
}

/** Begins a session of an account that has just shown who it is. */
async function beginSession(deps: Deps, session: SessionKind, account: AccountRow): Promise<NewSession> {
  const { id: accountId, sessionNo } = account;
  return { account, ...(await sealCookie(deps, session, { accountId, sessionNo, id: hex(deps.random(8)) })) };
}

/** Prolongs the session that a cookie holds: null for one that is none. */
export async function renewSession(deps: Deps, session: SessionKind, cookie: string): Promise<SessionCookie | null> {
  const found = await openSession(deps.keys, session, cookie, epochSeconds(deps));
  return found === null ? null : sealCookie(deps, session, { ...found, id: found.id || hex(deps.random(8)) });
}

/** Ends the session that a cookie holds, and so every copy of it. */
export async function endCookieSession(deps: Deps, session: SessionKind, cookie: string): Promise<void> {
  const nowAt = epochSeconds(deps);
  const found = await openSession(deps.keys, session, cookie, nowAt);
  if (found === null || found.id === "") return;
  // A copy may have been prolonged meanwhile.
  await endSession(deps.sql, found.accountId, found.id, nowAt + sessions[session].lasts, nowAt);
}

async function sealCookie(deps: Deps, session: SessionKind, about: Omit<Session, "expiresAt">): Promise<SessionCookie> {
  const { lasts } = sessions[session];
  const expiresAt = epochSeconds(deps) + lasts;
  return { cookie: await sealSession(deps.keys, session, { ...about, expiresAt }, deps.random), lasts };
}

/** Signs the operator in, who showed ADMIN_TOKEN; null for any other text. */
export async function signInOperator(deps: Deps, token: string): Promise<NewSession | null> {
  const { adminToken } = deps.config;
  if (adminToken === null || !(await sameText(token.trim(), adminToken))) return null;
  const account = await ensureEnvironmentAccount(deps);
  deps.log.info("signed_in", { account: account.id, session: "pages" });
  return beginSession(deps, "pages", account);
}

/** Returns the account whose session a cookie is; null for a cookie that is invalid, has expired, or was ended. */
export async function findSessionAccount(deps: Deps, session: SessionKind, cookie: string): Promise<AccountRow | null> {
  const found = await openSession(deps.keys, session, cookie, epochSeconds(deps));
  if (found === null) return null;
  const account = await findAccount(deps.sql, found.accountId);
  if (account === null || account.sessionNo !== found.sessionNo) return null;
  if (account.endedSessions.some(([id]) => id === found.id)) return null;
  const operates = session === "pages" && account.kind === "operator" && deps.config.adminToken !== null;
  return operates || account.kind === sessions[session].kind ? account : null;
}

/** Returns the account of that kind of a user who has shown a token: made, or with `replace` given the token if it is the better one. */
async function keep(
  deps: Deps,
  kind: (typeof sessions)[SessionKind]["kind"],
  token: string,
  user: User,
  replace: boolean,
): Promise<AccountRow> {
  const sealFor = async (id: string): Promise<string> => seal(deps.keys, sealedTokenPlace(id), token, deps.random);
  if ((await findUser(deps.sql, kind, user.uuid)) === null) {
    const id = hex(deps.random(8));
    await addUser(deps.sql, { id, kind, token: await sealFor(id) }, user, epochSeconds(deps));
  }
  const known = await findUser(deps.sql, kind, user.uuid);
  if (known === null) throw new AppError("store_failed", "the account that was just created is missing");
  const kept = await heldToken(deps, known);
  const better = kept === null || known.refusedAt !== null || (replace && (lasts(token) || !lasts(kept)));
  if (kept !== token && better) await changeToken(deps.sql, known.id, await sealFor(known.id));
  if (better || kept === token) await noteRefused(deps.sql, known.id, null);
  const facts =
    better || kept === token
      ? user
      : { ...user, tokenLifetime: known.tokenLifetime, tokenExpiresAt: known.tokenExpiresAt };
  await noteUser(deps.sql, known.id, facts);
  await noteSeen(deps.sql, known.id, epochSeconds(deps));
  return (await findAccount(deps.sql, known.id)) ?? known;
}

/** Returns a personal access token, which no logout ends. */
function lasts(token: string): boolean {
  return token.startsWith("w_");
}

/** Returns the token that the account keeps; null for one that cannot be opened any more. */
async function heldToken(deps: Deps, account: AccountRow): Promise<string | null> {
  try {
    return account.token === null ? null : await open(deps.keys, sealedTokenPlace(account.id), account.token);
  } catch {
    return null;
  }
}

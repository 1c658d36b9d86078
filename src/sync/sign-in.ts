import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { open, seal } from "../security/seal.ts";
import { openSession, sealSession, type SessionKind } from "../security/session.ts";
import {
  type AccountRow,
  addUser,
  changeToken,
  findAccount,
  findUser,
  noteRefused,
  noteUser,
} from "../store/accounts.ts";
import type { User } from "../waldur/schema.ts";
import { clientWith, tokenPlace } from "./account.ts";
import { seconds } from "./run.ts";

/** What a session of a kind is of, and how long it lasts, seconds. */
const sessions = {
  pages: { kind: "person", lasts: 8 * 3600 },
  decide: { kind: "decider", lasts: 90 * 86_400 },
} as const satisfies Record<SessionKind, { kind: AccountRow["kind"]; lasts: number }>;

/** Somebody who has just shown a token of theirs. */
export interface SignedIn {
  readonly account: AccountRow;
  readonly user: User;
  /** The value of the session's cookie, and how long it lasts, seconds. */
  readonly cookie: string;
  readonly lasts: number;
}

/**
 * Signs a person in with their own Waldur token: who-am-I proves it, and it is kept sealed. Another token than the one kept
 * ends the sessions that were. Throws `bad_input` for what is no token, and Waldur's failures: `waldur_refused_token` when
 * it does not take it or the user is not active.
 */
export async function signIn(deps: Deps, session: SessionKind, token: string): Promise<SignedIn> {
  const shown = token.trim().replace(/^(?:token|bearer)\s+/i, "");
  if (!/^[\x21-\x7e]{8,4096}$/.test(shown)) {
    throw new AppError("bad_input", "This is no token: it has no spaces and at least 8 characters.");
  }
  const user = await (await clientWith(deps, shown)).whoAmI();
  if (!user.isActive) throw new AppError("waldur_refused_token", "The user is not active in Waldur.");
  const account = await keep(deps, sessions[session].kind, shown, user);
  deps.log.info("signed_in", { account: account.id, username: user.username, session });
  return { account, user, ...(await renewSession(deps, session, account)) };
}

/** A new cookie for an account that is signed in. */
export async function renewSession(
  deps: Deps,
  session: SessionKind,
  { id, sessionNo }: AccountRow,
): Promise<Pick<SignedIn, "cookie" | "lasts">> {
  const { lasts } = sessions[session];
  const expiresAt = seconds(deps) + lasts;
  const cookie = await sealSession(deps.keys, session, { accountId: id, sessionNo, expiresAt }, deps.random);
  return { cookie, lasts };
}

/** The account whose session a cookie is; null for a cookie that is none, is over, or was ended. */
export async function accountOf(deps: Deps, session: SessionKind, cookie: string): Promise<AccountRow | null> {
  const found = await openSession(deps.keys, session, cookie, seconds(deps));
  if (found === null) return null;
  const account = await findAccount(deps.sql, found.accountId);
  return account !== null && account.kind === sessions[session].kind && account.sessionNo === found.sessionNo
    ? account
    : null;
}

async function keep(
  deps: Deps,
  kind: (typeof sessions)[SessionKind]["kind"],
  token: string,
  user: User,
): Promise<AccountRow> {
  const sealFor = async (id: string): Promise<string> => seal(deps.keys, tokenPlace(id), token, deps.random);
  if ((await findUser(deps.sql, kind, user.uuid)) === null) {
    const id = hex(deps.random(8));
    await addUser(deps.sql, { id, kind, token: await sealFor(id) }, user, seconds(deps));
  }
  const known = await findUser(deps.sql, kind, user.uuid);
  if (known === null) throw new AppError("store_failed", "the account that was just made is not there");
  if (!(await holds(deps, known, token))) await changeToken(deps.sql, known.id, await sealFor(known.id));
  await noteRefused(deps.sql, known.id, null);
  await noteUser(deps.sql, known.id, user);
  return (await findAccount(deps.sql, known.id)) ?? known;
}

/** Whether the account keeps this very token. One that cannot be opened any more counts as another. */
async function holds(deps: Deps, account: AccountRow, token: string): Promise<boolean> {
  try {
    return account.token !== null && (await open(deps.keys, tokenPlace(account.id), account.token)) === token;
  } catch {
    return false;
  }
}

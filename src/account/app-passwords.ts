import { cleanLine, truncate } from "../calendar/text.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { epochSeconds } from "../lib/clock.ts";
import { hex } from "../security/hash.ts";
import { hashSecret } from "../security/secret.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import {
  addAppPassword,
  type AppPasswordRow,
  countAppPasswords,
  deleteAppPassword,
  listAppPasswords,
} from "../store/accounts/app-passwords.ts";
import type { Viewer } from "./access.ts";

/** A new app password, which is shown this once. */
export interface NewAppPassword {
  readonly id: string;
  readonly name: string;
  /** 140 random bits: 28 letters and digits in four groups. */
  readonly password: string;
}

/** Most app passwords of one person: a program each. */
const mostAppPasswords = 50;
const longestName = 60;

/**
 * Makes a password with which one calendar program signs in for the viewer. Throws `bad_input` without a name,
 * `over_quota` when the person has `mostAppPasswords`, and `forbidden` for the operator: it would outlive ADMIN_TOKEN.
 */
export async function makeAppPassword(deps: Deps, viewer: Viewer, asked: string): Promise<NewAppPassword> {
  if (viewer.operator) {
    throw new AppError("forbidden", "ADMIN_TOKEN makes no app password: show the token of a person of Waldur");
  }
  const name = truncate(cleanLine(asked), longestName);
  if (name === "") throw new AppError("bad_input", "an app password needs a name, such as that of the program");
  if ((await countAppPasswords(deps.sql, [...viewer.accountIds])) >= mostAppPasswords) {
    throw new AppError("over_quota", `one person may have ${mostAppPasswords} app passwords; revoke one first`);
  }
  const password = newAppPassword(deps.random);
  const [id, hash] = [hex(deps.random(8)), await hashAppPassword(password)];
  const accountId = viewer.account.id;
  await addAppPassword(deps.sql, { id, accountId, name, hash, createdAt: epochSeconds(deps) });
  deps.log.info("app_password_made", { account: accountId, password: id });
  return { id, name, password };
}

/** Returns the app passwords of the viewer's person, newest first. */
export async function ownAppPasswords(deps: Pick<Deps, "sql">, viewer: Viewer): Promise<AppPasswordRow[]> {
  return listAppPasswords(deps.sql, [...viewer.accountIds]);
}

/** Revokes an app password of the viewer's person: the program that has it is asked for another. Throws `not_found`. */
export async function revokeAppPassword(deps: Pick<Deps, "sql" | "log">, viewer: Viewer, id: string): Promise<void> {
  if (!(await deleteAppPassword(deps.sql, [...viewer.accountIds], id))) {
    throw new AppError("not_found", `there is no app password ${id}; passwords list shows them`);
  }
  deps.log.info("app_password_revoked", { account: viewer.account.id, password: id });
}

/**
 * Returns the user name to show for an account: its mail address or its username in Waldur where every program can send that
 * (RFC 7617 2 forbids colons, and not every program sends other letters than those of ASCII), else its id. DAVx5 takes a mail
 * address for the name of its account, by which Android knows whose answer is wanted.
 */
export function shownUserName({ id, username, email }: Pick<AccountRow, "id" | "username" | "email">): string {
  return [email, username].find((name) => /^[\x21-\x39\x3b-\x7e]{1,100}$/.test(name)) ?? id;
}

/** Returns the hash under which an app password is kept, however its groups were typed. */
export async function hashAppPassword(password: string): Promise<string> {
  return hashSecret(password.toLowerCase().replaceAll(/[\s-]/g, ""));
}

/** The alphabet of RFC 4648 6 in lower case: neither 0 and 1 nor a letter twice. */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

function newAppPassword(random: Deps["random"]): string {
  const letters = Array.from(random(28), (byte) => alphabet.charAt(byte & 31)).join("");
  return letters.replaceAll(/.{7}(?=.)/g, "$&-");
}

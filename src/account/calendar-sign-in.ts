import type { Deps } from "../deps.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import { decodeEscapes } from "../lib/percent.ts";
import { hashSecret } from "../security/secret.ts";
import { type AccountRow, findAccount } from "../store/accounts/accounts.ts";
import { type AppPasswordRow, findAppPassword, noteAppPasswordUse } from "../store/accounts/app-passwords.ts";
import { hashAppPassword } from "./app-passwords.ts";
import { calendarUserAddress } from "./calendar-user.ts";
import { loadViewer, type Viewer, viewerOf } from "./access.ts";
import { slowWrongAppPassword } from "./tries.ts";

/** Seconds for which a noted use, and the roles that Waldur told then, hold. */
const useSeconds = 3600;

/** The credentials of a calendar program, and where they come from. */
export interface CalendarSignIn {
  /** The Authorization field; null without. */
  readonly authorization: string | null;
  /** The program's name, for its person. */
  readonly client: string;
  /** The network it comes from. */
  readonly network: string;
}

/** A calendar program that has signed in, and its person. */
export interface CalendarUser {
  readonly viewer: Viewer;
  /** Of the app password. */
  readonly passwordId: string;
}

/**
 * Returns whom a calendar program acts for, by its Basic credentials (RFC 7617): an app password with the id, the username or
 * the mail address of its account; null for nobody, and for the operator, who is no person. Once an hour the use is noted and Waldur asked for the person's roles,
 * beside the answer. Wrong credentials are counted by user name and network, and where there are many, answered late:
 * a right password never waits.
 */
export async function authenticateCalendarUser(deps: Deps, signIn: CalendarSignIn): Promise<CalendarUser | null> {
  const credentials = readBasic(signIn.authorization);
  if (credentials === null) return null;
  const user = decodeEscapes(credentials.user).trim().toLowerCase();
  const found = await findAppPassword(deps.sql, await hashAppPassword(credentials.password));
  const account = found === null ? null : await findAccount(deps.sql, found.accountId);
  if (found === null || account === null || account.kind === "operator" || !userNames(deps, account).includes(user)) {
    await slowWrongAppPassword(deps, signIn.network, await hashSecret(user));
    return null;
  }
  if (hasElapsed(found.usedAt, useSeconds, epochSeconds(deps))) {
    deps.defer(noteSignIn(deps, found, account, signIn.client));
  }
  return { viewer: await viewerOf(deps, account), passwordId: found.id };
}

/** Returns every user name of an account in lower case. */
function userNames(deps: Pick<Deps, "config">, account: AccountRow): string[] {
  const names = [account.id, account.username, account.email, calendarUserAddress(deps, account)];
  return names.filter((name) => name !== "").map((name) => name.toLowerCase());
}

/** Notes the use, and has Waldur's roles asked where nobody did within the minute. Its failure is no one's. */
async function noteSignIn(deps: Deps, found: AppPasswordRow, account: AccountRow, client: string): Promise<void> {
  try {
    await noteAppPasswordUse(deps.sql, found, client, epochSeconds(deps));
    await loadViewer(deps, account);
  } catch (error) {
    deps.log.warn("sign_in_not_noted", { account: account.id, message: String(error) });
  }
}

/** Reads the credentials of an Authorization field (RFC 7617 2), in UTF-8; null for any other field. */
function readBasic(field: string | null): { readonly user: string; readonly password: string } | null {
  const encoded = /^Basic +([A-Za-z0-9+/]{1,1000}={0,2}) *$/i.exec(field ?? "")?.[1];
  if (encoded === undefined || encoded.replace(/=+$/, "").length % 4 === 1) return null;
  const text = new TextDecoder().decode(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)));
  const colon = text.indexOf(":");
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

import { selectBookingSources, type Viewer } from "../account/access.ts";
import { languages, type Language } from "../calendar/profile.ts";
import { localTime } from "../calendar/window.ts";
import type { Deps } from "../deps.ts";
import { isMailAddress, type Mailbox } from "../lib/mail-address.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import { listNoticeAccounts, type NoticeAccount, type Notices, type Seeker } from "../store/mail/notices.ts";
import type { ReadSource } from "../store/sources/readers.ts";
import { actingScopes } from "../waldur/roles.ts";

/** Somebody who may be told of something. */
export interface Person {
  readonly userUuid: string;
  /** The account that speaks for them: of several the one whose roles Waldur told last. */
  readonly account: AccountRow;
  /** All of their accounts that have a token. */
  readonly accounts: readonly AccountRow[];
  readonly notices: Notices;
  /** Mails to the address came back: nothing goes there any more. */
  readonly paused: boolean;
  readonly language: Language;
  /** IANA name. */
  readonly zone: string;
}

/** Returns everybody who has signed in and whose token is still there, with what they chose. */
export async function listPeople(deps: Pick<Deps, "sql" | "config">): Promise<Person[]> {
  const groups = Map.groupBy(await listNoticeAccounts(deps.sql), ({ userUuid }) => userUuid);
  return [...groups.values()].flatMap((group) => personOf(deps, group));
}

function personOf({ config }: Pick<Deps, "config">, group: readonly NoticeAccount[]): Person[] {
  const [first] = group;
  if (first === undefined) return [];
  const { userUuid, account, notices, paused } = first;
  const language = account.language || languages[0];
  const zone = account.zone || config.timeZone;
  return [{ userUuid, account, accounts: group.map((one) => one.account), notices, paused, language, zone }];
}

/** Returns where mails for a person go; null where no address is known, or where they came back. */
export function mailboxOf({
  account,
  notices,
  paused,
}: Pick<Person, "account" | "notices" | "paused">): Mailbox | null {
  const address = notices.email || account.email;
  return !paused && isMailAddress(address) ? { name: "", address } : null;
}

/**
 * Returns what a person sees and may decide. Staff are told only of requests of providers in which they have a role, although
 * Waldur lets them decide all. Somebody whose token Waldur does not take is told of none.
 */
export function seekerOf(
  { userUuid, account, accounts }: Person,
  sources: readonly ReadSource[],
): Pick<Seeker, "userUuid" | "sources" | "scopes"> {
  const viewer: Viewer = { account, operator: false, accountIds: new Set(accounts.map(({ id }) => id)) };
  const scopes = account.refusedAt === null ? actingScopes(account) : [];
  const seen = scopes.length === 0 ? [] : selectBookingSources(viewer, sources);
  return { userUuid, scopes, sources: seen.map(({ source }) => source.id) };
}

/** Returns true in the hours of the day in which a person wants to be left alone. `nowAt`: epoch seconds. */
export function isQuiet({ notices, zone }: Pick<Person, "notices" | "zone">, nowAt: number): boolean {
  return isQuietHour(notices.wishes, localTime(zone, nowAt).hour);
}

/** Returns true for an hour of the day in which these wishes are to be left alone. */
export function isQuietHour({ quiet }: Pick<Notices["wishes"], "quiet">, hour: number): boolean {
  if (quiet === null) return false;
  const { from, to } = quiet;
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
}

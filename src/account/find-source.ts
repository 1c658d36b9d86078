import type { FeedFilter } from "../calendar/profile.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import type { WaldurClient } from "../waldur/client.ts";
import type { User } from "../waldur/schema.ts";
import { accountClient, ensureEnvironmentAccount, identify } from "./client.ts";
import { nameNoWaldur } from "./site.ts";
import { readUuid } from "../waldur/parameters.ts";
import { type ScopeKind, bookingFilter, scopeKinds } from "../waldur/scope.ts";
import { manages } from "../waldur/roles.ts";
import type { NewSource } from "../store/sources/sources.ts";

/** An account, who it is in Waldur now, and a client that speaks as it. */
export interface ActingAccount {
  readonly account: AccountRow;
  readonly client: WaldurClient;
  readonly user: User;
}

/** Asks Waldur as this account. Throws Waldur's failures, and says so where the address is no Waldur's. */
export async function actAs(deps: Deps, account: AccountRow): Promise<ActingAccount> {
  const client = await accountClient(deps, account);
  try {
    return { account, client, user: await identify(deps, account.id, client) };
  } catch (error) {
    throw await nameNoWaldur(deps, error);
  }
}

/** Returns the operator's own account, of the environment's token. */
export async function actAsOperator(deps: Deps): Promise<ActingAccount> {
  return actAs(deps, await ensureEnvironmentAccount(deps));
}

/**
 * Returns what a feed over this list would be over: its name, the organisation whose roles open it, and why Waldur shows the
 * account only part of it. `uuid` is ignored for `visible`. Throws `not_found` when Waldur does not know it, `bad_input`
 * when the account would see nothing of it.
 */
export async function resolveSource(
  { account, client, user }: ActingAccount,
  kind: ScopeKind,
  uuid: string,
): Promise<NewSource> {
  const scopeUuid = kind === "visible" ? "" : readUuid(uuid);
  if (kind !== "visible" && uuid === "") {
    throw new AppError("bad_input", `source.uuid: say which ${kind}; \`providers\` and \`bookings\` list UUIDs`);
  }
  if (scopeUuid === null) {
    throw new AppError("bad_input", `${uuid} is no UUID: give 32 hexadecimal digits, as Waldur shows them`);
  }
  const found = await resolveScope(client, user, kind, scopeUuid);
  if (kind === "provider" && !mayReadOrganisation(user, found.customerUuid)) {
    throw new AppError(
      "bad_input",
      `${user.username} is neither owner nor manager of ${found.name}, so Waldur shows that account none of its bookings; ` +
        "use the token of an account that is",
    );
  }
  return { accountId: account.id, kind, scopeUuid, ...found };
}

/** Throws `no_role` for a person who has none in Waldur: the bookings that they made are all they would see. */
function needRole({ account, user }: ActingAccount): void {
  if (account.kind === "operator" || user.isStaff || user.roles.length > 0) return;
  throw new AppError(
    "no_role",
    `${user.username} has no role in Waldur, so only a calendar of the bookings that this user made can be made (\`mine\`); an owner of a provider gives roles in Waldur`,
  );
}

/** The lists that a feed can be asked for: the sources, and the bookings that the account itself made. */
export const listKinds = [...scopeKinds, "mine"] as const;
export type ListKind = (typeof listKinds)[number];

/**
 * Returns the source of a list that was asked for, and the filter that makes the list of it: Waldur has no list of what an
 * account made, so that is all it shows the account, by requester. Throws as `resolveSource`, and `no_role`.
 */
export async function resolveList(
  asks: ActingAccount,
  kind: ListKind,
  uuid: string,
): Promise<{ readonly source: NewSource; readonly filter: FeedFilter }> {
  if (kind !== "mine") needRole(asks);
  if (kind !== "mine") return { source: await resolveSource(asks, kind, uuid), filter: {} };
  return { source: await resolveSource(asks, "visible", ""), filter: { requesters: [asks.user.username] } };
}

/** Returns the providers whose bookings the account sees; all of them for staff. */
export async function listProviders({
  client,
  user,
}: ActingAccount): Promise<{ uuid: string; name: string; own: boolean }[]> {
  const providers = await client.serviceProviders();
  return providers
    .map(({ customerUuid, customerName }) => ({
      uuid: customerUuid,
      name: customerName,
      own: manages(user, customerUuid),
    }))
    .filter(({ own }) => own || user.isStaff);
}

function mayReadOrganisation(user: User, customerUuid: string): boolean {
  return user.isStaff || manages(user, customerUuid);
}

type ResolvedScope = Pick<NewSource, "customerUuid" | "name" | "partial">;

async function resolveScope(client: WaldurClient, user: User, kind: ScopeKind, uuid: string): Promise<ResolvedScope> {
  switch (kind) {
    case "provider": {
      const providers = await client.serviceProviders();
      const provider = providers.find((one) => one.customerUuid === uuid || one.uuid === uuid);
      if (provider === undefined) throw unknown("provider", uuid, "providers");
      if (provider.customerUuid !== uuid) {
        throw new AppError(
          "bad_input",
          `${uuid} is the provider's own UUID; give that of its organisation: ${provider.customerUuid}`,
        );
      }
      return { customerUuid: uuid, name: provider.customerName, partial: "" };
    }
    case "offering": {
      const offering = (await client.offerings({})).find((one) => one.uuid === uuid);
      if (offering === undefined) throw unknown("offering", uuid, "bookings");
      const partial = mayReadOrganisation(user, offering.customerUuid) ? "" : onlyOwn(user);
      return { customerUuid: partial === "" ? offering.customerUuid : "", name: offering.name, partial };
    }
    case "customer":
    case "project": {
      const { rows } = await client.richBookings(bookingFilter({ kind, scopeUuid: uuid }), 1);
      const row = rows.find((one) => (kind === "customer" ? one.customerUuid : one.projectUuid) === uuid);
      if (row === undefined) {
        throw new AppError("not_found", `Waldur shows ${user.username} no booking of ${kind} ${uuid}`);
      }
      return {
        customerUuid: "",
        name: kind === "customer" ? row.customerName : row.projectName,
        partial: user.isStaff ? "" : `Waldur shows ${user.username} only bookings of offerings it manages, and its own`,
      };
    }
    case "visible":
      return { customerUuid: "", name: user.fullName || user.username, partial: "" };
  }
}

function onlyOwn(user: User): string {
  return `${user.username} does not manage this offering: Waldur shows only bookings it made itself`;
}

function unknown(what: string, uuid: string, command: string): AppError {
  return new AppError("not_found", `Waldur shows no ${what} ${uuid}; \`${command}\` lists those it shows`);
}

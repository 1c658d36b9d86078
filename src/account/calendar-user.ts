import type { Deps } from "../deps.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";

const mailbox = /^[a-z0-9.!#$&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/**
 * Returns the mail address that stands for a person in calendar programs, in lower case: that of who-am-I, else the user name
 * in Waldur where it is one, else a made-up one of this service, to which nothing is ever sent.
 */
export function calendarUserAddress(
  deps: Pick<Deps, "config">,
  { id, username, email }: Pick<AccountRow, "id" | "username" | "email">,
): string {
  const own = [email, username].map((name) => name.toLowerCase()).find((name) => mailbox.test(name));
  return own ?? `${id.toLowerCase()}@${mailHost(deps)}`;
}

/** Returns the address that events name as their organizer: it stands for this service, and nobody reads what is sent there. */
export function organizerAddress(deps: Pick<Deps, "config">): string {
  return `noreply@${mailHost(deps)}`;
}

/** Returns the host of this service as the domain of a mailbox (RFC 5321 4.1.3 for a literal). */
function mailHost({ config }: Pick<Deps, "config">): string {
  const { hostname } = new URL(config.publicUrl);
  if (hostname.startsWith("[")) return `[IPv6:${hostname.slice(1)}`;
  return /^[\d.]+$/.test(hostname) ? `[${hostname}]` : hostname;
}

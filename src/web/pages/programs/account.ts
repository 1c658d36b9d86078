import { shownUserName } from "../../../account/app-passwords.ts";
import type { PageContext } from "../../env.ts";
import { keepsSecrets } from "../../request/own-machine.ts";
import { davAddress } from "../../request/public-url.ts";
import type { CalendarAccount } from "../views/parts/calendar-account.tsx";

/** Returns the account with which the viewer's calendar programs sign in. */
export function calendarAccount({ env, req, var: { viewer } }: PageContext): CalendarAccount {
  return {
    address: davAddress(env.config),
    userName: shownUserName(viewer.account),
    userId: viewer.account.id,
    safe: keepsSecrets(env.config, req.url),
    operator: viewer.operator,
  };
}

/** Returns the address that opens an account in DAVx5, with its password: that program takes `caldav:` for plain http. */
export function davx5Address(account: CalendarAccount, password: string): string {
  const { protocol, host, pathname } = new URL(account.address);
  const scheme = protocol === "https:" ? "davx5" : "caldav";
  return `${scheme}://${encodeURIComponent(account.userName)}:${encodeURIComponent(password)}@${host}${pathname}`;
}

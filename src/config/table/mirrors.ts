import { flag, hostList, optional, secret, setting, visible, visibleText } from "../setting.ts";

/** Settings of the calendars that mirror feeds. */
export const mirrors = {
  caldavAllowHosts: optional(
    "CALDAV_ALLOW_HOSTS",
    hostList,
    visible(
      "Hosts of CalDAV servers, and of chats and programs that take webhooks, that may be http and in a private network, each on the port named with it, without one on 80, 443, 5232 and 8443; separated by commas",
    ),
  ),
  webdavPush: setting(
    "WEBDAV_PUSH",
    flag,
    "off",
    "Whether calendar programs may have a web push service told when a calendar changes: on or off",
  ),
  googleClientId: optional(
    "GOOGLE_CLIENT_ID",
    visibleText,
    visible(
      "OAuth client of Google, with which people connect their Google calendars; without it Google is not offered",
    ),
  ),
  googleClientSecret: optional("GOOGLE_CLIENT_SECRET", visibleText, secret("Secret of that client")),
};

/** Calendar programs and how User-Agent shows them; the first match counts. */
const clients: readonly (readonly [name: string, sign: RegExp])[] = [
  ["Google", /google-?calendar|googlebot|feedfetcher|calendar-importer/i],
  ["Outlook", /microsoft|outlook|exchange|msoffice|ms-office|\bowa\b|msie|trident/i],
  ["ICSx5", /icsx5/i],
  ["DAVx5", /davx5|davdroid/i],
  ["CalDav Synchronizer", /caldavsynchronizer/i],
  ["Thunderbird", /thunderbird|betterbird|lightning/i],
  ["GNOME Online Accounts", /gnome-online-accounts/i],
  ["Evolution", /evolution|gnome-calendar/i],
  ["KDE", /akonadi|korganizer|\bkio\/|^kde dav/i],
  ["Nextcloud", /nextcloud|owncloud/i],
  ["vdirsyncer", /vdirsyncer/i],
  ["Apple", /dataaccessd|calendaragent|calendard|remindd|\bios\/|mac[_ ]?os[_ ]?x\/|cfnetwork|icalendar\//i],
  ["browser", /mozilla\/(?:(?!mozilla\/).)*(?:firefox|chrome|safari|edg)\//i],
];

/** Returns the name, without version, of the program behind a User-Agent; "other" for an unknown one. */
export function clientName(userAgent: string | null): string {
  if (userAgent === null) return "other";
  return clients.find(([, sign]) => sign.test(userAgent))?.[0] ?? "other";
}

/**
 * Returns true for a fetcher that may be one of Microsoft's: their subscriptions fail on a compressed feed although they
 * ask for it. A fetcher without a name counts as one.
 */
export function mishandlesGzip(userAgent: string | null): boolean {
  return userAgent === null || userAgent.trim() === "" || clientName(userAgent) === "Outlook";
}

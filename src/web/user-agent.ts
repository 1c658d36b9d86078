/** The calendar programs we tell apart, by what they write into User-Agent; the first that fits. */
const clients: readonly (readonly [name: string, sign: RegExp])[] = [
  ["Google", /google-?calendar|googlebot|feedfetcher|calendar-importer/i],
  ["Outlook", /microsoft|outlook|exchange|msoffice|ms-office|\bowa\b|msie|trident/i],
  ["ICSx5", /icsx5/i],
  ["Thunderbird", /thunderbird|betterbird|lightning/i],
  ["Evolution", /evolution|gnome-calendar/i],
  ["KDE", /akonadi|korganizer|\bkio\//i],
  ["Nextcloud", /nextcloud|owncloud/i],
  ["vdirsyncer", /vdirsyncer/i],
  ["Apple", /dataaccessd|calendaragent|calendard|remindd|\bios\/|mac[_ ]?os[_ ]?x\/|cfnetwork|icalendar\//i],
  ["browser", /mozilla\/.*(?:firefox|chrome|safari|edg)\//i],
];

/** The name, without version, of the program behind a User-Agent; "other" for one we do not know. */
export function clientName(userAgent: string | null): string {
  if (userAgent === null) return "other";
  return clients.find(([, sign]) => sign.test(userAgent))?.[0] ?? "other";
}

/**
 * Whether a fetcher may be one of Microsoft's, whose subscriptions fail on a compressed feed although they ask for it.
 * One that does not say who it is counts as such.
 */
export function mishandlesGzip(userAgent: string | null): boolean {
  return userAgent === null || userAgent.trim() === "" || clientName(userAgent) === "Outlook";
}

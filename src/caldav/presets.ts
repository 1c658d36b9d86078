import { microsoftMail, yahooMail } from "./mail-domains.ts";

/** A provider or program that people know by name. */
export interface Preset {
  readonly id: string;
  readonly name: string;
  /** The address where discovery begins; `{host}` and `{user}` are filled in. Null: it has no CalDAV. */
  readonly start: string | null;
  readonly auth: "password" | "oauth";
  /** Domains of its mail addresses. */
  readonly mail: readonly string[];
  /** Hosts of its web pages, besides those domains; they have no CalDAV. */
  readonly web: readonly string[];
  /** The domain whose hosts share the credentials; null: the origin alone. */
  readonly domain: string | null;
  /** Concurrent requests to begin with. */
  readonly concurrency: number;
  /** Requests it allows in a minute; null: no known limit. */
  readonly perMinute: number | null;
  /** True when calendars can be made over CalDAV. */
  readonly makesCalendars: boolean;
  /** True when it hides cancelled events, so that deleting them is better. */
  readonly dropsCancelled: boolean;
  /** Advice for the person, such as the page that makes app passwords, or the reason that it does not work. */
  readonly hint: string;
}

const usual = {
  auth: "password",
  mail: [],
  web: [],
  domain: null,
  concurrency: 4,
  perMinute: null,
  makesCalendars: true,
  dropsCancelled: false,
} as const;

const hosted = { ...usual, concurrency: 2, perMinute: 240 } as const;
const appPassword = (where: string): string => `Make an app password: ${where}.`;
const feedOnly = (name: string): string => `${name} has no CalDAV: subscribe to the address of the feed there instead.`;

/** All presets, in the order of the list. */
export const presets: readonly Preset[] = [
  {
    ...hosted,
    id: "google",
    name: "Google Calendar",
    start: "https://apidata.googleusercontent.com/caldav/v2/{user}/user",
    auth: "oauth",
    mail: ["gmail.com", "googlemail.com"],
    web: ["google.com", "calendar.google.com", "mail.google.com"],
    makesCalendars: false,
    dropsCancelled: true,
    hint: "Google gives programs access only after you agree in the browser. Make a calendar for the bookings in Google first.",
  },
  {
    ...hosted,
    id: "icloud",
    name: "Apple iCloud",
    start: "https://caldav.icloud.com/",
    mail: ["icloud.com", "me.com", "mac.com"],
    domain: "icloud.com",
    hint: appPassword("account.apple.com, Sign-In and Security, App-Specific Passwords"),
  },
  {
    ...hosted,
    id: "fastmail",
    name: "Fastmail",
    start: "https://caldav.fastmail.com/dav/",
    mail: ["fastmail.com", "fastmail.fm"],
    hint: appPassword("Settings, Privacy & Security, Manage app passwords, access to Calendars"),
  },
  {
    ...usual,
    id: "nextcloud",
    name: "Nextcloud",
    start: "https://{host}/remote.php/dav/",
    hint: appPassword("Personal settings, Security, Create new app password; the user name is shown beside it"),
  },
  {
    ...hosted,
    id: "mailbox",
    name: "mailbox.org",
    start: "https://dav.mailbox.org/",
    mail: ["mailbox.org"],
    hint: "With two-factor sign-in make an app password in Settings, Security; else use your own password.",
  },
  {
    ...hosted,
    id: "zoho",
    name: "Zoho Calendar",
    start: "https://calendar.zoho.com/caldav/",
    mail: ["zoho.com", "zohomail.com"],
    makesCalendars: false,
    hint: "Give the CalDAV address that Zoho shows in the settings of the calendar, and an app password of accounts.zoho.com, Security.",
  },
  {
    ...hosted,
    id: "yahoo",
    name: "Yahoo",
    start: "https://caldav.calendar.yahoo.com/",
    mail: yahooMail,
    hint: appPassword("Account security, Generate app password"),
  },
  {
    ...hosted,
    id: "gmx",
    name: "GMX",
    start: "https://caldav.gmx.net/begenda/dav/{user}/",
    mail: ["gmx.net", "gmx.de", "gmx.at", "gmx.ch"],
    concurrency: 1,
    perMinute: 30,
    hint: "Use the password of your mailbox. GMX takes one request in two seconds: the first push takes long.",
  },
  {
    ...hosted,
    id: "webde",
    name: "WEB.DE",
    start: "https://caldav.web.de/begenda/dav/{user}/",
    mail: ["web.de"],
    concurrency: 1,
    perMinute: 30,
    hint: "Use the password of your mailbox. WEB.DE takes one request in two seconds: the first push takes long.",
  },
  {
    ...hosted,
    id: "posteo",
    name: "Posteo",
    start: "https://posteo.de:8443/",
    mail: ["posteo.de", "posteo.net"],
    makesCalendars: false,
    hint: "Use your password. Make a calendar for the bookings in Posteo first.",
  },
  {
    ...hosted,
    id: "purelymail",
    name: "Purelymail",
    start: "https://purelymail.com/webdav/",
    mail: ["purelymail.com"],
    hint: "With two-factor sign-in make an app password in the account settings; else use your own password.",
  },
  {
    ...usual,
    id: "sogo",
    name: "SOGo",
    start: "https://{host}/SOGo/dav/{user}/",
    hint: "Use the user name and password of SOGo.",
  },
  {
    ...usual,
    id: "davical",
    name: "DAViCal",
    start: "https://{host}/caldav.php/{user}/",
    hint: "Use the user name and password of DAViCal.",
  },
  {
    ...usual,
    id: "baikal",
    name: "Baïkal, Davis",
    start: "https://{host}/dav.php/",
    hint: "Use the user name and password that the administrator of the server gave you.",
  },
  {
    ...usual,
    id: "zimbra",
    name: "Zimbra",
    start: "https://{host}/dav/",
    hint: "Use the user name and password of Zimbra.",
  },
  {
    ...usual,
    id: "cyrus",
    name: "Cyrus",
    start: "https://{host}/dav/calendars/user/{user}/",
    hint: "Use the user name and password of your mailbox.",
  },
  {
    ...usual,
    id: "radicale",
    name: "Radicale",
    start: "https://{host}:5232/",
    hint: "Use the user name and password that the administrator of the server gave you.",
  },
  {
    ...usual,
    id: "other",
    name: "another CalDAV server",
    start: "https://{host}/",
    hint: "Give the address of the server, or of the calendar itself.",
  },
  {
    ...usual,
    id: "microsoft",
    name: "Exchange, Outlook.com, Microsoft 365",
    start: null,
    mail: microsoftMail,
    web: ["office.com", "office365.com", "microsoft365.com", "outlook.com", "live.com", "cloud.microsoft"],
    hint: feedOnly("Microsoft"),
  },
  {
    ...usual,
    id: "proton",
    name: "Proton Calendar",
    start: null,
    mail: ["proton.me", "protonmail.com", "pm.me"],
    hint: feedOnly("Proton"),
  },
];

/** The most characters of an address. */
const longest = 2000;

/** Returns the preset whose hosts or mail addresses a text belongs to; null for none. */
export function findPreset(text: string): Preset | null {
  if (text.length > longest) return null;
  const mail = /^[^\s@/]+@([^\s@/]+)$/.exec(text.trim())?.[1]?.toLowerCase();
  if (mail !== undefined) return presets.find((one) => one.mail.some((domain) => isUnder(mail, domain))) ?? null;
  const host = hostIn(text);
  return host === null ? null : (presets.find((one) => hasHost(one, host)) ?? null);
}

/**
 * Returns the preset for what a person gave. The one they chose gives way to an address that is another provider's or, where
 * all its users share one host, not on that: the password goes where the address leads.
 */
export function choosePreset(text: string, chosen: Preset | null): Preset | null {
  if (chosen === null) return findPreset(text);
  // No password is asked for, and consent is for that provider alone.
  if (chosen.auth === "oauth") return chosen;
  const host = text.includes("@") && !/^https?:/i.test(text.trim()) ? null : hostIn(text);
  if (host === null || !host.includes(".") || hasHost(chosen, host)) return chosen;
  const found = findPreset(text);
  return found !== null || !takesHost(chosen) ? found : chosen;
}

/** Returns true when people name the host of such a server. */
export function takesHost({ start }: Preset): boolean {
  return start !== null && start.includes("{host}");
}

/**
 * Returns the address where discovery begins for what a person gave: a URL, a mail address, or a host. Fills in `{host}`
 * and `{user}` of the preset, also its path after an address without one. Null when the text is none of these, longer than
 * 2,000 characters, or the preset has no CalDAV.
 */
export function discoveryStart(
  given: { readonly text: string; readonly username: string },
  preset: Preset | null,
): string | null {
  if (given.text.length > longest) return null;
  const text = given.text.trim();
  const template = preset === null ? "https://{host}/" : preset.start;
  if (/^https?:\/\//i.test(text)) {
    if (!URL.canParse(text)) return null;
    const url = new URL(text);
    if (preset === null || template === null) return url.href;
    const isBare = url.pathname === "/" && url.search === "";
    if (takesHost(preset)) return isBare ? url.origin + pathOf(template, given.username) : url.href;
    const isStart = isBare && hostIn(template) === url.hostname;
    return isStart || isWebPage(preset, url.hostname) ? filled(template, "", given.username) : url.href;
  }
  if (template === null) return null;
  const host = /^(?:[^\s@/]+@)?([^\s@/]+)$/.exec(text)?.[1] ?? "";
  if (host === "" && template.includes("{host}")) return null;
  return filled(template, host, given.username);
}

/** Fills in the parts of a template; null when that gives no address. */
function filled(template: string, host: string, username: string): string | null {
  // A preset with a port takes the host without one.
  const named = template.includes("{host}:") ? host.replace(/:\d+$/, "") : host;
  const url = template.replaceAll("{host}", named).replaceAll("{user}", encodeURIComponent(username.toWellFormed()));
  return URL.canParse(url) ? new URL(url).href : null;
}

function pathOf(template: string, username: string): string {
  const url = filled(template, "host.invalid", username);
  return url === null ? "/" : new URL(url).pathname;
}

function hasHost({ start, domain, mail, web }: Preset, host: string): boolean {
  if (start !== null && hostIn(start) === host) return true;
  return [domain, ...mail, ...web].some((one) => isUnder(host, one));
}

/** Returns true when a host of the preset shows web pages alone, so that an address there is none of a calendar. */
function isWebPage({ start, mail, web }: Preset, host: string): boolean {
  if (start !== null && hostIn(start) === host) return false;
  const name = host.replace(/^www\./, "");
  return mail.includes(name) || web.includes(name);
}

function hostIn(text: string): string | null {
  const url = /^https?:\/\//i.test(text.trim()) ? text.trim() : `https://${text.trim()}`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}

function isUnder(host: string, domain: string | null): boolean {
  return domain !== null && `.${host}`.endsWith(`.${domain}`);
}

import { hex } from "../../../security/hash.ts";
import type { CalendarAccount } from "../views/parts/calendar-account.tsx";

/** The texts of a configuration profile beside the account. */
export interface ProfileFacts {
  /** Shown when it is installed, and as the name of the account. */
  readonly name: string;
  readonly password: string;
  readonly random: (bytes: number) => Uint8Array;
}

/**
 * Returns a configuration profile for iOS, iPadOS and macOS with one CalDAV account (PayloadType `com.apple.caldav.account`),
 * its password in it: without one, macOS makes no account. A later profile of the same account replaces it.
 */
export function appleProfile(account: CalendarAccount, { name, password, random }: ProfileFacts): string {
  const { protocol, hostname, port } = new URL(account.address);
  const secure = protocol === "https:";
  const identifier = `${hostname.split(".").toReversed().join(".")}.waldur-calendar.${account.userId}`;
  const payload = [
    ["CalDAVAccountDescription", name],
    ["CalDAVHostName", hostname],
    ["CalDAVPort", Number(port) || (secure ? 443 : 80)],
    ["CalDAVUseSSL", secure],
    // Devices start at the host's /.well-known/caldav whatever stands here.
    ["CalDAVPrincipalURL", new URL(account.address).pathname],
    ["CalDAVUsername", account.userName],
    ["CalDAVPassword", password],
    ["PayloadType", "com.apple.caldav.account"],
    ["PayloadIdentifier", `${identifier}.caldav`],
    ["PayloadUUID", newUuid(random)],
    ["PayloadVersion", 1],
    ["PayloadDisplayName", name],
  ] as const;
  const profile = [
    ["PayloadType", "Configuration"],
    ["PayloadIdentifier", identifier],
    ["PayloadUUID", newUuid(random)],
    ["PayloadVersion", 1],
    ["PayloadDisplayName", name],
  ] as const;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<dict>",
    "<key>PayloadContent</key>",
    "<array>",
    "<dict>",
    ...payload.map(writeEntry),
    "</dict>",
    "</array>",
    ...profile.map(writeEntry),
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

function writeEntry([key, value]: readonly [string, string | number | boolean]): string {
  const written =
    typeof value === "string"
      ? `<string>${escape(value)}</string>`
      : typeof value === "number"
        ? `<integer>${value}</integer>`
        : `<${value}/>`;
  return `<key>${key}</key>${written}`;
}

const escapes = new Map(Object.entries({ "&": "&amp;", "<": "&lt;", ">": "&gt;" }));

/** Returns a text as XML has it, without the characters that XML 1.0 has no place for. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll(/[&<>]/g, (sign) => escapes.get(sign) ?? "");
}

/** Makes a random UUID (RFC 9562 5.4). */
function newUuid(random: (bytes: number) => Uint8Array): string {
  const digits = hex(random(16)).replace(/^(.{12}).(.{3})./, "$14$2a");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5").toUpperCase();
}

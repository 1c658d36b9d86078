import { isBlockedIp, parseIp } from "./ip.ts";

/** The rules of the operator about addresses outside. */
export interface OutsideRules {
  /** Hosts with a port, or without one for the usual ports, that may also be http and private (`CALDAV_ALLOW_HOSTS`). */
  readonly allowed: readonly string[];
  /** Host names that are the service itself. */
  readonly own: readonly string[];
}

/** Returns the rules that the settings give. */
export function outsideRules(config: {
  readonly caldavAllowHosts: readonly string[] | null;
  readonly publicUrl: string;
}): OutsideRules {
  return { allowed: config.caldavAllowHosts ?? [], own: [hostOf(new URL(config.publicUrl))] };
}

/** Thrown by a transport that finds that a name leads to a blocked address. */
export class BlockedAddress extends Error {
  override readonly name = "BlockedAddress";
}

const longest = 2000;
/** Ports on which CalDAV servers listen besides the scheme's own. */
const ports = new Set(["8443", "5232"]);
/** Names that are answered inside a network or machine only, those of cloud metadata among them. */
const insideNames =
  /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home|corp|private|arpa|onion|test|invalid)$/;

/**
 * Returns true when the operator has allowed the host of this address on its port: it may then be http and lead inside.
 * A host that was named without a port is allowed on those of CalDAV servers.
 */
export function isAllowed(url: URL, { allowed }: OutsideRules): boolean {
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const host = hostOf(url);
  return allowed.includes(`${host}:${port}`) || (allowed.includes(host) && (port === "80" || isCaldavPort(url)));
}

function isCaldavPort({ port }: URL): boolean {
  return port === "" || ports.has(port);
}

/** Returns the host as it is compared: lower case (URLs do that), without the root's dot. */
function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, "");
}

/** Returns true when the host of this address is known inside a network alone, whatever its scheme and port. */
export function isInside(url: URL): boolean {
  const host = hostOf(url);
  return isBlockedIp(host) || isInsideName(host);
}

function isInsideName(host: string): boolean {
  return parseIp(host) === null && (!host.includes(".") || insideNames.test(host));
}

/** Returns why no request may go to this address, as a sentence's end; null when one may. Names are checked again when they are looked up. */
export function blockedReason(url: URL, rules: OutsideRules): string | null {
  if (url.protocol !== "https:" && url.protocol !== "http:") return "only https addresses are asked";
  if (url.username !== "" || url.password !== "") return "an address may not hold a user or password";
  if (url.href.length > longest) return `an address may have ${longest} characters`;
  if (isAllowed(url, rules)) return null;
  if (url.protocol === "http:")
    return "only https is allowed; the operator can allow host and port in CALDAV_ALLOW_HOSTS";
  const host = hostOf(url);
  if (rules.own.includes(host)) return "this is the service itself";
  if (isBlockedIp(host)) return "this address is not in the public internet";
  if (isInsideName(host)) return "this name is not one of the public internet";
  if (!isCaldavPort(url))
    return `port ${url.port} is not one of CalDAV's; the operator can allow it in CALDAV_ALLOW_HOSTS`;
  return null;
}

import { isBlockedIp, parseIp } from "../../security/ip.ts";

/**
 * Returns true for an address whose host may be reached from the internet, as far as its name tells: no address or name that
 * is for this machine or network alone (RFC 6761, RFC 6762, RFC 8375, RFC 9476).
 */
export function reachesOutside(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  if (parseIp(host) !== null) return !isBlockedIp(host);
  return host.includes(".") && !/\.(?:alt|example|home\.arpa|internal|invalid|lan|local|localhost|test)\.?$/.test(host);
}

/** Returns true when what is sent to the service is encrypted on its way, or stays on the machine; a proxy may end TLS. */
export function keepsSecrets({ publicUrl }: { readonly publicUrl: string }, requestUrl: string): boolean {
  return [requestUrl, publicUrl].some((url) => url.startsWith("https:")) || isLoopback(requestUrl);
}

/** Returns true for an address whose host is this very machine: what is sent there never travels in the clear. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

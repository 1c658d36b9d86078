import { isIn, parseIp } from "./ip.ts";

/** Returns true for a network such as 10.0.0.0/8 or fd00::/8, or one address. */
export function isNetwork(text: string): boolean {
  const [address = "", length, ...rest] = text.split("/");
  const bytes = spelledOut.test(address) ? parseIp(address) : null;
  if (bytes === null || rest.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bytes.length * 8);
}

/** An address as networks and proxies write it; `parseIp` reads others too. */
const spelledOut = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/;

/**
 * Returns the address of the client behind a connection. `forwarded` is X-Forwarded-For, to whose end each proxy puts the
 * address that it was asked from: it is read backwards, as long as trusted proxies wrote it.
 */
export function clientAddress(peer: string, forwarded: string, trusted: readonly string[]): string {
  let client = bare(peer);
  const told = forwarded.split(",").map(bare);
  while (told.length > 0 && trusted.some((network) => isInNetwork(client, network))) {
    const before = told.pop() ?? "";
    if (!spelledOut.test(before)) break;
    client = before;
  }
  return client;
}

/** Returns an address without port, brackets and the prefix of IPv4 in IPv6. */
function bare(text: string): string {
  const address = text.trim().replace(/^\[([^\]]*)\](?::\d+)?$/, "$1");
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

function isInNetwork(address: string, network: string): boolean {
  const bytes = parseIp(address);
  const [base = "", length] = network.split("/");
  const size = parseIp(base)?.length;
  return bytes !== null && bytes.length === size && isIn(bytes, `${base}/${length ?? size * 8}`);
}

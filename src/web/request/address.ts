import type { PageContext } from "../env.ts";

/** Returns the network that a request came from, as `shortAddress` writes it. */
export function requestNetwork({ env, req }: PageContext): string {
  return shortAddress(env.addressOf(req.raw));
}

/**
 * Returns a client's address, shortened to a network so that it names no person: three bytes of IPv4, 48 bits of IPv6;
 * "" for anything else.
 */
export function shortAddress(address: string): string {
  const four = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address)?.[1];
  if (four !== undefined) return `${four}.0`;
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(":")) return "";
  const [head = "", tail] = address.toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return `${[...before, ...zeros, ...after].slice(0, 3).join(":")}::`;
}

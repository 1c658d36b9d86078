type Bytes = readonly number[];

/** IPv4 that is not for everybody: private, shared, local, documentation, benchmarks, multicast, reserved (RFC 6890 and the IANA registry). */
const blocked4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/**
 * Public by their numbers, and answered inside a cloud only: the wire server of Azure, the metadata of Equinix Metal, resolvers
 * of Tencent, private access to Google's APIs. The metadata of AWS, Google, Azure, Oracle, Alibaba, DigitalOcean, OpenStack
 * and others is link-local, shared or unique local, and so above or below.
 */
const cloud4 = [
  "168.63.129.16/32",
  "192.80.8.124/32",
  "183.60.82.98/32",
  "183.60.83.19/32",
  "199.36.153.4/30",
  "199.36.153.8/30",
];

/** Only global unicast of IPv6 is for everybody, and of that not these: protocol assignments with Teredo, documentation, 6to4. */
const global6 = "2000::/3";
const blocked6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/**
 * Returns the bytes of an IP address, 4 or 16, in any spelling that a URL takes for one: dotted, short, octal, hexadecimal or one
 * number, IPv6 with or without brackets, zone and embedded IPv4. Null for what is a name.
 */
export function parseIp(text: string): Bytes | null {
  const bare = text.replace(/^\[|\]$/g, "").replace(/%.*/, "");
  const host = bare.includes(":") ? `[${bare}]` : bare;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}/`)) return null;
  const { hostname } = new URL(`http://${host}/`);
  if (hostname.startsWith("[")) return bytesOf6(hostname.slice(1, -1));
  return /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? hostname.split(".").map(Number) : null;
}

/** Reads IPv6 as URLs write it: groups of hexadecimal with at most one "::". */
function bytesOf6(text: string): Bytes {
  const [head = "", tail] = text.split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0");
  return [...front, ...zeros, ...back].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

/** Returns true when requests may not go to this address: it is not in the public internet. False for a name. */
export function isBlockedIp(text: string): boolean {
  const bytes = parseIp(text);
  if (bytes === null) return false;
  if (bytes.length === 4) return [...blocked4, ...cloud4].some((range) => isIn(bytes, range));
  return !isIn(bytes, global6) || blocked6.some((range) => isIn(bytes, range));
}

/** Returns true when an address is in a network, of the same kind of addresses. */
export function isIn(bytes: Bytes, range: string): boolean {
  const [network = "", length = ""] = range.split("/");
  const wanted = parseIp(network) ?? [];
  return wanted.every((byte, at) => {
    const bits = Math.min(8, Math.max(0, Number(length) - at * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((bytes[at] ?? 0) & mask);
  });
}

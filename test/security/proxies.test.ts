import { describe, expect, it } from "vitest";
import { clientAddress, isNetwork } from "../../src/security/proxies.ts";
import { defaultConfig } from "../../src/config/config.ts";

const loopback = defaultConfig.trustedProxies;

describe("the address of a client", () => {
  it.each([
    ["is the other end of the connection", "198.51.100.7", "", loopback, "198.51.100.7"],
    ["is what a proxy on this machine tells", "127.0.0.1", "198.51.100.7", loopback, "198.51.100.7"],
    ["is so over IPv6", "::1", "2001:db8::7", loopback, "2001:db8::7"],
    ["is so over IPv4 in IPv6", "::ffff:127.0.0.1", "198.51.100.7", loopback, "198.51.100.7"],
    ["is the proxy's where that tells nothing", "127.0.0.1", "", loopback, "127.0.0.1"],
    ["is never what a peer in a private network claims", "10.0.0.9", "198.51.100.7", loopback, "10.0.0.9"],
    ["is never what a stranger claims", "203.0.113.9", "198.51.100.7", loopback, "203.0.113.9"],
    [
      "is not what the client itself claims to the proxy",
      "127.0.0.1",
      "1.2.3.4, 198.51.100.7",
      loopback,
      "198.51.100.7",
    ],
    [
      "is found behind a row of trusted ones",
      "10.1.2.3",
      "1.2.3.4, 198.51.100.7, 10.9.9.9",
      ["10.0.0.0/8"],
      "198.51.100.7",
    ],
    ["stays the first one if all are trusted", "10.1.2.3", "10.5.5.5, 10.9.9.9", ["10.0.0.0/8"], "10.5.5.5"],
    ["has no port", "127.0.0.1", "198.51.100.7:51234", loopback, "198.51.100.7"],
    ["has no brackets", "127.0.0.1", "[2001:db8::7]:51234", loopback, "2001:db8::7"],
    ["is the proxy's if it tells no address", "127.0.0.1", "unknown", loopback, "127.0.0.1"],
    ["may be trusted alone", "192.0.2.5", "198.51.100.7", ["192.0.2.5"], "198.51.100.7"],
    ["has neighbours who are not", "192.0.2.6", "198.51.100.7", ["192.0.2.5"], "192.0.2.6"],
    ["is not mistaken for a network of the other kind", "::1", "198.51.100.7", ["0.0.0.0/0"], "::1"],
    ["is unknown without a connection", "", "198.51.100.7", loopback, ""],
  ])("%s", (_, peer, forwarded, trusted, client) => expect(clientAddress(peer, forwarded, trusted)).toBe(client));
});

describe("a network", () => {
  it.each(["127.0.0.0/8", "10.1.2.3", "::1", "fd00::/8", "2001:db8::/32", "0.0.0.0/0"])("is %s", (text) =>
    expect(isNetwork(text)).toBe(true),
  );
  it.each(["", "proxy", "10.0.0.0/33", "fd00::/129", "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0/", "1", "300.1.1.1/8"])(
    "is not %j",
    (text) => expect(isNetwork(text)).toBe(false),
  );
});

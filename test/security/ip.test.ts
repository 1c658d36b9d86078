import { describe, expect, it } from "vitest";
import { isBlockedIp, parseIp } from "../../src/security/ip.ts";

describe("addresses that are not in the public internet", () => {
  it.each([
    ["loopback", ["127.0.0.1", "127.255.255.254", "::1", "[::1]", "0:0:0:0:0:0:0:1"]],
    ["loopback in other spellings", ["127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0x7f000001", "017700000001"]],
    [
      "IPv4 inside IPv6",
      [
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "[::ffff:10.0.0.1]",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
      ],
    ],
    ["this network", ["0.0.0.0", "0", "0.1.2.3", "::"]],
    [
      "private",
      [
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        "fc00::1",
        "fdff::1",
      ],
    ],
    ["shared by a provider", ["100.64.0.1", "100.127.255.255"]],
    [
      "link-local, with cloud metadata",
      ["169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "febf::1", "fd00:ec2::254"],
    ],
    [
      "metadata and wire servers of clouds",
      [
        "168.63.129.16",
        "::ffff:168.63.129.16",
        "169.254.169.254",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:42::42",
        "fe80::a9fe:a9fe",
        "100.100.100.200",
        "192.0.0.192",
        "169.254.170.2",
        "192.80.8.124",
        "183.60.82.98",
        "183.60.83.19",
        "199.36.153.5",
        "199.36.153.11",
      ],
    ],
    [
      "documentation and benchmarks",
      ["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "2001:db8::1", "3fff::1"],
    ],
    [
      "protocol assignments, relays, Teredo, ORCHID",
      ["192.0.0.1", "192.88.99.1", "2001::1", "2001:20::1", "100::1", "5f00::1"],
    ],
    ["multicast and reserved", ["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1"]],
  ])("%s", (_, addresses) => {
    expect(addresses.filter((address) => !isBlockedIp(address))).toEqual([]);
  });

  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "199.36.153.12",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
    "2001:4860::8888",
    "2003::1",
  ])("%s is in it", (address) => {
    expect(parseIp(address)).not.toBe(null);
    expect(isBlockedIp(address)).toBe(false);
  });

  it("are no names", () => {
    for (const name of ["localhost", "caldav.example", "1.2.3.4.example", "", "a:b", "[x]"]) {
      expect(parseIp(name)).toBe(null);
      expect(isBlockedIp(name)).toBe(false);
    }
  });
});

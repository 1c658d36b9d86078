import { describe, expect, it } from "vitest";
import { defaultConfig, readConfig } from "../../src/config/config.ts";
import { blockedReason, isAllowed, outsideRules } from "../../src/security/outside.ts";

const rules = outsideRules({
  caldavAllowHosts: ["dav.inside.lan", "10.0.0.5:5232"],
  publicUrl: "https://calendar.example",
});
const refused = (address: string): boolean => blockedReason(new URL(address), rules) !== null;

describe("addresses that may not be asked", () => {
  it.each([
    [
      "another scheme",
      ["ftp://dav.example.org/", "file:///etc/passwd", "data:text/plain,x", "http://dav.example.org/"],
    ],
    ["a user in it", ["https://alice@dav.example.org/", "https://alice:secret@dav.example.org/"]],
    [
      "an IP literal inside, however spelled",
      [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a00:1]/",
        "https://169.254.169.254/latest/",
        "https://0/",
        "https://127.0.0.1./",
        "https://１２７.0.0.1/",
      ],
    ],
    [
      "a name inside",
      [
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://metadata/",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://router.home.arpa/",
        "https://intranet/",
      ],
    ],
    [
      "the service itself",
      ["https://calendar.example/", "https://CALENDAR.example./f/x.ics", "https://calendar.example:8443/"],
    ],
    [
      "a port of something else",
      ["https://dav.example.org:22/", "https://dav.example.org:6379/", "https://dav.example.org:80/"],
    ],
    [
      "an allowed host on another port",
      [
        "https://10.0.0.5/",
        "http://10.0.0.5:80/",
        "https://x.dav.inside.lan/",
        "https://dav.inside.lan:9999/",
        "http://dav.inside.lan:6379/",
      ],
    ],
    ["endless", [`https://dav.example.org/${"a".repeat(2000)}`]],
  ])("%s", (_, addresses) => {
    expect(addresses.filter((address) => !refused(address))).toEqual([]);
  });

  it.each([
    "https://dav.example.org/",
    "https://DAV.example.org/a/b?c",
    "https://posteo.de:8443/",
    "https://dav.example.org:5232/",
    "https://1.1.1.1/",
    "http://dav.inside.lan/",
    "https://dav.inside.lan:8443/",
    "http://dav.inside.lan:5232/",
    "http://10.0.0.5:5232/x",
  ])("%s may", (address) => {
    expect(refused(address)).toBe(false);
  });

  it("come from the settings", () => {
    const config = readConfig({
      CALDAV_ALLOW_HOSTS: "Dav.Example.org, [::1]:5232",
      PUBLIC_URL: "https://calendar.example",
    });
    expect(outsideRules(config)).toEqual({ allowed: ["dav.example.org", "[::1]:5232"], own: ["calendar.example"] });
    expect(outsideRules(defaultConfig)).toEqual({ allowed: [], own: ["127.0.0.1"] });
    for (const wrong of ["https://dav.example.org", "a b", "a,,b", "host:port", "a/b"]) {
      expect(() => readConfig({ CALDAV_ALLOW_HOSTS: wrong })).toThrow("CALDAV_ALLOW_HOSTS: give host names");
    }
  });

  it("may lead inside only where the operator named the host, on its port", () => {
    const inside = (address: string): boolean => isAllowed(new URL(address), rules);
    expect(
      ["http://dav.inside.lan/", "https://dav.inside.lan./", "https://10.0.0.5:5232/"].filter(inside),
    ).toHaveLength(3);
    expect(
      [
        "https://inside.lan/",
        "https://x.dav.inside.lan/",
        "https://10.0.0.6:5232/",
        "https://10.0.0.5/",
        "http://dav.inside.lan:6379/",
      ].filter(inside),
    ).toEqual([]);
  });
});

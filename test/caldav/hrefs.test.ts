import { describe, expect, it } from "vitest";
import { hrefAddress, hrefName, memberPath, hrefPath, parentPath, sameHref } from "../../src/caldav/hrefs.ts";

const collection = new URL("https://dav.example.org/cal/al%40ice/work/");

describe("hrefs", () => {
  it.each([
    ["/cal/al%40ice/work/odd%40uid%3A1%20%C3%A9.ics"],
    ["/cal/al@ice/work/odd@uid:1%20%C3%A9.ics"],
    ["/cal/al@ice/work/odd%40uid:1%20%c3%a9.ics"],
    ["/cal/al@ice/work/odd@uid:1%20e%CC%81.ics"],
    ["/cal/al@ice/work/odd@uid:1 é.ics"],
  ])("%s is the same object, and keeps its spelling", (href) => {
    expect(hrefName(href)).toBe("odd@uid:1 é.ics");
    expect(memberPath(collection, href)).toBe(href);
  });

  it("of more than 4,000 characters are of no object of ours", () => {
    expect(memberPath(collection, `${"a".repeat(3990)}.ics`)).not.toBe(null);
    expect(memberPath(collection, `${"a".repeat(4000)}.ics`)).toBe(null);
  });

  it("of a whole address or a relative one are paths", () => {
    expect(memberPath(collection, "https://dav.example.org/cal/al@ice/work/a.ics")).toBe("/cal/al@ice/work/a.ics");
    expect(memberPath(collection, " a.ics\n")).toBe("/cal/al%40ice/work/a.ics");
    expect(hrefPath("https://DAV.example.org:443/x", collection)).toBe("/x");
  });

  it.each([
    ["http behind TLS", "http://dav.example.org/cal/al@ice/work/a.ics", "/cal/al@ice/work/a.ics"],
    ["a host inside", "http://radicale:5232/cal/al%40ice/work/a.ics", "/cal/al%40ice/work/a.ics"],
    ["a slash too many", "//cal/al@ice/work/a.ics", "/cal/al@ice/work/a.ics"],
    ["slashes too many", "/cal//al@ice///work//a%2fb.ics", null],
    ["more of them", "/cal//al@ice///work//a%3ab.ics", "/cal/al%40ice/work/a%3ab.ics"],
    ["dot segments", "/cal/./al@ice/x/../work/a.ics", "/cal/al%40ice/work/a.ics"],
  ])("with %s are told by their path", (_, href, path) => {
    expect(memberPath(collection, href)).toBe(path);
  });

  it("keep the origin that was asked when a proxy hides TLS, and no other", () => {
    expect(hrefAddress("http://dav.example.org/p/?x", collection)?.href).toBe("https://dav.example.org/p/?x");
    expect(hrefAddress("http://dav.example.org:8080/p/", collection)?.href).toBe("https://dav.example.org/p/");
    expect(hrefAddress("http://caldav:5232/p/", collection)?.href).toBe("https://dav.example.org/p/");
    expect(hrefAddress("http://10.0.0.7/p/", collection)?.href).toBe("https://dav.example.org/p/");
    expect(hrefAddress("http://other.example.org/p/", collection)?.href).toBe("http://other.example.org/p/");
    expect(hrefAddress("https://dav.example.org:8443/p/", collection)?.href).toBe("https://dav.example.org:8443/p/");
    expect(hrefAddress("", collection)).toBe(null);
  });

  it.each([
    "",
    "/",
    "/cal/al@ice/work/",
    "/cal/al@ice/work",
    "/cal/al@ice/other/a.ics",
    "/cal/al@ice/work/deeper/a.ics",
    "/cal/al@ice/work/../a.ics",
    "/cal/al@ice/work/..",
    "/cal/al@ice/work/%2e%2e",
    "/cal/al@ice/work/%2e%2e%2fother%2fa.ics",
    "/cal/al@ice/work/%2e%2e%2fother%2fa%zz.ics",
    "/cal/al@ice/work/%ff%2fa.ics",
    "/cal/al@ice/work/a.ics?x",
    "/cal/al@ice/work/a.ics#x",
    "https://evil.example.org/cal/al@ice/other/a.ics",
    "//evil.example.org/cal/al@ice/work/a.ics",
    "//al@ice/work/a.ics",
    "https://u@dav.example.org/cal/al@ice/work/a.ics",
    "javascript:alert(1)",
  ])("%j is no object of the calendar", (href) => {
    expect(memberPath(collection, href)).toBe(null);
  });

  it("are the same place in one folder, with a query or without", () => {
    expect(hrefName("https://x/c/odd@uid:1 e\u0301.ics?x=1/2")).toBe("odd@uid:1 é.ics");
    const hrefs = ["/dav/anna%40x/c/a.ics", "/dav/anna@x/c/", "https://dav.example/dav/anna@x/c/"];
    expect(new Set(hrefs.map(parentPath))).toEqual(new Set(["/dav/anna@x/c/"]));
  });

  it("with a broken escape keep that as it is, and are decoded around it", () => {
    expect(hrefName("/c/100%.ics")).toBe("100%.ics");
    expect(hrefName("/c/a%40b%zz%ffe%CC%81.ics")).toBe("a@b%zz%ffé.ics");
    expect(parentPath("/al%40ice/50%/a.ics")).toBe("/al@ice/50%/");
    expect(sameHref("/a%40b%zz", "/a@b%zz")).toBe(true);
    expect(sameHref("/a%zz", "/a")).toBe(false);
  });
});

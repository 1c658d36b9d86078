import { describe, expect, it } from "vitest";
import { hrefKey, memberPath, hrefPath, sameHref } from "../../src/caldav/hrefs.ts";

const collection = new URL("https://dav.example.org/cal/al%40ice/work/");

describe("hrefs", () => {
  it.each([
    ["/cal/al%40ice/work/odd%40uid%3A1%20%C3%A9.ics"],
    ["/cal/al@ice/work/odd@uid:1%20%C3%A9.ics"],
    ["/cal/al@ice/work/odd%40uid:1%20%c3%a9.ics"],
    ["/cal/al@ice/work/odd@uid:1%20e%CC%81.ics"],
    ["/cal/al@ice/work/odd@uid:1 é.ics"],
  ])("%s is the same object, and keeps its spelling", (href) => {
    expect(hrefKey(href)).toBe("odd@uid:1 é.ics");
    expect(memberPath(collection, href)).toBe(href);
  });

  it("of a whole address or a relative one are paths", () => {
    expect(memberPath(collection, "https://dav.example.org/cal/al@ice/work/a.ics")).toBe("/cal/al@ice/work/a.ics");
    expect(memberPath(collection, " a.ics\n")).toBe("/cal/al%40ice/work/a.ics");
    expect(hrefPath("https://DAV.example.org:443/x", collection)).toBe("/x");
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
    "/cal/al@ice/work/a.ics?x",
    "/cal/al@ice/work/a.ics#x",
    "https://evil.example.org/cal/al@ice/work/a.ics",
    "//evil.example.org/cal/al@ice/work/a.ics",
    "http://dav.example.org/cal/al@ice/work/a.ics",
    "https://u@dav.example.org/cal/al@ice/work/a.ics",
    "javascript:alert(1)",
  ])("%j is no object of the calendar", (href) => {
    expect(memberPath(collection, href)).toBe(null);
  });

  it("with an escape that is none are compared as they are", () => {
    expect(sameHref("/a%zz", "/a%zz")).toBe(true);
    expect(sameHref("/a%zz", "/a")).toBe(false);
  });
});

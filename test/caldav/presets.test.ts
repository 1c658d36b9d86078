import { describe, expect, it } from "vitest";
import { choosePreset, findPreset, presets, discoveryStart } from "../../src/caldav/presets.ts";
import { blockedReason } from "../../src/security/outside.ts";

const start = (text: string, username = "al@ice") => discoveryStart({ text, username }, findPreset(text));
const by = (id: string) => presets.find((one) => one.id === id) ?? null;

describe("presets", () => {
  it.each([
    ["someone@gmail.com", "https://apidata.googleusercontent.com/caldav/v2/al%40ice/user"],
    ["someone@me.com", "https://caldav.icloud.com/"],
    ["someone@FASTMAIL.com", "https://caldav.fastmail.com/dav/"],
    ["someone@yahoo.co.uk", "https://caldav.calendar.yahoo.com/"],
    ["someone@uni.example.org", "https://uni.example.org/"],
    ["uni.example.org", "https://uni.example.org/"],
    ["uni.example.org:8443", "https://uni.example.org:8443/"],
    [" https://uni.example.org/dav?x ", "https://uni.example.org/dav?x"],
    ["https://p12-caldav.icloud.com/1/calendars/", "https://p12-caldav.icloud.com/1/calendars/"],
  ])("%s begins at %s", (text, url) => {
    expect(start(text)).toBe(url);
  });

  it.each([
    "",
    "a b",
    "https://",
    "a/b",
    "@",
    "someone@outlook.com",
    "someone@outlook.de",
    "a@hotmail.fr",
    "someone@proton.me",
  ])("%j begins nowhere", (text) => {
    expect(start(text)).toBe(null);
  });

  it("fill in what the person gives", () => {
    expect(discoveryStart({ text: "cloud.example.org", username: "x" }, by("nextcloud"))).toBe(
      "https://cloud.example.org/remote.php/dav/",
    );
    expect(discoveryStart({ text: "dav.example.org", username: "ä/b" }, by("sogo"))).toBe(
      "https://dav.example.org/SOGo/dav/%C3%A4%2Fb/",
    );
    expect(discoveryStart({ text: "dav.example.org", username: "\uD800" }, by("sogo"))).toBe(
      "https://dav.example.org/SOGo/dav/%EF%BF%BD/",
    );
    expect(discoveryStart({ text: "dav.example.org:9", username: "" }, by("radicale"))).toBe(
      "https://dav.example.org:5232/",
    );
    expect(discoveryStart({ text: "", username: "x" }, by("icloud"))).toBe("https://caldav.icloud.com/");
    expect(discoveryStart({ text: "", username: "x" }, by("nextcloud"))).toBe(null);
  });

  it.each([
    ["sogo", "https://mail.example.org", "https://mail.example.org/SOGo/dav/al%40ice/"],
    ["sogo", "http://mail.example.org:8080/", "http://mail.example.org:8080/SOGo/dav/al%40ice/"],
    ["sogo", "https://mail.example.org/SOGo/dav/x/Calendar/y/", "https://mail.example.org/SOGo/dav/x/Calendar/y/"],
    ["nextcloud", "https://cloud.example.org", "https://cloud.example.org/remote.php/dav/"],
    ["radicale", "https://cal.example.org", "https://cal.example.org/"],
    ["fastmail", "https://caldav.fastmail.com", "https://caldav.fastmail.com/dav/"],
    ["fastmail", "https://www.fastmail.com/calendar", "https://caldav.fastmail.com/dav/"],
    ["posteo", "https://posteo.de", "https://posteo.de:8443/"],
    [
      "google",
      "https://calendar.google.com/calendar/u/0/r",
      "https://apidata.googleusercontent.com/caldav/v2/al%40ice/user",
    ],
  ])("%s keeps its path with %s", (id, text, url) => {
    expect(choosePreset(text, by(id))?.id).toBe(id);
    expect(discoveryStart({ text, username: "al@ice" }, by(id))).toBe(url);
  });

  it.each([
    ["fastmail", "https://dav.example.org/", null],
    ["fastmail", "dav.example.org", null],
    ["fastmail", "https://caldav.icloud.com/", "icloud"],
    ["nextcloud", "p12-caldav.icloud.com", "icloud"],
    ["nextcloud", "cloud.example.org", "nextcloud"],
    ["fastmail", "someone@example.org", "fastmail"],
    ["nextcloud", "someone@gmail.com", "nextcloud"],
    ["fastmail", "", "fastmail"],
    ["fastmail", "someone", "fastmail"],
  ])("%s with %j is %s: the address goes first", (id, text, chosen) => {
    expect(choosePreset(text, by(id))?.id ?? null).toBe(chosen);
  });

  it("say where there is no CalDAV, and what to do instead", () => {
    expect(presets.filter((one) => one.start === null).map(({ id }) => id)).toEqual(["microsoft", "proton"]);
    for (const id of ["microsoft", "proton"])
      expect(by(id)?.hint).toContain("has no CalDAV: subscribe to the address of the feed");
  });

  it("ask of a hosted calendar only what it bears in a minute, and of one's own server what it can answer", () => {
    expect(["google", "gmx", "webde", "sogo", "other"].map((id) => by(id)?.perMinute)).toEqual([
      240,
      30,
      30,
      null,
      null,
    ]);
  });

  it("are told apart by address", () => {
    expect(findPreset("https://p12-caldav.icloud.com/")?.id).toBe("icloud");
    expect(findPreset("https://evilicloud.com/")).toBe(null);
    expect(findPreset("someone@hotmail.com")?.id).toBe("microsoft");
    expect(findPreset("someone@uni.onmicrosoft.com")?.id).toBe("microsoft");
    expect(findPreset("https://outlook.office365.com/owa/calendar/x")?.id).toBe("microsoft");
    expect(findPreset("https://calendar.google.com/calendar/u/0/r")?.id).toBe("google");
    expect(findPreset("https://calendar.proton.me/")?.id).toBe("proton");
    expect(findPreset("dav.example.org")).toBe(null);
  });

  it("have a hint, a name of their own, and addresses that the rules let through", () => {
    expect(new Set(presets.map(({ id }) => id)).size).toBe(presets.length);
    for (const preset of presets) {
      expect(preset.hint).not.toBe("");
      const url = discoveryStart({ text: "dav.example.org", username: "u" }, preset);
      if (url !== null)
        expect([preset.id, blockedReason(new URL(url), { allowed: [], own: [] })]).toEqual([preset.id, null]);
    }
  });
});

import { describe, expect, it } from "vitest";
import { readZone } from "../../src/calendar/zone.ts";

const aliases = [
  "Antarctica/DumontDUrville",
  "Antarctica/McMurdo",
  "America/Port_of_Spain",
  "America/Port-au-Prince",
  "America/Knox_IN",
  "Africa/Dar_es_Salaam",
  "Asia/Kolkata",
  "Australia/NSW",
  "Chile/EasterIsland",
  "Etc/GMT+3",
  "Etc/UCT",
  "EST5EDT",
  "Europe/Kyiv",
  "GB-Eire",
  "NZ-CHAT",
  "US/East-Indiana",
  "UTC",
  "W-SU",
  "Zulu",
];

describe("the name of a time zone", () => {
  it("is written in its canonical letters, however it was typed, and stays the name that was typed", () => {
    for (const name of [...Intl.supportedValuesOf("timeZone"), ...aliases]) {
      expect(readZone(name)).toBe(name);
      expect(readZone(name.toLowerCase())).toBe(name);
      expect(readZone(name.toUpperCase())).toBe(name);
    }
  });

  it.each(["", "local", "system", "Tallinn", "Mars/Base"])("%j is none", (name) => {
    expect(readZone(name)).toBeNull();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMicros } from "../../src/waldur/parameters.ts";
import { readMicros, readSeconds } from "../../src/waldur/time.ts";

const noon = 1_795_435_200;

describe("times of Waldur", () => {
  it.each([
    ["2026-11-23T12:00:00Z", 0],
    ["2026-11-23T12:00:00.5Z", 500_000],
    ["2026-11-23T12:00:00.000Z", 0],
    ["2026-11-23T12:00:00.123456Z", 123_456],
    ["2026-11-23T12:00:00.000001+00:00", 1],
    ["2026-11-23T12:00:00.123456789Z", 123_456],
    ["2026-11-23T14:00:00+02:00", 0],
    ["2026-11-23T14:00:00+0200", 0],
    ["2026-11-23T06:30:00.25-05:30", 250_000],
    ["2026-11-24T11:00:00+23:00", 0],
    ["2026-11-23 12:00:00+00:00", 0],
  ])("%s is read to the microsecond", (text, micros) => {
    expect(readMicros(text)).toBe(noon * 1_000_000 + micros);
    expect(readSeconds(text)).toBe(noon);
  });

  it.each([
    ["before 1970", "1969-12-31T23:59:59.250000Z", -750_000],
    ["a leap day", "2028-02-29T00:00:00Z", 1_835_395_200_000_000],
  ])("%s is exact", (_what, text, micros) => {
    expect(readMicros(text)).toBe(micros);
  });

  it.each(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])("%s is exact to the second", (text) => {
    expect(readSeconds(text)).toBe(Date.parse(text) / 1000);
  });

  it.each([
    "",
    "2026-11-23",
    "2026-11-23T12:00:00",
    "2026-11-23T12:00Z",
    "2026-02-30T12:00:00Z",
    "2027-02-29T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-00-10T12:00:00Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T12:60:00Z",
    "2026-11-23T12:00:60Z",
    "2026-11-23T12:00:00+24:00",
    "2026-11-23T12:00:00.Z",
    " 2026-11-23T12:00:00Z",
    "11/23/2026",
    "tomorrow",
    null,
    undefined,
    1_795_435_200,
    ["2026-11-23T12:00:00Z"],
    {},
  ])("%j is no time", (text) => {
    expect(readMicros(text)).toBeNull();
    expect(readSeconds(text)).toBeNull();
  });

  it("what is written is read back, whatever the time", () => {
    const micros = fc.integer({ min: -2_000_000_000_000_000, max: 9_000_000_000_000_000 });
    fc.assert(
      fc.property(micros, (one) => {
        expect(readMicros(formatMicros(one, { dateTimes: true }))).toBe(one);
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  escapeText,
  fold,
  parseContentLine,
  readDateTime,
  unescapeText,
  unfold,
  unfoldLines,
} from "../../../src/calendar/ical/content-line.ts";
import { cleanBlock, cleanLine } from "../../../src/calendar/text.ts";
import { hostile } from "../hostile.ts";

describe("folding", () => {
  it("keeps a line of 75 octets and folds one of 76", () => {
    expect(fold("x".repeat(75))).toBe(`${"x".repeat(75)}\r\n`);
    expect(fold("x".repeat(76))).toBe(`${"x".repeat(75)}\r\n x\r\n`);
  });

  it("gives whole characters on lines of at most 75 octets, and the same text unfolded", () => {
    fc.assert(
      fc.property(hostile, (wild) => {
        const line = cleanLine(wild);
        const folded = fold(`SUMMARY:${line}`);
        for (const physical of folded.split("\r\n")) {
          expect(new TextEncoder().encode(physical).length).toBeLessThanOrEqual(75);
          expect(physical.isWellFormed()).toBe(true);
        }
        expect(unfold(folded)).toBe(`SUMMARY:${line}\r\n`);
      }),
      { numRuns: 300 },
    );
  });
});

describe("unfolding", () => {
  it("takes CRLF and LF, blank and tab, and leaves out empty lines", () => {
    expect(unfoldLines("A:a\r\n b\r\n\r\nB:c\n\td\n")).toEqual(["A:ab", "B:cd"]);
  });
});

describe("a content line", () => {
  it.each([
    ["SUMMARY:a:b;c", { name: "SUMMARY", parameters: "", value: "a:b;c" }],
    ["dtstart;TZID=Europe/Tallinn:1", { name: "dtstart", parameters: ";TZID=Europe/Tallinn", value: "1" }],
    ['X-A;L="a:b;c";V=1:', { name: "X-A", parameters: ';L="a:b;c";V=1', value: "" }],
    ["no colon", null],
    ["two words:1", null],
    ["", null],
  ])("%s", (line, parsed) => {
    expect(parseContentLine(line)).toEqual(parsed);
  });
});

describe("TEXT", () => {
  it("is escaped", () => {
    expect(escapeText("a\\b;c,d\ne:f")).toBe("a\\\\b\\;c\\,d\\ne:f");
  });

  it("is the same text read back", () => {
    fc.assert(
      fc.property(hostile.map(cleanBlock), (text) => {
        expect(unescapeText(escapeText(text))).toBe(text);
      }),
    );
    expect(unescapeText("a\\Nb\\tc")).toBe("a\nb\\tc");
  });
});

describe("DATE-TIME", () => {
  it.each([
    ["20261124T120000Z", Date.UTC(2026, 10, 24, 12) / 1000],
    ["00010101T000000Z", -62_135_596_800],
    ["20260230T120000Z", null],
    ["20261124T240000Z", null],
    ["20261124T120000", null],
    ["20261124", null],
    ["", null],
  ])("%s", (text, at) => {
    expect(readDateTime(text)).toBe(at);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPairs, formatTable, widthOf } from "../../src/cli/table.ts";

describe("formatTable", () => {
  it("aligns columns, wide characters too", () => {
    expect(
      formatTable(
        ["name", "n"],
        [
          ["顕微鏡", "1"],
          ["Zoë e\u0301", "2"],
          ["🔬", "3"],
        ],
      ),
    ).toBe("NAME    N\n顕微鏡  1\nZoë e\u0301   2\n🔬      3\n");
  });

  it("cuts long cells, but not in the last column", () => {
    const long = "x".repeat(100);
    expect(formatTable(["a", "b"], [[long, long]]).split("\n")[1]).toBe(`${"x".repeat(47)}…  ${long}`);
  });

  it("lets no cell break its line, command the terminal or turn text around", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (cells) => {
        const text = formatTable(
          ["a", "b"],
          cells.map((cell) => [cell, `\u001b[2J\u202e${cell}\r\n`]),
        );
        expect(text.split("\n")).toHaveLength(cells.length + 2);
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 300 },
    );
  });

  it("shows its heads alone when there is nothing", () => {
    expect(formatTable(["id", "name"], [])).toBe("ID  NAME\n");
  });
});

describe("formatPairs", () => {
  it("leaves out what is not known", () => {
    expect(
      formatPairs([
        ["user", "ann"],
        ["version", null],
        ["zone", "UTC"],
      ]),
    ).toBe("user  ann\nzone  UTC\n");
  });
});

describe("widthOf", () => {
  it.each([
    ["abc", 3],
    ["ｆｕｌｌ", 8],
    ["한글", 4],
    ["e\u0301", 1],
    ["👩‍🔬", 2],
    ["", 0],
  ])("of %j is %i", (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

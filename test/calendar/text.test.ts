import { describe, expect, it } from "vitest";
import { cleanBlock, cleanLine, cleanUrl, isolate, truncate } from "../../src/calendar/text.ts";

describe("cleaning text", () => {
  it("makes one line of many and drops what cannot be seen", () => {
    expect(cleanLine(" a\r\nb\tc\u0007d\u2028e\u0085f \u0000")).toBe("a b cd e f");
    expect(cleanLine("\u200B\uFEFF\u200D ")).toBe("");
  });

  it("keeps lines and inner blanks of a block, but no piles of empty lines", () => {
    expect(cleanBlock("\n\na\r\n  b\r\r\r\rc\u000B\n")).toBe("a\n  b\n\nc");
  });

  it("takes out direction overrides, keeps right-to-left words and joined emoji", () => {
    expect(cleanLine("\u202Egnp.exe\u202C مرحبا 👩‍🔬")).toBe("gnp.exe مرحبا 👩‍🔬");
  });

  it.each([
    ["Maria Näidis", "Maria Näidis"],
    ["\u202Eevil\u2069 name", "evil name"],
    ["שם 2027", "\u2068שם 2027\u2069"],
    ["\u2069\u202Eמרחב\u2067", "\u2068מרחב\u2069"],
    ["Lab\u200F 1", "\u2068Lab\u200F 1\u2069"],
    ["مرحبا 👩‍🔬", "\u2068مرحبا 👩‍🔬\u2069"],
    ["\u{1E900}", "\u2068\u{1E900}\u2069"],
    ["\u202E\u200F", ""],
  ])("isolates the name %j in a sentence", (name, isolated) => {
    expect(isolate(name)).toBe(isolated);
    expect(isolate(isolated)).toBe(isolated);
  });

  it("replaces lone surrogates", () => {
    expect(cleanLine("a\uD83D b")).toBe("a\uFFFD b");
  });

  it("cuts without halving a character", () => {
    expect(truncate("abcdef", 6)).toBe("abcdef");
    expect(truncate("abcdefg", 6)).toBe("abcde…");
    expect(truncate("abcd👩‍🔬 more", 8)).toBe("abcd👩…");
    expect(truncate("abcd👩‍🔬 more", 7)).toBe("abcd…");
  });
});

describe("URLs", () => {
  it.each([
    ["https://portal.example.org/a/?x=1,2;y=(3)", "https://portal.example.org/a/?x=1%2C2%3By=%283%29"],
    ["http://portal.example.org:8080/ä b#part", "http://portal.example.org:8080/%C3%A4%20b"],
    ["https://müller.example/", "https://xn--mller-kva.example/"],
    ["javascript:alert(1)", ""],
    ["https://user:secret@portal.example.org/", ""],
    ["https://[::1]/", ""],
    ["not a url", ""],
    ["https://a.example/\r\nX-EVIL:1", "https://a.example/X-EVIL%3A1"],
    [`https://a.example/${"x".repeat(1000)}`, ""],
  ])("%s", (given, wanted) => {
    expect(cleanUrl(given)).toBe(wanted);
  });
});

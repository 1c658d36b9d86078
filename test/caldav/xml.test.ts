import { describe, expect, it } from "vitest";
import { attributeOf, escapeXml, isExcessiveXml, parseXml } from "../../src/caldav/xml.ts";
import { workTime } from "../work-time.ts";

describe("XML", () => {
  it("is read with namespaces, entities, CDATA and attributes", () => {
    const root = parseXml(
      `\uFEFF<?xml version="1.0"?>\r\n<!-- a --><D:a xmlns:D="DAV:" xmlns="urn:x"><b c='1 &amp; 2'>&lt;x&gt; &#233;&#xE9;<![CDATA[<y>&amp;]]></b><D:e/></D:a>\n`,
    );
    expect(root).toMatchObject({ space: "DAV:", name: "a", text: "" });
    const [b, e] = root?.children ?? [];
    expect(b).toMatchObject({ space: "urn:x", name: "b", text: "<x> éé<y>&amp;" });
    expect(b && attributeOf(b, "c")).toBe("1 & 2");
    expect(e).toMatchObject({ space: "DAV:", name: "e", text: "", children: [] });
  });

  it("forgets a prefix where its element ends", () => {
    const root = parseXml(`<a><p:b xmlns:p="urn:1"/><p:c xmlns:p="urn:2"><p:d/></p:c></a>`);
    expect(root?.children.map(({ space }) => space)).toEqual(["urn:1", "urn:2"]);
    expect(root?.children[1]?.children[0]?.space).toBe("urn:2");
  });

  it.each([
    ["nothing", ""],
    ["text", "hello"],
    ["a login page", "<!DOCTYPE html><html><body><br></body></html>"],
    ["entities of its own", `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`],
    ["a cut document", "<a><b>1</b><c>"],
    ["a document cut in a tag", "<a><b>1</b"],
    ["a document cut where a tag begins", "<a>1<"],
    ["crossed elements", "<a><b></a></b>"],
    ["two roots", "<a/><b/>"],
    ["text after the root", "<a/>x"],
    ["an element that was never begun", "</a>"],
    ["a broken attribute", "<a b=c/>"],
    ["endless nesting", "<a>".repeat(100) + "</a>".repeat(100)],
  ])("is not %s", (_, text) => {
    expect(parseXml(text)).toBe(null);
  });

  it("lets control characters through, and leaves unknown references as they are", () => {
    expect(parseXml("<a>\u0001&nbsp;&#x110000;</a>")?.text).toBe("\u0001&nbsp;&#x110000;");
  });

  it.each([
    ["namespaces", (n: number) => `<a ${numbered(n, (at) => `xmlns:x${at}=""`)}/>`],
    ["attributes", (n: number) => `<a ${numbered(n, (at) => `x${at}=""`)}/>`],
    ["broken attributes", (n: number) => `<a ${"b ".repeat(n / 2)}`],
    ["the same attribute", (n: number) => `<a ${'b="" '.repeat(n / 5)}`],
    ["tags", (n: number) => "<".repeat(n)],
    ["elements", (n: number) => `<a>${"<b/>".repeat(n / 4)}</a>`],
    ["nested namespaces", (n: number) => `<a>${`<b ${numbered(2000, (at) => `xmlns:x${at}=""`)}>`.repeat(n / 2000)}`],
    ["references", (n: number) => `<a>${"&amp;".repeat(n / 5)}</a>`],
    ["comments", (n: number) => `<a>${"<!---->x".repeat(n / 8)}</a>`],
    ["CDATA", (n: number) => `<a>${"<![CDATA[x]]>".repeat(n / 13)}</a>`],
    ["a long name", (n: number) => `<${"a".repeat(n)}`],
    ["blanks", (n: number) => `<a ${" ".repeat(n)}`],
  ])("takes no more time for many %s than for a listing of that length, give or take", async (_, make) => {
    const length = 200_000;
    const member = "<d:response><d:href>/a/b.ics</d:href><d:status>HTTP/1.1 200 OK</d:status></d:response>";
    const listing = `<d:multistatus xmlns:d="DAV:">${member.repeat(length / member.length)}</d:multistatus>`;
    const text = make(length);
    // n² would be hundreds of times as much.
    expect(await workTime(() => parseXml(text))).toBeLessThan(20 * (await workTime(() => parseXml(listing))));
  });

  it("is no more than a server has reason to send", () => {
    const spread = " ".repeat(16);
    expect(parseXml(`<a ${numbered(4000, (at) => `x${at}=""`)}/>`)).toBe(null);
    expect(parseXml(`<a ${numbered(200, (at) => `xmlns:x${at}=""`)}/>`)).not.toBe(null);
    expect(parseXml(`<a>${"<b/>".repeat(5000)}</a>`)).toBe(null);
    expect(parseXml(`<a>${`<b/>${spread}`.repeat(5000)}</a>`)?.children).toHaveLength(5000);
  });

  it.each([
    ["elements inside one another", `${"<a>".repeat(100)}${"</a>".repeat(100)}`],
    ["elements", `<a>${"<b/>".repeat(5000)}</a>`],
    ["attributes", `<a ${numbered(4000, (at) => `x${at}=""`)}/>`],
    ["responses", `<a>${"<response></response>".repeat(5000)}</a>`],
  ])("is excessive with too many %s, and not just broken", (_, text) => {
    expect(parseXml(text)).toBe(null);
    expect(isExcessiveXml(text)).toBe(true);
    expect(isExcessiveXml("<a><b></a>")).toBe(false);
  });

  it("has each attribute once", () => {
    expect(parseXml('<a b="" b=""/>')).toBe(null);
    expect(parseXml('<a xmlns:b="" xmlns:b=""/>')).toBe(null);
  });

  it("gives a prefix back to the element around, however often it was hidden", () => {
    const root = parseXml(`<p:a xmlns:p="1"><p:b xmlns:p="2"><p:c xmlns:p="3"/><p:d/></p:b><p:e/></p:a>`);
    const [b, e] = root?.children ?? [];
    expect([root?.space, b?.space, ...(b?.children.map(({ space }) => space) ?? []), e?.space]).toEqual([
      "1",
      "2",
      "3",
      "2",
      "1",
    ]);
  });

  it("comes back as it was escaped", () => {
    const text = `<a> & "b" 'c' \r\n ]]> &amp;`;
    expect(parseXml(`<x>${escapeXml(text)}</x>`)?.text).toBe(text);
  });
});

/** Returns texts with the numbers from 0, of about `length` characters. */
function numbered(length: number, make: (at: number) => string): string {
  return Array.from({ length: length / (make(0).length + 5) }, (_, at) => make(at)).join(" ");
}

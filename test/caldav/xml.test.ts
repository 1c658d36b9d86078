import { describe, expect, it } from "vitest";
import { escapeXml, parseXml } from "../../src/caldav/xml.ts";

describe("XML", () => {
  it("is read with namespaces, entities, CDATA and attributes", () => {
    const root = parseXml(
      `\uFEFF<?xml version="1.0"?>\r\n<!-- a --><D:a xmlns:D="DAV:" xmlns="urn:x"><b c='1 &amp; 2'>&lt;x&gt; &#233;&#xE9;<![CDATA[<y>&amp;]]></b><D:e/></D:a>\n`,
    );
    expect(root).toMatchObject({ space: "DAV:", name: "a", text: "" });
    const [b, e] = root?.children ?? [];
    expect(b).toMatchObject({ space: "urn:x", name: "b", text: "<x> éé<y>&amp;" });
    expect(b?.attributes.get("c")).toBe("1 & 2");
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

  it("takes no time over what is made to take time", () => {
    const begun = performance.now();
    expect(parseXml(`<a ${"b ".repeat(50_000)}`)).toBe(null);
    expect(parseXml(`<a ${'b="" '.repeat(50_000)}`)).toBe(null);
    expect(parseXml("<".repeat(100_000))).toBe(null);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it("comes back as it was escaped", () => {
    const text = `<a> & "b" 'c' \r\n ]]> &amp;`;
    expect(parseXml(`<x>${escapeXml(text)}</x>`)?.text).toBe(text);
  });
});

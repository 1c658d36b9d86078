import { describe, expect, it } from "vitest";
import { readResults, serverVerdict, signatureVerdict } from "../../../src/mail/reply/authenticity.ts";
import { workTime } from "../../work-time.ts";

const from = "mari.tamm@bio.example.edu";
const verdict = (...fields: readonly string[]): string =>
  serverVerdict({ from, headers: fields.map((value) => ["authentication-results", value] as const) }, "mx.example.org");

const dmarc = "dmarc=pass (p=REJECT) header.from=bio.example.edu";

describe("the verdict of the operator's mail server", () => {
  it.each([
    ["DMARC passed", `mx.example.org; ${dmarc}`],
    ["it has a version and capitals", `MX.Example.ORG 1; SPF=fail; DMARC=Pass header.from=Bio.Example.EDU`],
    ["results stand in two fields", "mx.example.org; dkim=pass header.d=x.y", `mx.example.org; ${dmarc}`],
    ["there is no policy, and the domain signed", "mx.example.org; dmarc=none; dkim=pass header.d=bio.example.edu"],
    ["there is no DMARC, and a domain above signed", "mx.example.org; dkim=pass header.i=@example.edu header.s=k1"],
    ["a comment stands between", `mx.example.org (a (b) c); ${dmarc}`],
  ])("is pass where %s", (...given) => {
    expect(verdict(...given.slice(1))).toBe("pass");
  });

  it.each([
    ["of another server", "none", `mx.example.com; ${dmarc}`],
    ["of a server whose name ends alike", "none", `evil-mx.example.org; ${dmarc}`],
    ["without results", "none", "mx.example.org; none"],
    ["in an unknown version", "none", `mx.example.org 2; ${dmarc}`],
    ["with a comment left open", "none", `mx.example.org; (${dmarc}`],
    ["with a quote left open", "none", `mx.example.org; spf=fail smtp.mailfrom="a ; ${dmarc}`],
    ["in a comment", "fail", `mx.example.org; dkim=fail (dmarc=pass header.from=bio.example.edu)`],
    ["in what the sender wrote", "fail", `mx.example.org; spf=fail smtp.mailfrom="a; ${dmarc} x"@evil.example`],
    ["for another domain", "fail", "mx.example.org; dmarc=pass header.from=evil.example"],
    ["without a domain", "fail", "mx.example.org; dmarc=pass"],
    ["with two domains", "fail", "mx.example.org; dmarc=pass header.from=bio.example.edu header.from=evil.example"],
    [
      "that another field denies",
      "fail",
      `mx.example.org; ${dmarc}`,
      "mx.example.org; dmarc=fail header.from=bio.example.edu",
    ],
    ["that is none beside a pass", "fail", "mx.example.org; dmarc=none", `mx.example.org; ${dmarc}`],
    ["beside one without a policy", "fail", `mx.example.org; dmarc=none; ${dmarc}`],
    ["whose server is quoted", "fail", `"mx.example.org"; ${dmarc}`],
    ["whose server stands behind a comment", "fail", `(x) MX.example.org; ${dmarc}`],
    ["that is longer than any server's", "fail", `mx.example.com; ${"x".repeat(9000)}`, `mx.example.org; ${dmarc}`],
    ["of a foreign signature", "fail", "mx.example.org; dkim=pass header.d=evil.example"],
    [
      "of a signature whose domain ends alike",
      "fail",
      "mx.example.org; dkim=pass header.d=bio.example.edu.evil.example",
    ],
    ["of a signature of a domain below", "fail", "mx.example.org; dkim=pass header.d=x.bio.example.edu"],
    ["of a signature of a top domain", "fail", "mx.example.org; dkim=pass header.d=edu"],
    ["of a failed signature", "fail", "mx.example.org; dkim=fail header.d=bio.example.edu"],
    ["of a failed DMARC with a signature", "fail", "mx.example.org; dmarc=fail; dkim=pass header.d=bio.example.edu"],
    ["of SPF alone", "fail", "mx.example.org; spf=pass smtp.mailfrom=bio.example.edu"],
  ])("is not made of a field %s", (...given) => {
    expect(verdict(...given.slice(2))).toBe(given[1]);
  });

  it("is not made where the name of a field is written as a server may overlook it", () => {
    const headers = [["authentication-results ", `mx.example.org; ${dmarc}`]] as const;
    expect(serverVerdict({ from, headers }, "mx.example.org")).toBe("fail");
  });

  it("takes a time that grows with the field", async () => {
    const long = `mx; dkim${" ".repeat(200_000)}x`;
    expect(readResults(long)).not.toBeNull();
    expect(await workTime(() => readResults(long))).toBeLessThan(1000);
  });

  it("needs one author", () => {
    const headers = [["authentication-results", `mx.example.org; ${dmarc}`]] as const;
    expect(serverVerdict({ from: null, headers }, "mx.example.org")).toBe("none");
    expect(signatureVerdict(null, ["bio.example.edu"])).toBe("none");
  });

  it("reads quoted values with their escapes", () => {
    const read = readResults('mx; dkim=pass reason="a \\"b\\"; c" header.d = "example.edu"');
    expect(read?.results[0]?.properties.get("reason")).toBe('a "b"; c');
    expect(read?.results[0]?.properties.get("header.d")).toBe("example.edu");
  });
});

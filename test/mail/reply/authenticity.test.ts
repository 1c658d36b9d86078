import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readResults } from "../../../src/mail/reply/authentication-results.ts";
import { serverVerdict, signatureVerdict } from "../../../src/mail/reply/authenticity.ts";
import { readMail } from "../../../src/mail/reply/read-mail.ts";
import { workTime } from "../../work-time.ts";
import { oddForgeries, plainForgeries } from "./forged-fields.ts";

const from = "mari.tamm@bio.example.edu";
const verdict = (...fields: readonly string[]): string =>
  serverVerdict({ from, headers: fields.map((value) => ["authentication-results", value] as const) }, "mx.example.org");

const dmarc = "dmarc=pass (p=REJECT) header.from=bio.example.edu";
const odd = Object.entries(oddForgeries("mx.example.org", "bio.example.edu"));
const forged = [...odd, ...Object.entries(plainForgeries("mx.example.org", "bio.example.edu"))];

/** Fields of a server that found nothing to prove the author. */
const unproven = [
  "mx.example.org; none",
  "mx.example.org; dkim=none; dkim-atps=neutral",
  "mx.example.org; dkim=permerror (bad message/signature format)",
  'mx.example.org; dkim=fail reason="signature verification failed" header.d=bio.example.edu',
  "mx.example.org; dkim=pass header.d=evil.example",
  "mx.example.org; dmarc=none (p=none dis=none) header.from=bio.example.edu",
  "mx.example.org; dmarc=fail (p=reject dis=none) header.from=bio.example.edu",
  "mx.example.org; spf=pass smtp.mailfrom=evil.example",
];

describe("the verdict of the operator's mail server", () => {
  it.each([
    ["DMARC passed", `mx.example.org; ${dmarc}`],
    ["it has a version and capitals", `MX.Example.ORG 1; SPF=fail; DMARC=Pass header.from=Bio.Example.EDU`],
    [
      "another field of its own is about something else",
      `mx.example.org; ${dmarc}`,
      "mx.example.org; dkim=pass header.d=x.y",
    ],
    ["two fields agree", `mx.example.org; ${dmarc}`, `mx.example.org; ${dmarc}`],
    ["there is no policy, and the domain signed", "mx.example.org; dmarc=none; dkim=pass header.d=bio.example.edu"],
    ["there is no DMARC, and a domain above signed", "mx.example.org; dkim=pass header.i=@example.edu header.s=k1"],
    ["a comment stands between", `mx.example.org (a (b) c); ${dmarc}`],
    [
      "another server wrote what cannot be read",
      `mx.example.org; ${dmarc}`,
      "dmarc=pass action=none header.from=mx.example.org;",
    ],
    ["another server wrote a field without end", `mx.example.org; ${dmarc}`, `mx.example.com; ${"x".repeat(9000)}`],
  ])("is pass where %s", (...given) => {
    expect(verdict(...given.slice(1))).toBe("pass");
  });

  it.each([
    ["of another server", "none", `mx.example.com; ${dmarc}`],
    ["of a server whose name ends alike", "none", `evil-mx.example.org; ${dmarc}`],
    ["without results", "none", "mx.example.org; none"],
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
    ["above one without a policy", "fail", `mx.example.org; ${dmarc}`, "mx.example.org; dmarc=none"],
    ["beside one without a policy", "fail", `mx.example.org; dmarc=none; ${dmarc}`],
    [
      "of a signature that another field denies",
      "fail",
      "mx.example.org; dkim=pass header.d=bio.example.edu",
      "mx.example.org; dkim=fail header.d=bio.example.edu",
    ],
    [
      "of a signature above a DMARC result",
      "fail",
      "mx.example.org; dkim=pass header.d=bio.example.edu",
      `mx.example.org; ${dmarc}`,
    ],
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

  it.each(odd)("is fail where a field has its name %s", (_, field) => {
    expect(verdict(field)).toBe("fail");
    expect(verdict(`mx.example.org; ${dmarc}`, field)).toBe("fail");
  });

  it.each(unproven)("is not pass under %s, whatever stands below", (own) => {
    for (const [, field] of forged) expect(verdict(own, field)).not.toBe("pass");
    const bits = fc.constantFrom(
      ...';=."() \t\u00A0\uFEFF\\',
      "none",
      "; ",
      " (x) ",
      "reason=x",
      "header.d=evil.example",
    );
    const fields = fc.constantFrom(...forged.map(([, field]) => field));
    fc.assert(
      fc.property(fields, fc.array(fc.tuple(fc.nat(99), fc.nat(2), bits), { maxLength: 4 }), (field, changes) => {
        const mutated = changes.reduce((text, [at, cut, bit]) => text.slice(0, at) + bit + text.slice(at + cut), field);
        return verdict(own, mutated) !== "pass";
      }),
      { numRuns: 300 },
    );
  });

  it.each(["authentication-results ", "authentication-results\u00A0", "authentication\u200B-results"])(
    "is fail where the name of a field is written %j, as a server may overlook it",
    (name) => {
      const headers = [[name, `mx.example.org; ${dmarc}`]] as const;
      expect(serverVerdict({ from, headers }, "mx.example.org")).toBe("fail");
    },
  );

  it("needs one author", () => {
    const headers = [["authentication-results", `mx.example.org; ${dmarc}`]] as const;
    expect(serverVerdict({ from: null, headers }, "mx.example.org")).toBe("none");
    expect(signatureVerdict(null, ["bio.example.edu"])).toBe("none");
  });
});

describe("a field of a mail server", () => {
  it.each([
    [
      "OpenDKIM",
      'mx;\tdkim=pass (2048-bit key; unprotected) header.d=x.ee header.i=@x.ee header.a=rsa-sha256 header.s=k header.b="Zs/x+9=="; dkim-atps=neutral',
      2,
    ],
    ["OpenDMARC", "mx; dmarc=pass (p=reject dis=none) header.from=x.ee", 1],
    [
      "rspamd",
      "mx; dkim=pass header.d=x.ee header.s=k header.b=Ab/d+12; dmarc=pass (policy=quarantine) header.from=x.ee; spf=pass (mx: domain of a@x.ee designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@x.ee; arc=none",
      4,
    ],
    ["rspamd, for the null sender", 'mx; spf=none smtp.mailfrom=""; dkim=none', 2],
    [
      "policyd-spf",
      "mx; spf=pass (mailfrom) smtp.mailfrom=x.ee (client-ip=192.0.2.1; helo=m.x.ee; envelope-from=a@x.ee; receiver=<UNKNOWN>)",
      1,
    ],
    ["a forwarder's address", "mx; spf=pass smtp.mailfrom=SRS0=Ab=c=x.ee=a@y.ee; dmarc=pass header.from=x.ee", 2],
    [
      "Exim",
      "mx; iprev=pass (m.x.ee) smtp.remote-ip=2001:db8::1; dkim=pass header.d=x.ee header.s=k header.a=rsa-sha256; dmarc=pass header.from=x.ee",
      3,
    ],
    [
      "Google",
      'mx; dkim=pass header.i=@x.ee header.s=k header.b="a/b"; spf=pass (google.com: domain of a@x.ee designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@x.ee; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=x.ee',
      3,
    ],
    [
      "Fastmail",
      "mx; arc=none (no signatures found); dmarc=pass policy.published-domain-policy=reject policy.applied-disposition=none (p=reject,d=none) header.from=x.ee; x-return-mx=pass header.domain=x.ee policy.is_org=yes (MX Records found: m.x.ee)",
      3,
    ],
    [
      "Stalwart",
      "mx; dkim=pass header.d=x.ee header.s=k header.b=Ab/d; iprev=pass policy.iprev=192.0.2.1; dmarc=pass header.from=x.ee policy.dmarc=reject",
      3,
    ],
  ])("is read: %s", (_, field, count) => {
    expect(readResults(field)?.results).toHaveLength(count);
  });

  it("has quoted values without their quotes, and a property that comes twice says nothing", () => {
    const read = readResults('mx; dkim=pass reason="a = b" header.d="Example.edu" header.s=a header.s=b');
    expect(read?.results[0]?.properties).toEqual(
      new Map([
        ["header.d", "example.edu"],
        ["header.s", ""],
      ]),
    );
  });

  it.each(["x=y ", "(", "(a) ", '"', "a=b.c ", ".", "=", "-"])("takes a time that grows with it: %j", async (piece) => {
    const field = `mx; dkim=pass header.d=${piece.repeat(3000).slice(0, 2970)}`;
    expect(await workTime(() => readResults(field))).toBeLessThan(20);
  });
});

describe("the author of a mail", () => {
  const author = async (value: string): Promise<string | null | undefined> =>
    (await readMail({ raw: new TextEncoder().encode(`From: ${value}\r\n\r\nx`), sender: null, recipients: [] }))?.from;

  it.each([
    "room@x.ee",
    "<room@x.ee>",
    "Room <room@x.ee>",
    '"Room, the <a@b.ee>" <ROOM@x.ee>',
    "room@x.ee <room@x.ee>",
    "=?utf-8?q?room=40y.ee?= <room@x.ee>",
    "Room <room@x.ee> (of student@x.ee)",
  ])("is the one address in %s", async (value) => {
    expect(await author(value)).toBe("room@x.ee");
  });

  it.each([
    "<room@x.ee> <student@x.ee>",
    "<student@x.ee> room@x.ee",
    "student@x.ee <room@x.ee>",
    "room@x.ee, student@x.ee",
    "room@x.ee; student@x.ee",
    "rooms: room@x.ee, student@x.ee;",
    '"x" <room@x.ee> "y" <student@x.ee>',
    '"room@x.ee',
    "<room@x.ee\u00A0>",
    "\u00A0room@x.ee",
    "room@x.ee\u2028<student@x.ee>",
    "(a (b) <room@x.ee>",
  ])("is nobody in %s", async (value) => {
    expect(await author(value)).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { answerDigest, pickDigestChallenge, readAuthSchemes } from "../../../src/caldav/auth/digest.ts";
import type { Signer } from "../../../src/security/guard.ts";
import { makeSigner } from "../../../src/caldav/auth/signer.ts";

const challenge = (text: string) => pickDigestChallenge(readAuthSchemes(text));

/** RFC 7616 3.9.1. */
const rfc = {
  realm: 'realm="http-auth@example.org"',
  nonce: 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"',
  opaque: 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
};
const credentials = { username: "Mufasa", password: "Circle of Life" };
const request = {
  method: "GET",
  uri: "/dir/index.html",
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  count: 1,
};

describe("HTTP Digest", () => {
  it.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("answers as the example of RFC 7616 with %s", async (algorithm, response) => {
    const read = challenge(
      `Digest ${rfc.realm}, qop="auth, auth-int", algorithm=${algorithm}, ${rfc.nonce}, ${rfc.opaque}`,
    );
    const answer = read === null ? "" : await answerDigest(read, credentials, request);
    expect(answer).toContain(`response="${response}"`);
    expect(answer).toContain("nc=00000001");
    expect(answer).toContain(rfc.opaque);
  });

  it("takes the strongest challenge of several, also beside others", () => {
    const read = challenge(
      `Basic realm="a, Digest b", Digest realm="x", nonce="1", Digest realm="x", nonce="2", algorithm=SHA-256`,
    );
    expect(read).toMatchObject({ algorithm: "SHA-256", nonce: "2", qop: false });
  });

  it.each([
    "Basic realm=x",
    "",
    "Digest realm=x",
    'Digest realm="x", nonce="1", algorithm=MD6',
    'Digest realm="x", nonce="1", qop="auth-int"',
  ])("does not answer %j", (text) => {
    expect(challenge(text)).toBe(null);
  });

  const trust = { origins: ["https://dav.example.org"], domain: null };
  const url = new URL("https://dav.example.org/a?b");
  const random = (bytes: number) => new Uint8Array(bytes);
  const make = (username = "al", password = "pä") =>
    makeSigner({ kind: "password", username, password }, trust, random);
  /** Resolves to what a request is repeated with that was signed so and refused with that challenge. */
  const again = async (signer: Signer, authorization: string | null, text: string) =>
    signer.signAgain({ method: "GET", url, authorization, headers: new Headers({ "WWW-Authenticate": text }) });
  const one = (nonce: string, more = ""): string =>
    `Digest realm="a, Basic \\"x\\"", nonce="${nonce}", qop="auth"${more}`;

  it("is used from the first challenge on, counting", async () => {
    const signer = make();
    const basic = await signer.header("GET", url);
    expect(basic).toBe(`Basic ${Buffer.from("al:pä").toString("base64")}`);
    expect(await again(signer, basic, one("1"))).toMatch(/^Digest username="al", .*uri="\/a\?b".*nc=00000001/);
    const second = await signer.header("GET", url);
    expect(second).toMatch(/nonce="1".*nc=00000002/);
    expect(await again(signer, second, one("1"))).toBe(null);
    expect(await again(signer, second, one("1", ", stale=true"))).toMatch(/nonce="1".*nc=00000003/);
    expect(await again(signer, second, one("2", ", stale=true"))).toMatch(/nonce="2".*nc=00000001/);
    expect(await again(signer, second, one("3"))).toMatch(/nonce="3".*nc=00000001/);
    expect(await signer.header("GET", url)).toMatch(/nonce="3".*nc=00000002/);
  });

  it("is used for every request of several that were sent as Basic side by side", async () => {
    const signer = make();
    const [first, second] = [await signer.header("PUT", url), await signer.header("PUT", url)];
    expect(await again(signer, first, one("1"))).toMatch(/nonce="1".*nc=00000001/);
    expect(await again(signer, second, one("1"))).toMatch(/nonce="1".*nc=00000002/);
    expect(await again(signer, second, one("2"))).toMatch(/nonce="2".*nc=00000001/);
  });

  it("does not follow a refused Basic, and names users in UTF-8", async () => {
    const basic = await make().header("GET", url);
    expect(await again(make(), basic, 'Basic realm="x"')).toBe(null);
    expect(await again(make(), basic, 'Digest realm="x", nonce="1", Basic realm="x"')).toBe(null);
    expect(await again(make(), basic, 'Negotiate, Basic, Digest realm="x", nonce="1"')).toBe(null);
    expect(await again(make(), basic, "")).toBe(null);
    const signer = make("õnne");
    const signed = await again(signer, await signer.header("GET", url), one("1"));
    expect(signed).toContain("username*=UTF-8''%C3%B5nne");
  });
});

describe("credentials", () => {
  it("go to the confirmed origins, and to hosts of the domain that a preset names", () => {
    const signer = makeSigner(
      { kind: "bearer", token: "t" },
      { origins: ["https://dav.example.org"], domain: "icloud.com" },
      (bytes) => new Uint8Array(bytes),
    );
    const yes = ["https://dav.example.org/x", "https://p42-caldav.icloud.com/", "https://icloud.com/"];
    const no = [
      "http://dav.example.org/",
      "https://dav.example.org:8443/",
      "https://dav.example.org.evil.example/",
      "https://evilicloud.com/",
      "http://p42-caldav.icloud.com/",
      "https://p42-caldav.icloud.com:8443/",
      "https://icloud.com.evil.example/",
    ];
    expect(yes.filter((one) => !signer.trusts(new URL(one)))).toEqual([]);
    expect(no.filter((one) => signer.trusts(new URL(one)))).toEqual([]);
  });

  it("that no header can carry are refused at once", () => {
    const make = () =>
      makeSigner({ kind: "bearer", token: "a b" }, { origins: [], domain: null }, () => new Uint8Array());
    expect(make).toThrow("the token is empty, or holds a space");
  });
});

import { md5 } from "@noble/hashes/legacy.js";
import { hex, sha256 } from "../../security/hash.ts";

/** A challenge of HTTP Digest (RFC 7616 3.3). MD5 is for this alone: WebCrypto has none. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: "MD5" | "MD5-sess" | "SHA-256" | "SHA-256-sess";
  /** False: the server knows no `qop` (RFC 2069). */
  readonly qop: boolean;
  readonly stale: boolean;
}

/** A challenge, or credentials: a scheme with its parameters by lower-case name (RFC 9110 11.2). */
export interface AuthScheme {
  /** In lower case. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Returns the schemes in a value of WWW-Authenticate or Authorization. */
export function readAuthSchemes(value: string): readonly AuthScheme[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  // Challenges are separated by commas, and so are their parameters: a scheme in front of one begins the next challenge.
  for (const [part] of value.matchAll(/(?:"(?:[^"\\]|\\.)*"?|[^",])+/g)) {
    const [, bare] = /^\s*([\w-]+)\s*$/.exec(part) ?? [];
    const [, scheme = bare, name = "", given = ""] = /^\s*(?:([\w-]+)\s+)?([\w-]+)\s*=(.*)$/.exec(part) ?? [];
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: new Map<string, string>() });
    const text = given.trim();
    const plain = text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
    if (name !== "") found.at(-1)?.parameters.set(name.toLowerCase(), plain);
  }
  return found;
}

/** Returns the strongest Digest challenge that we can answer; null for none. */
export function pickDigestChallenge(schemes: readonly AuthScheme[]): DigestChallenge | null {
  const challenges = schemes
    .filter(({ scheme }) => scheme === "digest")
    .map(({ parameters }) => readDigestChallenge(parameters))
    .filter((challenge) => challenge !== null);
  return challenges.find(({ algorithm }) => algorithm.startsWith("SHA")) ?? challenges[0] ?? null;
}

function readDigestChallenge(fields: ReadonlyMap<string, string>): DigestChallenge | null {
  const nonce = fields.get("nonce");
  const named = (fields.get("algorithm") ?? "MD5").toLowerCase();
  const algorithm = (["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"] as const).find(
    (one) => one.toLowerCase() === named,
  );
  const qops = fields.get("qop")?.split(/[\s,]+/) ?? null;
  if (nonce === undefined || algorithm === undefined || (qops !== null && !qops.includes("auth"))) return null;
  return {
    realm: fields.get("realm") ?? "",
    nonce,
    opaque: fields.get("opaque") ?? null,
    algorithm,
    qop: qops !== null,
    stale: fields.get("stale")?.toLowerCase() === "true",
  };
}

/** Returns the Authorization that answers a challenge (RFC 7616 3.4). `count`: times the nonce was used, from 1. */
export async function answerDigest(
  challenge: DigestChallenge,
  { username, password }: { readonly username: string; readonly password: string },
  request: { readonly method: string; readonly uri: string; readonly cnonce: string; readonly count: number },
): Promise<string> {
  const { realm, nonce, algorithm, qop } = challenge;
  const { method, uri, cnonce } = request;
  const digest = async (text: string): Promise<string> =>
    hex(algorithm.startsWith("MD5") ? md5(new TextEncoder().encode(text)) : await sha256(text));
  const user = await digest(`${username}:${realm}:${password}`);
  const ha1 = algorithm.endsWith("-sess") ? await digest(`${user}:${nonce}:${cnonce}`) : user;
  const ha2 = await digest(`${method}:${uri}`);
  const nc = request.count.toString(16).padStart(8, "0");
  const response = await digest(qop ? `${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`);
  const name = /^[\x20-\x7e]*$/.test(username)
    ? `username=${quote(username)}`
    : `username*=UTF-8''${encodeURIComponent(username)}`;
  return [
    `Digest ${name}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
    ...(challenge.opaque === null ? [] : [`opaque=${quote(challenge.opaque)}`]),
    ...(qop || algorithm.endsWith("-sess") ? [`cnonce="${cnonce}"`] : []),
    ...(qop ? ["qop=auth", `nc=${nc}`] : []),
  ].join(", ");
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

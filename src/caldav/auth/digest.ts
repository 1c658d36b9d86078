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

/** Returns the strongest Digest challenge of a 401 that we can answer; null for none. */
export function readDigestChallenge(headers: Headers): DigestChallenge | null {
  const found: Map<string, string>[] = [];
  let fields: Map<string, string> | null = null;
  // Challenges are separated by commas, and so are their fields: a scheme in front of a field begins the next challenge.
  for (const [part] of (headers.get("WWW-Authenticate") ?? "").matchAll(/(?:"(?:[^"\\]|\\.)*"?|[^",])+/g)) {
    const [, scheme, name = "", value = ""] = /^\s*(?:([\w-]+)\s+)?([\w-]+)\s*=(.*)$/.exec(part) ?? [];
    const text = value.trim();
    if (scheme !== undefined) {
      fields = /^digest$/i.test(scheme) ? new Map<string, string>() : null;
      if (fields !== null) found.push(fields);
    }
    fields?.set(name.toLowerCase(), text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text);
  }
  const challenges = found.map(readFields).filter((challenge) => challenge !== null);
  return challenges.find(({ algorithm }) => algorithm.startsWith("SHA")) ?? challenges[0] ?? null;
}

function readFields(fields: ReadonlyMap<string, string>): DigestChallenge | null {
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

import { type ReceivedMail, valuesOf } from "./read-mail.ts";

/** The verdict on whether a mail is from who it says: `none` where nobody checked it. */
export type Verdict = "pass" | "fail" | "none";

/** Returns the domains (`d=`) whose DKIM signatures (RFC 6376) cover the whole of a mail and its From. May reject. */
export type DkimVerifier = (raw: Uint8Array) => Promise<readonly string[]>;

/** One result of an Authentication-Results field (RFC 8601 2.2), all in small letters. */
export interface AuthenticationResult {
  readonly method: string;
  readonly result: string;
  /** By `ptype.property`, such as `header.d`. */
  readonly properties: ReadonlyMap<string, string>;
}

/** Characters of a field that are read; no server writes as many. */
const longestField = 8192;
const fieldName = "authentication-results";

/**
 * Returns what the operator's own mail server, which calls itself `authservId`, found out about a mail's author: its DMARC (RFC 7489)
 * result for the domain of From, or where that domain has no policy a DKIM signature of that domain. Fields of other servers say
 * nothing, whoever wrote them; of several fields none may disagree. What is written so that a server may have overlooked it, when
 * it took out of a mail what bears its own name, proves that the mail is forged.
 */
export function serverVerdict({ from, headers }: Pick<ReceivedMail, "from" | "headers">, authservId: string): Verdict {
  if (from === null) return "none";
  const values = valuesOf(headers, fieldName);
  const own = values.filter((value) => readResults(value)?.authservId === authservId.toLowerCase());
  const hidden = own.some((value) => !value.trim().toLowerCase().startsWith(authservId.toLowerCase()));
  const named = headers.some(([name]) => name !== fieldName && name.trimEnd() === fieldName);
  if (hidden || named || values.some(({ length }) => length > longestField)) return "fail";
  const results = own.flatMap((value) => readResults(value)?.results ?? []);
  if (results.length === 0) return "none";
  const domain = domainOf(from);
  const dmarc = results.filter(({ method }) => method === "dmarc");
  if (dmarc.some(({ result }) => result !== "none")) {
    return dmarc.every((one) => one.result === "pass" && domainOf(one.properties.get("header.from") ?? "") === domain)
      ? "pass"
      : "fail";
  }
  const signers = results
    .filter(({ method, result }) => method === "dkim" && result === "pass")
    .map(({ properties }) => properties.get("header.d") ?? domainOf(properties.get("header.i") ?? ""));
  return signatureVerdict(from, signers);
}

/** Returns the verdict on an author by the domains whose signatures hold: the author's own, or one above it. */
export function signatureVerdict(from: string | null, signers: readonly string[]): Verdict {
  if (from === null) return "none";
  const domain = domainOf(from);
  // One below it may be another's: organisations and public suffixes look alike without a list of them.
  return signers.some((signer) => signer.includes(".") && `.${domain}`.endsWith(`.${signer.toLowerCase()}`))
    ? "pass"
    : "fail";
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** Reads an Authentication-Results field; null for what does not follow the grammar of RFC 8601 2.2. */
export function readResults(
  value: string,
): { readonly authservId: string; readonly results: readonly AuthenticationResult[] } | null {
  const fields = splitFields(value);
  if (fields === null) return null;
  const [head = "", ...rest] = fields;
  const [authservId = "", version = "1", ...more] = head.trim().split(/\s+/);
  if (authservId === "" || version !== "1" || more.length > 0) return null;
  const results: AuthenticationResult[] = [];
  for (const field of rest) {
    const words = field.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"=]|=)+/g) ?? [];
    const pairs = words.map((word) => /^([a-z0-9._-]+)(?:\/1)?=(.*)$/is.exec(word));
    const [first, ...others] = pairs;
    // `none` alone says that nothing was checked.
    if (first === null || first === undefined) continue;
    const properties = new Map<string, string>();
    for (const pair of others) {
      const [, name = "", text = ""] = pair ?? [];
      const key = name.toLowerCase();
      // A property that comes twice says nothing.
      if (key !== "") properties.set(key, properties.has(key) ? "" : unquote(text).toLowerCase());
    }
    results.push({ method: (first[1] ?? "").toLowerCase(), result: unquote(first[2] ?? "").toLowerCase(), properties });
  }
  return { authservId: unquote(authservId).toLowerCase(), results };
}

function unquote(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/gs, "$1") : text;
}

/**
 * Takes comments (RFC 5322 3.2.2, which may lie in one another) out and splits at semicolons outside quotes; blanks around `=` go.
 * Null where a comment or a quote stays open.
 */
function splitFields(value: string): string[] | null {
  const fields: string[] = [];
  let field = "";
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const mark = value.charAt(at);
    if (mark === "\\" && (quoted || depth > 0)) {
      if (quoted) field += value.slice(at, at + 2);
      at += 1;
    } else if (quoted) {
      field += mark;
      quoted = mark !== '"';
    } else if (mark === "(") depth += 1;
    else if (mark === ")") {
      depth -= 1;
      field += " ";
      if (depth < 0) return null;
    } else if (depth > 0) continue;
    else if (mark === ";") {
      fields.push(field);
      field = "";
    } else {
      field += mark;
      quoted = mark === '"';
    }
  }
  if (quoted || depth > 0) return null;
  return [...fields, field].map((one) =>
    one
      .split("=")
      .map((text) => text.trim())
      .join("="),
  );
}

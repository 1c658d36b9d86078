import { domainOf } from "../../lib/mail-address.ts";
import { type AuthenticationResult, readResults } from "./authentication-results.ts";
import { type ReceivedMail, valuesOf } from "./read-mail.ts";

/** The verdict on whether a mail is from who it says: `none` where nobody checked it. */
export type Verdict = "pass" | "fail" | "none";

/** Returns the domains (`d=`) whose DKIM signatures (RFC 6376) cover the whole of a mail and its From. May reject. */
export type DkimVerifier = (raw: Uint8Array) => Promise<readonly string[]>;

const fieldName = "authentication-results";

/**
 * Returns what the operator's own mail server, which calls itself `authservId`, found out about a mail's author: its DMARC (RFC 7489)
 * result for the domain of From, or where that domain has no policy a DKIM signature of that domain. Fields of other servers say
 * nothing, whoever wrote them. Of several of its own the topmost alone proves: those below it may have come in with the mail, so
 * they can only deny. A field that has its name and is not written as servers do was made to be overlooked by the server, which
 * takes such fields out: it proves that the mail is forged.
 */
export function serverVerdict({ from, headers }: Pick<ReceivedMail, "from" | "headers">, authservId: string): Verdict {
  if (from === null) return "none";
  const name = authservId.toLowerCase();
  const fields = valuesOf(headers, fieldName).map((value) => ({ value, read: readResults(value) }));
  const odd = headers.some(([key]) => key !== fieldName && visible(key) === fieldName);
  if (odd || fields.some(({ value, read }) => read === null && names(value, name))) return "fail";
  const [top, ...below] = fields.flatMap(({ read }) => (read?.authservId === name ? [read.results] : []));
  if (top === undefined || top.length === 0) return "none";
  const own = [top, ...below];
  const dmarc = own.map((results) => results.filter(({ method }) => method === "dmarc"));
  if (dmarc[0]?.some(({ result }) => result !== "none") === true) {
    return dmarc.flat().every((one) => passesDmarc(one, domainOf(from))) ? "pass" : "fail";
  }
  if (dmarc.flat().some(({ result }) => result !== "none")) return "fail";
  const dkim = own
    .map((results) => results.filter(({ method }) => method === "dkim"))
    .filter((results, n) => n === 0 || results.length > 0);
  return dkim.every((results) => signatureVerdict(from, results.flatMap(signerOf)) === "pass") ? "pass" : "fail";
}

function passesDmarc({ result, properties }: AuthenticationResult, domain: string): boolean {
  return result === "pass" && domainOf(properties.get("header.from") ?? "") === domain;
}

function signerOf({ result, properties }: AuthenticationResult): string[] {
  return result === "pass" ? [properties.get("header.d") ?? domainOf(properties.get("header.i") ?? "")] : [];
}

/** Returns true for a field in which the name of a server stands, unless as a part of another name, or as somebody's domain. */
function names(value: string, authservId: string): boolean {
  const text = visible(value);
  for (let at = text.indexOf(authservId); at >= 0; at = text.indexOf(authservId, at + 1)) {
    if (!/[\w.@=-]/.test(text.charAt(at - 1))) return true;
  }
  return false;
}

/** Returns a text as it looks, without blanks, in small letters. */
function visible(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^!-~]/g, "");
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

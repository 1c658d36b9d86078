const breaks = /\r\n|[\r\n\u0085\u2028\u2029]/g;
/** C0 and C1 controls, DEL, BOM, and what Unicode calls no character. */
const controls = /[\p{Cc}\uFEFF\p{Noncharacter_Code_Point}]/gu;
/** Embeddings, overrides and isolates: left open they turn round the text after them. */
const turns = /[\u202A-\u202E\u2066-\u2069]/g;
const unseen = /^[\p{Cf}\p{Mn} ]*$/u;
const tame = /^[\x20-\x7E]*$/;
const blanks = /[\s\u2800\u3164]+/gu;

/**
 * Text of one line that cannot hurt a calendar: no controls, no direction overrides, no lone surrogates (U+FFFD instead),
 * every run of white space one blank, none at the ends; "" when nothing of it could be seen.
 */
export function cleanLine(text: string): string {
  const line = tame.test(text) ? text : scrub(text.replace(breaks, " ").replaceAll("\t", " "));
  const words = line.replace(blanks, " ").trim();
  return unseen.test(words) ? "" : words;
}

/** The same for text of several lines, which are kept: "\n" between them, at most one empty line in a row. */
export function cleanBlock(text: string): string {
  return text
    .replace(breaks, "\n")
    .split("\n")
    .map((line) => scrub(line.replaceAll("\t", " ")).trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/^\n+|\n+$/g, "");
}

function scrub(text: string): string {
  return text.toWellFormed().replace(controls, "").replace(turns, "");
}

/** At most `most` UTF-16 units of well-formed text, the last one "…" when something was cut; no character is halved. */
export function truncate(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = most - 1;
  while (end > 0 && /[\uDC00-\uDFFF\p{Mn}\p{Me}\u200D]/u.test(text.slice(end).charAt(0))) end -= 1;
  return `${text
    .slice(0, end)
    .replace(/\u200D+$/, "")
    .trimEnd()}…`;
}

/** A TEXT value (RFC 5545 3.3.11) of cleaned text. */
export function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
}

/** One content line folded at 75 octets on code points (RFC 5545 3.1), with its CRLF. The line must be well-formed. */
export function fold(line: string): string {
  if (line.length <= 75 && tame.test(line)) return `${line}\r\n`;
  let folded = "";
  let from = 0;
  let octets = 0;
  for (let at = 0; at < line.length;) {
    const point = line.codePointAt(at) ?? 0;
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (octets + size > 75) {
      folded += `${line.slice(from, at)}\r\n `;
      from = at;
      octets = 1;
    }
    octets += size;
    at += size === 4 ? 2 : 1;
  }
  return `${folded}${line.slice(from)}\r\n`;
}

/**
 * The URL in the alphabet that calendar programs recognise as one link (after the scheme: letters, digits and
 * `._~/?=&%-`, a colon before the port), everything else percent-encoded; "" when it is not http(s), names a user,
 * or is longer than 1,000 characters.
 */
export function cleanUrl(text: string): string {
  if (!URL.canParse(text)) return "";
  const url = new URL(text);
  if ((url.protocol !== "https:" && url.protocol !== "http:") || url.username !== "" || url.password !== "") return "";
  const port = url.port === "" ? "" : `:${url.port}`;
  // Leaves out IPv6 literals, whose brackets break links.
  if (!/^[A-Za-z0-9.-]+$/.test(url.hostname)) return "";
  const rest = `${url.pathname}${url.search}`.replace(
    /[^A-Za-z0-9._~/?=&%-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  const clean = `${url.protocol}//${url.hostname}${port}${rest}`;
  return clean.length > 1000 ? "" : clean;
}

const breaks = /\r\n|[\r\n\u0085\u2028\u2029]/g;
/** C0 and C1 controls but the line feed, DEL, BOM, and noncharacters of Unicode. */
const controls = /[[\p{Cc}\uFEFF\p{Noncharacter_Code_Point}]--\n]/gv;
/** Embeddings, overrides and isolates: one left open reverses the text after it. */
const directions = /[\u202A-\u202E\u2066-\u2069]/g;
const invisible = /^[\p{Cf}\p{Mn}\p{Default_Ignorable_Code_Point}\s\u2800]*$/u;
/** Lines of which nothing could be seen. */
const invisibleLines = /^[[\p{Cf}\p{Mn}\p{Default_Ignorable_Code_Point}\s\u2800]--\n]+$/gmv;
const blanksAtEnds = /(?<![^\S\n])[^\S\n]+$/gm;
const ascii = /^[\x20-\x7E]*$/;
const blanks = /[\s\u2800\u3164]+/gu;

/**
 * Returns text of one line that cannot hurt a calendar: no controls, no direction overrides, no lone surrogates (U+FFFD instead),
 * every run of white space one blank, none at the ends; "" when nothing of it could be seen.
 */
export function cleanLine(text: string): string {
  const line = ascii.test(text) ? text : scrub(text.replace(breaks, " ").replace(/\t/g, " "));
  const words = line.replace(blanks, " ").trim();
  return invisible.test(words) ? "" : words;
}

/**
 * Returns cleaned text of several lines: "\n" between them, at most one empty line in a row, none at the ends; no blanks
 * at its beginning, which some readers of iCalendar drop; "" when nothing of it could be seen.
 */
export function cleanBlock(text: string): string {
  return scrub(text.replace(breaks, "\n").replace(/\t/g, " "))
    .replace(blanksAtEnds, "")
    .replace(invisibleLines, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function scrub(text: string): string {
  return text.toWellFormed().replace(controls, "").replace(directions, "");
}

/** Letters written from right to left, and marks of direction: they reach into the text around them (UAX 9). */
const leftward = /[\u0590-\u08FF\u200E\u200F\u061C\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * Returns a cleaned name for the middle of a sentence, on a page or in a mail: whatever direction it is written in, it
 * leaves the text around it as it is. Only a name that needs it is put between FIRST STRONG ISOLATE and its end.
 */
export function isolate(name: string): string {
  const line = cleanLine(name);
  return leftward.test(line) ? `\u2068${line}\u2069` : line;
}

/** Returns at most `most` UTF-16 units of well-formed text, the last one "…" when it was cut; no character is halved. */
export function truncate(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = most - 1;
  while (end > 0 && /[\uDC00-\uDFFF\p{Mn}\p{Me}\u200D]/u.test(text.charAt(end))) end -= 1;
  return `${text
    .slice(0, end)
    .replace(/(?<!\u200D)\u200D+$/, "")
    .trimEnd()}…`;
}

const longestUrl = 1000;

/**
 * Returns the URL in the alphabet that calendar programs recognise as one link (after the scheme: letters, digits and
 * `._~/?=&%-`, a colon before the port), everything else percent-encoded; "" when it is not http(s), names a user,
 * or is longer than 1,000 characters.
 */
export function cleanUrl(text: string): string {
  // What is much longer is not read: only dot segments and blanks could make it short enough.
  if (text.length > 4 * longestUrl || !URL.canParse(text)) return "";
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
  return clean.length > longestUrl ? "" : clean;
}

/** One content line (RFC 5545 3.1), unfolded and taken apart. */
export interface ContentLine {
  /** As written; names mean the same in upper and lower case. */
  readonly name: string;
  /** With their leading semicolon; "" for none. */
  readonly parameters: string;
  /** As written, escapes and all. */
  readonly value: string;
}

const ascii = /^[\x20-\x7E]*$/;

/** Returns the content line folded at 75 octets between code points, with its CRLF. The line must be well-formed. */
export function fold(line: string): string {
  if (line.length <= 75 && ascii.test(line)) return `${line}\r\n`;
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

/** Returns the text with its folded lines put together; some servers end lines with LF alone. */
export function unfold(text: string): string {
  return text.replace(/\r?\n[ \t]/g, "");
}

/** Returns the unfolded content lines of a text, without their ends and without empty ones. */
export function unfoldLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of unfold(text).split("\n")) {
    const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (whole !== "") lines.push(whole);
  }
  return lines;
}

/** Takes an unfolded content line apart; returns null when it is none. */
export function parseContentLine(line: string): ContentLine | null {
  const colon = line.indexOf(":");
  const plain = line.slice(0, colon);
  if (colon > 0 && /^[A-Za-z0-9-]+$/.test(plain)) return { name: plain, parameters: "", value: line.slice(colon + 1) };
  const [head, name, parameters] = /^([A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^":])*)?):/.exec(line) ?? [];
  if (head === undefined || name === undefined || parameters === undefined) return null;
  return { name, parameters, value: line.slice(head.length) };
}

/** Returns the TEXT value (RFC 5545 3.3.11) of a cleaned text. */
export function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
}

/** Returns the text of a TEXT value (RFC 5545 3.3.11). */
export function unescapeText(value: string): string {
  return value.replace(/\\([\\;,nN])/g, (_, mark: string) => (mark === "n" || mark === "N" ? "\n" : mark));
}

/** Returns the epoch seconds of a DATE-TIME in UTC (RFC 5545 3.3.5, form 2); null for all else and for no real time. */
export function readDateTime(value: string): number | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value) ?? [];
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Takes 30 February for 2 March, and hour 24 for the next day.
  return at.getUTCDate() === Number(day) ? at.getTime() / 1000 : null;
}

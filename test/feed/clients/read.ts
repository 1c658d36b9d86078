/** A VEVENT as calendar programs see it before they judge it. */
export interface ReadEvent {
  readonly uid: string;
  readonly summary: string;
  readonly status: string;
  readonly start: string;
  readonly end: string;
  readonly stamp: string;
  /** "" when absent. */
  readonly lastModified: string;
  readonly sequence: number;
  /** The unfolded lines between BEGIN and END, sub-components included. */
  readonly lines: readonly string[];
}

/** A feed as read from its text, with faults noted instead of judged. */
export interface ReadCalendar {
  readonly events: readonly ReadEvent[];
  /** BEGIN:VCALENDAR … END:VCALENDAR around all. */
  readonly whole: boolean;
  /** A line without colon, or an event without DTSTART or UID. */
  readonly broken: boolean;
  readonly byteOrderMark: boolean;
  readonly onlyCrlf: boolean;
  readonly hasProdid: boolean;
}

/** Reads RFC 5545 text as leniently as the most lenient client does. Null: there is no calendar in it. */
export function readCalendar(given: string): ReadCalendar | null {
  const byteOrderMark = given.startsWith("\uFEFF");
  const text = byteOrderMark ? given.slice(1) : given;
  if (!text.startsWith("BEGIN:VCALENDAR")) return null;
  const lines = text.replaceAll(/\r?\n[ \t]/g, "").split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  const events: ReadEvent[] = [];
  let open: string[] | null = null;
  let broken = false;
  for (const line of lines) {
    if (!line.includes(":")) broken = true;
    if (line === "BEGIN:VEVENT") open = [];
    else if (line === "END:VEVENT" && open !== null) {
      events.push(readEvent(open));
      open = null;
    } else open?.push(line);
  }
  return {
    events,
    whole: lines.at(-1) === "END:VCALENDAR" && open === null,
    broken: broken || events.some((event) => event.start === "" || event.uid === ""),
    byteOrderMark,
    onlyCrlf: !/(?:^|[^\r])\n/.test(text),
    hasProdid: lines.some((line) => line.startsWith("PRODID:")),
  };
}

function readEvent(lines: readonly string[]): ReadEvent {
  const value = (name: string): string => {
    const line = lines.find((candidate) => candidate.startsWith(`${name}:`) || candidate.startsWith(`${name};`));
    return line === undefined ? "" : line.slice(line.indexOf(":") + 1);
  };
  return {
    uid: value("UID"),
    summary: value("SUMMARY").replaceAll(/\\([\\;,nN])/g, (_, escaped: string) =>
      /n/i.test(escaped) ? "\n" : escaped,
    ),
    status: value("STATUS"),
    start: value("DTSTART"),
    end: value("DTEND"),
    stamp: value("DTSTAMP"),
    lastModified: value("LAST-MODIFIED"),
    sequence: Number(value("SEQUENCE") || "0"),
    lines,
  };
}

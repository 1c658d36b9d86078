/** One unfolded content line (RFC 5545 3.1), taken apart. */
export interface ContentLine {
  readonly name: string;
  /** With its leading semicolon; "" for none. */
  readonly parameters: string;
  readonly value: string;
}

/** What a property may hold, and how often it stands: each at most once, in the order of the table. */
interface Rule {
  readonly value: (text: string) => boolean;
  readonly required: boolean;
  readonly parameters?: string;
}

const need = (value: Rule["value"]): Rule => ({ value, required: true });
const may = (value: Rule["value"]): Rule => ({ value, required: false });
const like = (pattern: RegExp) => (text: string) => pattern.test(text);
const text = like(/^(?:[^\\;,]|\\[\\;,n])+$/su);

const eventRules: Readonly<Record<string, Rule>> = {
  UID: need(like(/^[A-Za-z0-9.-]{1,128}$/)),
  DTSTAMP: need(isUtc),
  CREATED: may(isUtc),
  "LAST-MODIFIED": need(isUtc),
  SEQUENCE: need((value) => /^(?:0|[1-9]\d{0,9})$/.test(value) && Number(value) < 2 ** 31),
  DTSTART: need(isUtc),
  DTEND: need(isUtc),
  SUMMARY: need(text),
  DESCRIPTION: may(text),
  LOCATION: may(text),
  GEO: may(isGeo),
  CATEGORIES: may(like(/^(?:[^\\;]|\\[\\;n])+$/su)),
  URL: may(like(/^https?:\/\/[A-Za-z0-9.-]+(?::\d+)?[A-Za-z0-9._~/?=&%-]*$/)),
  STATUS: need(like(/^(?:TENTATIVE|CONFIRMED|CANCELLED)$/)),
  TRANSP: need(like(/^(?:OPAQUE|TRANSPARENT)$/)),
  "X-MICROSOFT-CDO-BUSYSTATUS": need(like(/^(?:FREE|TENTATIVE|BUSY)$/)),
};

const calendarRules: Readonly<Record<string, Rule>> = {
  VERSION: need(like(/^2\.0$/)),
  PRODID: need(like(/^-\/\/[ -~]+\/\/[A-Z]{2}$/)),
  CALSCALE: need(like(/^GREGORIAN$/)),
  NAME: need(text),
  "X-WR-CALNAME": need(text),
  DESCRIPTION: may(text),
  "X-WR-CALDESC": may(text),
  "X-WR-TIMEZONE": may(like(/^[A-Za-z0-9_+/-]+$/)),
  "REFRESH-INTERVAL": { value: like(/^P(?:T\d+[HM]|\d+[DW])$/), required: true, parameters: ";VALUE=DURATION" },
  "X-PUBLISHED-TTL": need(like(/^P(?:T\d+[HM]|\d+[DW])$/)),
  COLOR: may(like(/^[a-z]+$/)),
  "X-APPLE-CALENDAR-COLOR": may(like(/^#[0-9A-F]{6}$/)),
};

const triples = [
  "TENTATIVE OPAQUE TENTATIVE",
  "CONFIRMED OPAQUE BUSY",
  "CANCELLED TRANSPARENT FREE",
  // A notice, which takes nobody's time.
  "CONFIRMED TRANSPARENT FREE",
];

/** Lints the properties of a VEVENT; tells the values that place it among the others. */
export function lintEventProperties(lines: readonly ContentLine[], faults: string[]): { uid: string; start: string } {
  const values = lintProperties(eventRules, lines, faults);
  const of = (name: string) => values.get(name) ?? "";
  if (of("DTEND") <= of("DTSTART")) faults.push("DTEND is not after DTSTART");
  if (of("DTSTAMP") !== of("LAST-MODIFIED")) faults.push("DTSTAMP and LAST-MODIFIED differ");
  const triple = `${of("STATUS")} ${of("TRANSP")} ${of("X-MICROSOFT-CDO-BUSYSTATUS")}`;
  if (!triples.includes(triple)) faults.push(`STATUS, TRANSP and busy status do not agree: ${triple}`);
  return { uid: of("UID"), start: of("DTSTART") };
}

/** Lints the properties of a VCALENDAR. */
export function lintCalendarProperties(lines: readonly ContentLine[], faults: string[]): void {
  const values = lintProperties(calendarRules, lines, faults);
  if (values.get("NAME") !== values.get("X-WR-CALNAME")) faults.push("NAME and X-WR-CALNAME differ");
  if (values.get("DESCRIPTION") !== values.get("X-WR-CALDESC")) faults.push("DESCRIPTION and X-WR-CALDESC differ");
  if (values.has("COLOR") !== values.has("X-APPLE-CALENDAR-COLOR")) faults.push("only one of the two colours");
}

function lintProperties(
  rules: Readonly<Record<string, Rule>>,
  lines: readonly ContentLine[],
  faults: string[],
): ReadonlyMap<string, string> {
  const order = Object.keys(rules);
  const values = new Map<string, string>();
  let place = -1;
  for (const { name, parameters, value } of lines) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      faults.push(`not a property of ours: ${name.slice(0, 40)}`);
      continue;
    }
    if (values.has(name)) faults.push(`${name} comes twice`);
    else if (order.indexOf(name) < place) faults.push(`${name} is out of order`);
    if (parameters !== (rule.parameters ?? "")) faults.push(`${name} has other parameters than it should`);
    if (!rule.value(value)) faults.push(`${name} has a value it must not have`);
    place = Math.max(place, order.indexOf(name));
    values.set(name, value);
  }
  for (const name of order) if (rules[name]?.required === true && !values.has(name)) faults.push(`${name} is missing`);
  return values;
}

/** DATE-TIME in UTC (RFC 5545 3.3.5, form 2) that is a real date and time. */
function isUtc(value: string): boolean {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = Date.parse(iso);
  return !Number.isNaN(at) && new Date(at).toISOString() === iso;
}

function isGeo(value: string): boolean {
  const [, latitude, longitude] = /^(-?\d{1,2}\.\d{1,6});(-?\d{1,3}\.\d{1,6})$/.exec(value) ?? [];
  return Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180;
}

const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/;

/** A date-time of ISO 8601 with its offset as epoch microseconds, exact; null for anything else. */
export function readMicros(text: unknown): number | null {
  if (typeof text !== "string") return null;
  const [, whole, fraction = "", zone] = form.exec(text) ?? [];
  const milliseconds = whole === undefined || zone === undefined ? Number.NaN : Date.parse(whole + zone);
  if (Number.isNaN(milliseconds)) return null;
  return milliseconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}

/** The same as whole epoch seconds. */
export function readSeconds(text: unknown): number | null {
  const micros = readMicros(text);
  return micros === null ? null : Math.floor(micros / 1_000_000);
}

const form = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))$/;

/** Returns a date-time of ISO 8601 with its offset as epoch microseconds, cut to whole ones; null for anything else. */
export function readMicros(text: unknown): number | null {
  const found = readMoment(text);
  return found === null ? null : found.seconds * 1_000_000 + found.micros;
}

/** Returns the same as whole epoch seconds. */
export function readSeconds(text: unknown): number | null {
  return readMoment(text)?.seconds ?? null;
}

function readMoment(text: unknown): { seconds: number; micros: number } | null {
  const found = typeof text === "string" ? form.exec(text) : null;
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const [fraction = "", sign = "+", ...offset] = found.slice(7);
  const [hours = 0, minutes = 0] = offset.map((part) => Number(part ?? 0));
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  // 30 February would be read as a day of March.
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return null;
  if (hour > 23 || minute > 59 || second > 59 || hours > 23 || minutes > 59) return null;
  const east = (hours * 60 + minutes) * (sign === "-" ? -60 : 60);
  return {
    seconds: local.getTime() / 1000 + hour * 3600 + minute * 60 + second - east,
    micros: Number(fraction.slice(0, 6).padEnd(6, "0")),
  };
}

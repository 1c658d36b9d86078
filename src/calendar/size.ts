export interface SizeLimits {
  /** The size in bytes, and the number of events, from which on a feed gets a warning. */
  readonly feedWarnBytes: number;
  readonly feedWarnEvents: number;
}

/** Returns a warning about the size of a feed; null for none. Google silently drops events beyond about 1 MB or 1,100. */
export function sizeWarning(limits: SizeLimits, events: number, bytes: number): string | null {
  const faults: string[] = [];
  if (bytes >= limits.feedWarnBytes) faults.push(`${bytes} bytes, limit ${limits.feedWarnBytes}`);
  if (events >= limits.feedWarnEvents) faults.push(`${events} events, limit ${limits.feedWarnEvents}`);
  return faults.length === 0 ? null : `some calendars drop events of a feed this large: ${faults.join("; ")}`;
}

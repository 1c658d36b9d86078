export interface SizeLimits {
  /** From how many bytes and from how many events on a feed is warned about. */
  readonly feedWarnBytes: number;
  readonly feedWarnEvents: number;
}

/** What is wrong with the size of a feed; null when nothing. Google drops events beyond about 1 MB or 1,100 silently. */
export function sizeWarning(limits: SizeLimits, events: number, bytes: number): string | null {
  const faults: string[] = [];
  if (bytes >= limits.feedWarnBytes) faults.push(`${bytes} bytes, limit ${limits.feedWarnBytes}`);
  if (events >= limits.feedWarnEvents) faults.push(`${events} events, limit ${limits.feedWarnEvents}`);
  return faults.length === 0 ? null : `some calendars drop events of a feed this large: ${faults.join("; ")}`;
}

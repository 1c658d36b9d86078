/**
 * The body as text; null when it is larger than `most` bytes, in which case the rest of it is not read. Rejects with the
 * signal's reason once that is aborted, whatever the body does.
 */
export async function readResponseText(response: Response, most: number, signal?: AbortSignal): Promise<string | null> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const stop = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        signal?.throwIfAborted();
        return text + decoder.decode();
      }
      bytes += value.byteLength;
      if (bytes > most) {
        await reader.cancel();
        return null;
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    // A signal that is listened to lives until its time is over, and the body with it.
    signal?.removeEventListener("abort", stop);
  }
}

/** Seconds until a server wants to be asked again (RFC 9110 10.2.3), from seconds or a date; null without or for neither. */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}

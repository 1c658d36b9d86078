import { withDeadline } from "./deadline.ts";

/**
 * Reads the body as text. Resolves to null when it is larger than `most` bytes; the rest of it is not read then. Rejects
 * with the signal's reason once that is aborted, whatever the body does.
 */
export async function readResponseText(response: Response, most: number, signal: AbortSignal): Promise<string | null> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  try {
    return await withDeadline(readLimitedText(reader, most), () => signal);
  } catch (error) {
    void reader.cancel(error).catch(() => undefined);
    throw error;
  }
}

async function readLimitedText(reader: ReadableStreamDefaultReader<Uint8Array>, most: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > most) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

import { withDeadline } from "./deadline.ts";
import type { Semaphore } from "./semaphore.ts";

/** Bytes up to which a body is read without a place among the large ones. */
const smallBytes = 256 * 1024;

/**
 * Reads a body to its end. Resolves to null when it has more than `most` bytes, counted as they arrive, so after any
 * decompression; the rest of it is not read then. Rejects with the signal's reason once that is aborted, whatever the body
 * does. A body of more than 256 kB waits for a place of `semaphore`.
 */
export async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  most: number,
  signal: AbortSignal,
  semaphore?: Semaphore,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  try {
    return await withDeadline(gather(reader, most, signal, semaphore), () => signal);
  } catch (error) {
    void reader.cancel(error).catch(() => undefined);
    throw error;
  }
}

/** Reads the body of an answer as text, in UTF-8 or the Latin-1 that it declares; otherwise as `readBytes`. */
export async function readResponseText(
  response: Response,
  most: number,
  signal: AbortSignal,
  semaphore?: Semaphore,
): Promise<string | null> {
  const bytes = await readBytes(response.body, most, signal, semaphore);
  return bytes === null ? null : decodeText(bytes, response.headers.get("Content-Type") ?? "");
}

const latin = /(?:charset|encoding)\s*=\s*["']?(?:iso-?8859-1|latin-?1|windows-1252)\b/i;

/** Decodes a body. UTF-8 goes before what is declared, since servers declare Latin-1 by default. */
function decodeText(bytes: Uint8Array<ArrayBuffer>, contentType: string): string {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes("\uFFFD")) return text;
  // The declaration of an XML document (XML 1.0 4.3.3).
  const declared = /^\s*<\?xml\s[^>]*>/.exec(text.slice(0, 200))?.[0] ?? "";
  return latin.test(contentType) || latin.test(declared) ? new TextDecoder("windows-1252").decode(bytes) : text;
}

/** Gathers the chunks in one buffer: kept apart, a body that comes byte by byte would take many times its size. */
async function gather(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  most: number,
  signal: AbortSignal,
  semaphore: Semaphore | undefined,
): Promise<Uint8Array<ArrayBuffer> | null> {
  let buffer = new Uint8Array();
  let size = 0;
  let entered = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return buffer.subarray(0, size);
      const end = size + value.byteLength;
      if (end > most) {
        await reader.cancel();
        return null;
      }
      if (semaphore !== undefined && end > smallBytes && !entered) {
        await semaphore.acquire(signal);
        entered = true;
      }
      if (end > buffer.byteLength) {
        const grown = new Uint8Array(Math.min(most, Math.max(end, 2 * buffer.byteLength)));
        grown.set(buffer.subarray(0, size));
        buffer = grown;
      }
      buffer.set(value, size);
      size = end;
    }
  } finally {
    if (entered) semaphore?.release();
  }
}

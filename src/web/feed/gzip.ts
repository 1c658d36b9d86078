/** Characters of a field that are read. */
const longest = 500;

/**
 * Returns true when an Accept-Encoding field asks for gzip by name (RFC 9110 12.5.3). `*` alone does not: a client that
 * does not name gzip may be unable to read it, and every client reads the identity coding.
 */
export function asksForGzip(acceptEncoding: string | null): boolean {
  if (acceptEncoding === null) return false;
  return acceptEncoding
    .slice(0, longest)
    .split(",")
    .some((entry) => {
      const [coding = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
      if (coding !== "gzip" && coding !== "x-gzip") return false;
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return weight === undefined || Number(weight.slice(2)) > 0;
    });
}

/** Returns the bytes in gzip coding (RFC 1952). */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Returns true for one gzip member of `plainBytes` bytes, judged by its first bytes and its last four (RFC 1952 2.3.1). */
export function isWholeGzip(bytes: Uint8Array<ArrayBuffer>, plainBytes: number): boolean {
  const shortest = 18;
  if (bytes.byteLength < shortest || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.byteLength - 4, true) === plainBytes;
}

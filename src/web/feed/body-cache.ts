/** The bytes of one representation, ready to be sent. */
export interface CachedBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True when `bytes` are in gzip coding. */
  readonly gzip: boolean;
  /** Size of the calendar without coding, in bytes. */
  readonly plainBytes: number;
  /** Number of events in it. */
  readonly events: number;
}

/** Bodies kept in this process. */
export interface BodyCache {
  /** Returns the body of that key, which then counts as just used. */
  get(key: string): CachedBody | undefined;
  /** Keeps a body of at most `maxBytes`, and drops those used longest ago until all fit in it. */
  set(key: string, body: CachedBody, maxBytes: number): void;
  /** Bytes held. */
  readonly size: number;
  /** Times that a body was asked for and there, and was not. */
  readonly hits: number;
  readonly misses: number;
}

/** Returns an empty cache. */
export function makeBodyCache(): BodyCache {
  // A Map keeps the order of insertion: the first entry is the one used longest ago.
  const bodies = new Map<string, CachedBody>();
  let size = 0;
  let hits = 0;
  let misses = 0;
  const drop = (key: string): void => {
    size -= bodies.get(key)?.bytes.byteLength ?? 0;
    bodies.delete(key);
  };
  return {
    get(key) {
      const body = bodies.get(key);
      if (body === undefined) misses += 1;
      else {
        hits += 1;
        bodies.delete(key);
        bodies.set(key, body);
      }
      return body;
    },
    set(key, body, maxBytes) {
      drop(key);
      if (body.bytes.byteLength > maxBytes) return;
      bodies.set(key, body);
      size += body.bytes.byteLength;
      for (const oldest of bodies.keys()) {
        if (size <= maxBytes) break;
        drop(oldest);
      }
    },
    get size() {
      return size;
    },
    get hits() {
      return hits;
    },
    get misses() {
      return misses;
    },
  };
}

/** A number of places for work that takes much memory; whoever comes when all are taken waits for the next. */
export interface Semaphore {
  /** Resolves once a place is free. Rejects with the signal's reason when that is aborted before; no place is taken then. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Frees a place that was acquired. */
  release(): void;
}

/** Makes a semaphore of so many places, given in the order in which they are asked for. */
export function makeSemaphore(places: number): Semaphore {
  const waiting = new Set<() => void>();
  let free = places;
  return {
    async acquire(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const stop = (): void => {
        if (waiting.delete(resolve)) reject(signal.reason);
      };
      waiting.add(resolve);
      signal.addEventListener("abort", stop, { once: true });
      try {
        await promise;
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
    release() {
      const [next] = waiting;
      if (next === undefined) free += 1;
      else {
        waiting.delete(next);
        next();
      }
    },
  };
}

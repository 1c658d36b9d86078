/**
 * Settles as `work` does, or rejects with the deadline's reason once that comes first; the work itself goes on unheard.
 * A store in the same process answers within a few turns of the microtask queue: only work that takes longer is given a
 * deadline, so that most requests set no timer. Afterwards the signal is let go: while somebody listens to it, it keeps
 * the whole request until its time is over.
 */
export async function withDeadline<T>(work: Promise<T>, deadline: () => AbortSignal): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  work.then(settle, settle);
  for (let turn = 0; turn < 32 && !settled; turn++) await Promise.resolve();
  if (settled) return work;
  const signal = deadline();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, late]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

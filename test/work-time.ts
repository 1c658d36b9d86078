/** Milliseconds for which something is done again: systems count a thread's work in steps of up to ten. */
const least = 60;

/**
 * Resolves to the milliseconds that this thread works for something that may be done again and again, once it is warm. What
 * other programs of a busy machine take does not count, nor does waiting.
 */
export async function workTime(work: () => unknown): Promise<number> {
  await work();
  const begun = process.threadCpuUsage();
  for (let turns = 1; ; turns += 1) {
    await work();
    const { user, system } = process.threadCpuUsage(begun);
    const worked = (user + system) / 1000;
    if (worked >= least) return worked / turns;
  }
}

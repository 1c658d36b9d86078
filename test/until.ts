/** Seconds after which something does not come about any more, on however slow a machine. */
const patience = 200;

/** Calls `check` until it returns a value, and resolves to it. Throws with the text of `about` after minutes without one. */
export async function until<T>(
  check: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  about: () => string = () => "",
): Promise<T> {
  const end = Date.now() + patience * 1000;
  for (;;) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`nothing after ${patience} seconds: ${about()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

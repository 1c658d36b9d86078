import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Resolves to true when nobody listens on a port of this machine. */
export async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, "127.0.0.1");
  const listens = await once(probe, "listening").then(
    () => true,
    () => false,
  );
  if (!listens) return false;
  probe.close();
  await once(probe, "close");
  return true;
}

/**
 * Resolves to a port of this machine that nobody uses. It lies below those that Linux gives to whoever asks for any (ip(7),
 * ip_local_port_range), so that no connection and no other test gets it before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if (await isFree(port)) return port;
  }
}

import { once } from "node:events";
import { createConnection, createServer } from "node:net";

/** Returns a port of this machine that nobody uses. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Waits until a server greets (`data`), or takes connections alone (`connect`); throws with its log where it does not. */
export async function answers(
  port: number,
  name: string,
  log: () => Promise<string>,
  event: "data" | "connect" = "data",
): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = createConnection(port, "127.0.0.1");
    socket.setTimeout(1000, () => socket.destroy(new Error("silence")));
    const open = await once(socket, event).then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} does not answer: ${await log().catch(() => "no log")}`);
}

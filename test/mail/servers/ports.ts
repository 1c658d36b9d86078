import { once } from "node:events";
import { createConnection } from "node:net";
import { until } from "../../until.ts";

/** Waits until a server greets (`data`), or takes connections alone (`connect`); throws with its log where it does not. */
export async function answers(
  port: number,
  name: string,
  log: () => Promise<string>,
  event: "data" | "connect" = "data",
): Promise<void> {
  const isOpen = async (): Promise<boolean> => {
    const socket = createConnection(port, "127.0.0.1");
    socket.setTimeout(10_000, () => socket.destroy(new Error("silence")));
    const open = await once(socket, event).then(
      () => true,
      () => false,
    );
    socket.destroy();
    return open;
  };
  await until(isOpen).catch(async () => {
    throw new Error(`${name} does not answer: ${await log().catch(() => "no log")}`);
  });
}

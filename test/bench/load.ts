import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** The request that is sent again and again. */
export interface Asked {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The status every answer must have. */
  readonly status: number;
}

/**
 * Sends so many requests over a few connections that stay open, one at a time on each, and resolves to the
 * milliseconds it took. It writes to the sockets directly, so that the server is measured and not a client.
 */
export async function load(asked: Asked, requests: number, connections = 4): Promise<number> {
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(asked.port, "127.0.0.1").setNoDelay();
      await once(socket, "connect");
      return socket;
    }),
  );
  const begun = performance.now();
  await Promise.all(sockets.map(async (socket) => askOn(socket, asked, requests / connections)));
  const took = performance.now() - begun;
  for (const socket of sockets) socket.destroy();
  return took;
}

async function askOn(socket: Socket, { path, headers = {}, status }: Asked, requests: number): Promise<void> {
  const fields = Object.entries({ Host: "127.0.0.1", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `GET ${path} HTTP/1.1\r\n${fields.join("")}\r\n`;
  let left = requests;
  /** Bytes of the current response's body that have not come yet; null before its head is complete. */
  let awaited: number | null = null;
  let head = "";
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the server closed the connection")));
    socket.on("data", (bytes) => {
      let body = bytes.length;
      if (awaited === null) {
        const before = head.length;
        head += bytes.toString("latin1");
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        if (!head.startsWith(`HTTP/1.1 ${status} `)) {
          reject(new Error(`wanted ${status}, got ${head.slice(0, 40)}`));
          return;
        }
        const length = status === 304 ? 0 : Number(/^content-length: (\d+)/im.exec(head.slice(0, end))?.[1]);
        awaited = length;
        body = bytes.length - (end + 4 - before);
        head = "";
      }
      awaited -= body;
      if (awaited > 0) return;
      awaited = null;
      left -= 1;
      if (left > 0) socket.write(text);
      else resolve();
    });
    socket.write(text);
  });
  socket.removeAllListeners("close");
}

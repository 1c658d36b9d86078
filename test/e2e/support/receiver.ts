import { createServer, type IncomingHttpHeaders } from "node:http";

/** A server on this machine that takes posts. */
export async function openReceiver() {
  const came: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      came.push({ headers: request.headers, body });
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    host,
    came,
    close: async () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

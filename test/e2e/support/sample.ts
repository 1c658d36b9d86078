import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Interference } from "../../waldur-answers.ts";
import { type SampleWaldur, sampleWaldur } from "../../../src/demo/sample.ts";

/** A sample Waldur that listens on a port of this machine. */
export interface ServedSample {
  readonly sample: SampleWaldur;
  readonly url: string;
  /** Lets a test answer requests in its place; null stops that. */
  interfere(interference: Interference | null): void;
  close(): Promise<void>;
}

/** The start of today, so that every sample of a test run holds the same bookings. */
const begunAt = Math.floor(Date.now() / 86_400_000) * 86_400;

/** `host`: this machine's address for whoever asks; other than the default, all its addresses are listened on. */
export async function serveSample(bookings = 30, host = "127.0.0.1"): Promise<ServedSample> {
  let sample: SampleWaldur | undefined;
  let between: Interference | null = null;
  const listener = getRequestListener(
    async (request, env) => {
      const done = between?.(request) ?? null;
      if (done === "hang") return new Promise<Response>(() => undefined);
      if (done === "cut" && "incoming" in env) env.incoming.socket.destroy();
      if (done instanceof Response) return done;
      return sample === undefined ? new Response(null, { status: 500 }) : sample.fetch(request);
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  const listened = host === "127.0.0.1" ? host : "0.0.0.0";
  await new Promise<void>((resolve) => server.listen(0, listened, () => resolve()));
  const url = `http://${host}:${portOf(server.address())}`;
  sample = sampleWaldur({ now: Date.now, begunAt, bookings, baseUrl: url });
  return {
    sample,
    url,
    interfere(interference) {
      between = interference;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== "object" || address === null) throw new Error("the sample has no port");
  return address.port;
}

import { once } from "node:events";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { Envelope } from "../../src/mail/transport.ts";

/** A mail server on this machine (smtp-server), which keeps what it took. */
export async function openMailServer(options: SMTPServerOptions = {}) {
  const taken: { readonly raw: string; readonly envelope: Envelope; readonly secure: boolean }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        const to = rcptTo.map(({ address }) => address).join(" ");
        taken.push({ raw: Buffer.concat(chunks).toString(), envelope: { from, to }, secure: session.secure });
        callback();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const address = listening.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    taken,
    close: async () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

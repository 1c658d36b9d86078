import { once } from "node:events";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import type { Deps } from "../deps.ts";
import { logFailure } from "../log.ts";
import { hasMailbox, type Intake, mostMailOctets, receiveMail } from "../mail/reply/receive.ts";

/** Sessions at once, and milliseconds for which a client may be silent. */
const limits = { maxClients: 20, socketTimeout: 60_000, closeTimeout: 5000 };

/** A listener for mail. */
export interface MailListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Makes an error with an SMTP reply code (RFC 5321 4.2). */
function reply(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/**
 * Takes answers over SMTP (RFC 5321) or LMTP (RFC 2033) at MAIL_LISTEN, such as `lmtp://127.0.0.1:2424`, from the operator's mail
 * server. Refuses every recipient that is no approver's address. What it has taken it never refuses afterwards, since that would
 * make a mail server write to whoever the sender claims to be. Throws when the port cannot be used.
 */
export async function listenForMail(deps: Deps, intake: Intake, address: string): Promise<MailListener> {
  const { protocol, hostname, port } = new URL(address);
  const server = new SMTPServer({
    ...limits,
    lmtp: protocol === "lmtp:",
    name: new URL(deps.config.publicUrl).hostname,
    banner: "waldur-calendar",
    // An announced limit would have a mail server write to whoever a mail claims to be from.
    hideSize: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onRcptTo({ address: recipient }, _session, done) {
      const refusal = (known: boolean): Error | null => (known ? null : reply(550, "5.1.1 no such address"));
      void answer(deps, hasMailbox(deps, recipient), refusal, done);
    },
    onData(stream, session, done) {
      void answer(deps, take(deps, intake, stream, session), () => null, done);
    },
  });
  server.on("error", (error) => logFailure(deps, "mail_session_failed", error));
  const listening = server.listen(Number(port), hostname.replace(/^\[|\]$/g, ""));
  await once(listening, "listening");
  const bound = listening.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : Number(port),
    close: async () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Answers a command with what the work came to; a failure of ours asks the client to come again. */
async function answer<T>(
  deps: Deps,
  work: Promise<T>,
  refusal: (result: T) => Error | null,
  done: (error?: Error | null) => void,
): Promise<void> {
  let answered: Error | null;
  try {
    answered = refusal(await work);
  } catch (error) {
    logFailure(deps, "mail_not_taken", error);
    answered = reply(451, "4.3.0 try again later");
  }
  done(answered);
}

async function take(
  deps: Deps,
  intake: Intake,
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
): Promise<void> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of stream) {
    octets += part.length;
    // What is too large is read to its end, and nothing of it is kept.
    if (octets <= mostMailOctets) parts.push(part);
  }
  if (octets > mostMailOctets) return;
  await receiveMail(deps, intake, {
    raw: Buffer.concat(parts),
    sender: envelope.mailFrom === false ? null : envelope.mailFrom.address,
    recipients: envelope.rcptTo.map(({ address }) => address),
  });
}

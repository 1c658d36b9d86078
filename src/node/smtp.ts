import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import DKIM from "nodemailer/lib/dkim";
import { parseConnectionUrl } from "nodemailer/lib/shared";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { cleanLine, truncate } from "../calendar/text.ts";
import type { Config } from "../config/config.ts";
import { causeOf } from "../errors.ts";
import { senderMailbox } from "../config/sender.ts";
import { domainOf } from "../lib/mail-address.ts";
import type { Delivery, Envelope, MailTransport } from "../mail/transport.ts";

/** Milliseconds for which a server may be silent. */
const silence = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 };
const longestAnswer = 300;
/** The fields that are signed, with those of unsubscribing (RFC 8058 4). */
const headerFieldNames =
  "From:Reply-To:To:Subject:Date:Message-ID:MIME-Version:Content-Type:Auto-Submitted:List-Id:List-Unsubscribe:List-Unsubscribe-Post";

type Failure = Error & {
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  /** The command that the server answered: `CONN` for its greeting. */
  readonly command?: string | undefined;
};

/**
 * Makes the way out over SMTP (RFC 5321), a connection for each mail: TLS with `smtps:`, STARTTLS (RFC 3207) with `smtp:` where
 * the server offers it, and always before a password unless the server is this machine. With MAIL_DKIM_KEY messages are signed
 * (RFC 6376). Returns null without MAIL_URL.
 */
export function openSmtp(config: Config): MailTransport | null {
  const { mailUrl, mailDkimKey, mailDkimSelector } = config;
  if (mailUrl === null) return null;
  const server = parseConnectionUrl(mailUrl);
  const { hostname, username } = new URL(mailUrl);
  const isLocal = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  const options = { requireTLS: username !== "" && !isLocal, ...silence, ...server };
  const domainName = domainOf(senderMailbox(config)?.address ?? "");
  const dkim =
    mailDkimKey === null || mailDkimSelector === null
      ? null
      : new DKIM({ domainName, keySelector: mailDkimSelector, privateKey: asPem(mailDkimKey), headerFieldNames });
  return {
    async send(raw, envelope) {
      const message = dkim === null ? Buffer.from(raw) : await buffer(dkim.sign(raw));
      return talk(options, message, envelope);
    },
  };
}

type Options = ConstructorParameters<typeof SMTPConnection>[0] & {
  readonly auth?: { readonly user: string; readonly pass: string } | undefined;
};

async function talk(options: Options, message: Buffer, { from, to }: Envelope): Promise<Delivery> {
  const connection = new SMTPConnection(options);
  let begun = false;
  // Asked for its bytes when the server has said 354: from then on a lost answer leaves open whether it took the mail.
  const body = new Readable({
    read() {
      begun = true;
      this.push(message);
      this.push(null);
    },
  });
  try {
    return await new Promise<Delivery>((resolve) => {
      const fail = (error: Failure, result: "unclear" | "unreachable"): void => resolve(deliveryOf(error, result));
      connection.on("error", (error: Failure) => fail(error, begun ? "unclear" : "unreachable"));
      const send = (): void =>
        connection.send({ from, to, size: message.length }, body, (error, info) => {
          if (error === null) resolve({ result: "sent", answer: shorten(info?.response ?? "") });
          else fail(error, begun ? "unclear" : "unreachable");
        });
      connection.connect((error) => {
        if (error !== undefined && error !== null) return fail(error, "unreachable");
        if (options.auth === undefined) return send();
        connection.login(options.auth, (refused) => (refused === null ? send() : fail(refused, "unreachable")));
      });
    });
  } finally {
    connection.close();
  }
}

/** The commands whose answers are about the mail: those before are the same for every mail. */
const ofMail = ["RCPT TO", "DATA"];
/**
 * Answers to RCPT that say nothing of the address (RFC 3463 3.3, 3.8): a full mailbox, and a policy, with which many servers also refuse
 * whoever may not send through them.
 */
const passing = /^\d{3}[ -]5\.(?:2\.2|7\.\d+)\b/;

/** Returns the meaning of an error of the connection: with an answer of the server what that says, else what is given. */
function deliveryOf(failure: Failure, otherwise: "unclear" | "unreachable"): Delivery {
  const { responseCode, response, command = "" } = failure;
  const answer = shorten(response ?? causeOf(failure));
  if (responseCode === undefined || responseCode < 400) return { result: otherwise, answer };
  // 421 ends the session, and a wanted password is for the operator to mend: both are no fault of the mail.
  const ofServer = responseCode === 421 || responseCode === 530 || responseCode === 534 || responseCode === 535;
  if (ofServer || !ofMail.includes(command)) return { result: "unreachable", answer };
  const forEver = responseCode >= 500 && !(command === "RCPT TO" && passing.test(answer));
  return { result: "refused", forEver, answer };
}

function shorten(text: string): string {
  return truncate(cleanLine(text), longestAnswer);
}

/** Returns the key in PEM, with the line breaks that a variable in one line has lost. */
function asPem(key: string): string {
  const [, kind = "PRIVATE KEY"] = /-----BEGIN ([A-Z ]+)-----/.exec(key) ?? [];
  const body = key.replace(/-----[A-Z ]+-----|\\n|\s/g, "");
  return `-----BEGIN ${kind}-----\n${body.match(/.{1,64}/g)?.join("\n") ?? ""}\n-----END ${kind}-----\n`;
}

import { senderMailbox } from "../config/sender.ts";
import type { Deps } from "../deps.ts";
import { epochSeconds } from "../lib/clock.ts";
import { domainOf, type Mailbox } from "../lib/mail-address.ts";
import { hex, sha256 } from "../security/hash.ts";
import { addToOutbox, type NewOutboxRow } from "../store/mail/outbox.ts";
import type { Statement } from "../store/sql/port.ts";
import type { Mail } from "./message.ts";
import type { MailTransport } from "./transport.ts";

/** The way out for mail, and who it is from; null where mail is off. */
export function mailOf(
  deps: Pick<Deps, "mail" | "config">,
): { readonly transport: MailTransport; readonly from: Mailbox } | null {
  const from = senderMailbox(deps.config);
  return deps.mail === null || from === null ? null : { transport: deps.mail, from };
}

/** The cause that a mail is sent for. */
export interface Occasion {
  /** With the recipient the reason for the mail: for the same two there is never a second one. */
  readonly cause: string;
  /** A person, by the uuid in Waldur, an address, or the id of a webhook. */
  readonly recipient: string;
  /** The person whose data it is; "" for nobody's. */
  readonly userUuid?: string;
  readonly bookingUuid?: string;
  /** Mails of one thread leave in the order in which they were queued. */
  readonly thread?: string;
}

/** Returns the id of what is told for a cause to a recipient: 32 hex digits. */
export async function occasionId({ cause, recipient }: Pick<Occasion, "cause" | "recipient">): Promise<string> {
  return hex((await sha256(JSON.stringify([recipient, cause]))).subarray(0, 16));
}

/** Returns the row of a mail in the outbox; its Message-ID follows from cause and recipient. */
export async function mailRow(occasion: Occasion, mail: Omit<Mail, "messageId">): Promise<NewOutboxRow> {
  const id = await occasionId(occasion);
  const message: Mail = { ...mail, messageId: `${id}@${domainOf(mail.from.address)}` };
  return { ...occasion, id, channel: "mail", message: JSON.stringify(message) };
}

/**
 * Makes the statement that queues a mail, for the transaction of what causes it. It changes no row when there was one for its cause
 * and recipient.
 */
export async function queueMail(
  deps: Pick<Deps, "now">,
  occasion: Occasion,
  mail: Omit<Mail, "messageId">,
): Promise<Statement> {
  return addToOutbox(await mailRow(occasion, mail), epochSeconds(deps));
}

import { type Mailbox, readMailbox } from "../lib/mail-address.ts";
import type { Config } from "./config.ts";

/** Returns the mailbox that mails are from; null where MAIL_FROM is not set. */
export function senderMailbox({ mailFrom }: Pick<Config, "mailFrom">): Mailbox | null {
  return mailFrom === null ? null : readMailbox(mailFrom);
}

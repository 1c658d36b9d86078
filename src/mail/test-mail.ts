import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { epochSeconds } from "../lib/clock.ts";
import { domainOf, isMailAddress } from "../lib/mail-address.ts";
import { hex } from "../security/hash.ts";
import { countOutbox, type OutboxCounts } from "../store/mail/outbox.ts";
import { texts } from "../text/index.ts";
import { composeMessage } from "./message.ts";
import { mailOf } from "./queue.ts";
import type { Delivery } from "./transport.ts";
import { writeContent } from "./write.tsx";

/** The state of mail, for `check`. */
export interface MailCheck extends OutboxCounts {
  readonly on: boolean;
}

/** Returns whether mail is on, what waits, and what was given up in the last week. */
export async function checkMail(deps: Deps): Promise<MailCheck> {
  return { on: mailOf(deps) !== null, ...(await countOutbox(deps.sql, "mail", epochSeconds(deps))) };
}

/**
 * Sends a test to an address at once, past the outbox. Resolves to what the server said. Throws `bad_input` for what is no
 * address, and `bad_config` where mail is off.
 */
export async function sendTestMail(deps: Deps, address: string): Promise<Delivery> {
  if (!isMailAddress(address)) throw new AppError("bad_input", "give a mail address, such as liis@example.org");
  const mail = mailOf(deps);
  if (mail === null) throw new AppError("bad_config", "mail is off: set MAIL_URL and MAIL_FROM");
  const words = texts.en.notices.mail;
  const { host } = new URL(deps.config.publicUrl);
  const content = await writeContent({
    language: "en",
    subject: words.test,
    intro: words.testText,
    items: [],
    more: "",
    links: [],
    foot: { text: host, links: [] },
    quote: null,
  });
  const raw = composeMessage(
    {
      messageId: `${hex(deps.random(16))}@${domainOf(mail.from.address)}`,
      from: mail.from,
      to: { name: "", address },
      subject: words.test,
      ...content,
      headers: { "Auto-Submitted": "auto-generated" },
    },
    epochSeconds(deps),
  );
  return mail.transport.send(raw, { from: mail.from.address, to: address });
}

import type { Deps } from "../../deps.ts";
import { domainOf } from "../../lib/mail-address.ts";
import { signMailLink } from "../../security/mail-links.ts";
import type { NoticeKind } from "../../store/mail/notice-kinds.ts";
import type { NewOutboxRow } from "../../store/mail/outbox.ts";
import { texts } from "../../text/index.ts";
import type { Mail } from "../message.ts";
import { mailOf, type Occasion, occasionId } from "../queue.ts";
import { mailboxOf, type Person } from "../people.ts";
import { type MailContent, writeContent } from "../write.tsx";

/** Returns the address at which a person stops a kind of notice, without a session. */
async function stopAddress(deps: Pick<Deps, "config" | "keys">, userUuid: string, kind: NoticeKind): Promise<string> {
  return `${deps.config.publicUrl}/notices/stop/${await signMailLink(deps.keys, "stop", [userUuid, kind])}`;
}

/**
 * Writes a notice for a person as a mail: with why it comes, and a link and fields (RFC 8058) with which its kind is stopped in
 * one click. It says that no person wrote it (RFC 3834), so that no program answers.
 */
export async function noticeMail(
  deps: Pick<Deps, "config" | "keys" | "mail">,
  person: Person,
  occasion: Occasion,
  kind: NoticeKind,
  content: Omit<MailContent, "language" | "foot">,
  bookings: readonly string[],
): Promise<Pick<NewOutboxRow, "id" | "channel" | "message">> {
  const from = mailOf(deps)?.from;
  const to = mailboxOf(person);
  const id = await occasionId(occasion);
  if (from === undefined || to === null) return { id, channel: "mail", message: "" };
  const { language } = person;
  const words = texts[language].notices.mail;
  const stop = await stopAddress(deps, person.userUuid, kind);
  const { host } = new URL(deps.config.publicUrl);
  const foot = {
    text: words.reason(host),
    links: [
      { label: words.change, url: `${deps.config.publicUrl}/notices` },
      { label: words.stop, url: stop },
    ],
  };
  const mail: Mail = {
    messageId: `${id}@${domainOf(from.address)}`,
    from,
    to,
    subject: content.subject,
    bookings,
    ...(await writeContent({ ...content, language, foot })),
    headers: {
      "List-Id": `<notices.${domainOf(from.address)}>`,
      "List-Unsubscribe": `<${stop}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
    },
  };
  return { id, channel: "mail", message: JSON.stringify(mail) };
}

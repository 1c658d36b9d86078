import type { Deps } from "../../deps.ts";
import { cleanLine, truncate } from "../../calendar/text.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { findSent, noteBounce, type SentMail } from "../../store/mail/bounces.ts";
import { isBounceOf, normalAddress } from "./answer-address.ts";
import { mailboxOf, listPeople } from "../people.ts";
import type { ReceivedMail } from "./read-mail.ts";

const longestReason = 200;

/** One recipient of a mail, as a report (RFC 3464) has it. */
interface Bounce {
  /** Message-ID of the mail, without angle brackets. */
  readonly messageId: string;
  /** As it was given, and as it was after forwarding. */
  readonly recipients: readonly string[];
  readonly diagnostic: string;
}

/** A full mailbox, and what a policy or a filter refused (RFC 3463): neither says that the address is wrong. */
const passing = /^5\.(?:2\.2|7\.\d+)\b/;

/** Reads a report that a mail will never arrive (Action: failed, Status 5.x.x); null for any other, such as one of a delay. */
function readBounce({ parts }: Pick<ReceivedMail, "parts">): Bounce | null {
  const status = parts.find(({ mimeType }) => mimeType === "message/delivery-status")?.text ?? "";
  const original =
    parts.find(({ mimeType }) => /^(?:message\/rfc822|text\/rfc822-headers)$/.test(mimeType))?.text ?? "";
  const field = (text: string, name: string): string =>
    new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, "im").exec(text)?.[1]?.trim() ?? "";
  const messageId = /^<([^<>\s]+)>$/.exec(field(original, "Message-ID"))?.[1] ?? "";
  const code = field(status, "Status");
  const failed = field(status, "Action").toLowerCase() === "failed" && code.startsWith("5.") && !passing.test(code);
  if (messageId === "" || !failed) return null;
  const recipients = ["Final-Recipient", "Original-Recipient"].map((name) =>
    normalAddress(field(status, name).replace(/^[^;]*;/, "")),
  );
  const diagnostic = field(status, "Diagnostic-Code").replace(/^[^;]*;/, "") || code;
  return { messageId, recipients, diagnostic: truncate(cleanLine(diagnostic), longestReason) };
}

/**
 * Takes a report that the recipient of a mail of ours, and nobody else, does not get it, where it came to the return path of that
 * very mail: the page Notices then shows it, and after the second one nothing goes to that address any more. Resolves to false for a
 * report on anything else.
 */
export async function takeBounce(deps: Deps, pattern: string, mail: ReceivedMail): Promise<boolean> {
  const bounce = readBounce(mail);
  if (bounce === null) return false;
  const id = bounce.messageId.replace(/@.*$/, "");
  if (!(await isBounceOf(deps.keys, pattern, mail.recipients, id))) return false;
  const sent = await findSent(deps.sql, id);
  const address = sent === null ? "" : await addressOf(deps, sent);
  if (address === "" || !bounce.recipients.includes(normalAddress(address))) return false;
  return noteBounce(deps.sql, id, address, bounce.diagnostic, epochSeconds(deps));
}

/** Returns the address to which a mail went, or whose it is now; "" where nobody has one any more. */
async function addressOf(deps: Deps, { userUuid, recipient }: SentMail): Promise<string> {
  if (recipient.includes("@")) return recipient;
  const person = (await listPeople(deps)).find((one) => one.userUuid === userUuid);
  return person !== undefined && recipient === userUuid ? (mailboxOf(person)?.address ?? "") : "";
}

import type { ForwardableEmailMessage } from "@cloudflare/workers-types";
import type { Deps } from "../deps.ts";
import { messageOf } from "../errors.ts";
import { hasMailbox, mostMailOctets, receiveMail } from "../mail/reply/receive.ts";
import type { MailTransport } from "../mail/transport.ts";

/** The `send_email` binding, as far as it is used. */
interface SendEmail {
  send(message: object): Promise<unknown>;
}

/** Returns the way out for mail through a `send_email` binding; null where there is none. */
export function bindMail(binding: unknown): MailTransport | null {
  if (!isSendEmail(binding)) return null;
  return {
    fromAuthor: true,
    async send(raw, { from, to }) {
      const { EmailMessage } = await import("cloudflare:email");
      try {
        await binding.send(new EmailMessage(from, to, raw));
        return { result: "sent", answer: "" };
      } catch (error) {
        // It tells no more than that: what stays wrong is given up after a day.
        return { result: "refused", forEver: false, answer: messageOf(error).slice(0, 300) };
      }
    },
  };
}

/**
 * Takes a mail from Email Routing. An address that nobody has is refused while the sender's mail server waits; nothing else is. A
 * Worker is told nothing of who proved what, and verifies no DKIM: without a mail server of the operator's before it an answer
 * brings the page. Throws `store_failed`.
 */
export async function takeMail(
  deps: Deps,
  message: Pick<ForwardableEmailMessage, "from" | "to" | "raw" | "rawSize" | "setReject">,
): Promise<void> {
  const { from, to, raw, rawSize } = message;
  if (!(await hasMailbox(deps, to))) return message.setReject("5.1.1 no such address");
  if (rawSize > mostMailOctets) return;
  const octets = await readOctets(raw);
  await receiveMail(deps, { verifyDkim: null }, { raw: octets, sender: from, recipients: [to] });
}

async function readOctets(stream: ForwardableEmailMessage["raw"]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
  const octets = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    octets.set(part, at);
    at += part.length;
  }
  return octets;
}

function isSendEmail(binding: unknown): binding is SendEmail {
  return typeof binding === "object" && binding !== null && "send" in binding && typeof binding.send === "function";
}

import { senderMailbox } from "../../config/sender.ts";
import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { plainAddress } from "../../lib/mail-address.ts";
import { hashSecret } from "../../security/secret.ts";
import { listAnswerers } from "../../store/mail/invitations.ts";
import { texts } from "../../text/index.ts";
import { type Answered, answerInvitation } from "./answer.ts";
import {
  answerHash,
  type Approver,
  askedId,
  isAnswerAddress,
  isBounceAddress,
  normalAddress,
} from "./answer-address.ts";
import { type DkimVerifier, serverVerdict, signatureVerdict, type Verdict } from "./authenticity.ts";
import { takeBounce } from "./bounce.ts";
import { explain } from "./explain.ts";
import { findInvitee } from "../invitation/invitees.ts";
import { mostMailOctets, type RawMail, type ReceivedMail, readMail } from "./read-mail.ts";
import { readReply } from "./reply.ts";

export { mostMailOctets };

/** The outcome of a mail that came in. */
export type Received =
  | Answered
  | "not-ours" // it is to none of our addresses
  | "unreadable" // too large, or no mail
  | "loop" // our own
  | "bounce" // a report on a mail of ours that counts
  | "no-reply"; // it holds no answer, though it is to an address of ours

/** The parts that are needed to take mail. */
export interface Intake {
  /** Null where nobody verifies DKIM: without the word of the operator's mail server no answer then decides. */
  readonly verifyDkim: DkimVerifier | null;
}

/** Returns true for an address at which somebody's answers are taken, or reports on our mails. Throws `store_failed`. */
export async function hasMailbox(deps: Deps, address: string): Promise<boolean> {
  const pattern = deps.config.mailAnswers;
  if (pattern === null) return false;
  if (isBounceAddress(pattern, address)) return true;
  if (!isAnswerAddress(pattern, address)) return false;
  return (await findAnswerer(deps, [normalAddress(address)])) !== null;
}

/** Returns true for what is done with; all else is left unread in a mailbox. */
export function isTaken(received: Received): boolean {
  return ["decided", "explained", "waiting", "repeated", "bounce"].includes(received);
}

/**
 * Takes a mail that came in: a reply to an invitation is acted on, everything else is only named. Nothing is ever sent to where a
 * mail says that it came from. Throws `store_failed`, and `bad_config` without a Waldur.
 */
export async function receiveMail(deps: Deps, intake: Intake, raw: RawMail): Promise<Received> {
  const received = await take(deps, intake, raw);
  deps.log.info("mail_received", { result: received, octets: raw.raw.length });
  return received;
}

async function take(deps: Deps, intake: Intake, raw: RawMail): Promise<Received> {
  const { mailAnswers } = deps.config;
  if (mailAnswers === null) return "not-ours";
  const mail = await readMail(raw);
  if (mail === null) return "unreadable";
  if (mail.recipients.some((address) => isBounceAddress(mailAnswers, address))) {
    const report = mail.nature === "bounce" || mail.nature === "replied";
    return report && (await takeBounce(deps, mailAnswers, mail)) ? "bounce" : "no-reply";
  }
  if (!mail.recipients.some((address) => isAnswerAddress(mailAnswers, address))) return "not-ours";
  const own = plainAddress(senderMailbox(deps.config)?.address ?? "");
  if (mail.from !== null && (mail.from === own || isAnswerAddress(mailAnswers, mail.from))) return "loop";
  if (mail.nature === "bounce" || mail.nature === "list") return "automatic";
  const verdict = async (): Promise<Verdict> => judge(deps, intake, mail, raw);
  const reply = readReply(mail);
  if (typeof reply !== "string") return answerInvitation(deps, mail, reply, verdict);
  if (mail.nature !== "person") return "automatic";
  return reply === "tnef" && (await explainTnef(deps, mail, verdict)) ? "explained" : "no-reply";
}

/** Says who a mail is from by the operator's mail server, else by its DKIM signatures; what cannot be looked up proves nothing. */
async function judge(
  deps: Deps,
  { verifyDkim }: Intake,
  mail: Pick<ReceivedMail, "from" | "headers">,
  { raw }: RawMail,
): Promise<Verdict> {
  const { mailAuthservId } = deps.config;
  if (mailAuthservId !== null) return serverVerdict(mail, mailAuthservId);
  if (verifyDkim === null) return "none";
  try {
    return signatureVerdict(mail.from, await verifyDkim(raw));
  } catch {
    return "none";
  }
}

/** Tells an approver, once a day, that nothing but Outlook reads what came. Nothing in such a mail says which request it is about. */
async function explainTnef(deps: Deps, mail: ReceivedMail, verdict: () => Promise<Verdict>): Promise<boolean> {
  const approver = await findAnswerer(deps, mail.recipients);
  const invitee = approver === null ? null : await findInvitee(deps, askedId(approver));
  if (approver === null || invitee === null || mail.from !== plainAddress(invitee.address)) return false;
  if ((await verdict()) === "fail") return false;
  const cause = `answer tnef ${Math.floor(epochSeconds(deps) / 86_400)}`;
  const note = texts[invitee.language].answers.tnef;
  await explain(deps, invitee, { row: approver, cause, note, summary: "", bookingUuid: "" });
  return true;
}

/** Returns whose address for answers one of these is. */
async function findAnswerer(deps: Deps, recipients: readonly string[]): Promise<Approver | null> {
  const pattern = deps.config.mailAnswers ?? "";
  const ours = recipients.filter((address) => isAnswerAddress(pattern, address));
  const wanted = new Set(await Promise.all(ours.map(hashSecret)));
  for (const approver of await listAnswerers(deps.sql)) {
    const hash = await answerHash(deps.keys, pattern, approver);
    if (hash !== null && wanted.has(hash)) return approver;
  }
  return null;
}

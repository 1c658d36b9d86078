import type { Deps } from "../../deps.ts";
import { type InvitationRow, keepAnswer } from "../../store/mail/invitations.ts";
import { listReadSources } from "../../store/sources/readers.ts";
import { texts } from "../../text/index.ts";
import { askedId } from "../reply/answer-address.ts";
import type { Verdict } from "../reply/authenticity.ts";
import { actionOf, type CalendarReply } from "../reply/reply.ts";
import { listResources, readResource } from "./read-resource.ts";
import { settleAnswer, type Settled, tellOfAnswer } from "./settle.ts";

/** The answer of a mailbox, as far as it is known. */
export interface ResourceReply {
  readonly reply: CalendarReply;
  /** "" where the reply names nobody. */
  readonly partstat: string;
  readonly stampAt: number;
  readonly proof: Verdict;
}

/** Returns true for an invitation of the mailbox of a room or equipment. */
export function isOfResource({ attendee }: Pick<InvitationRow, "attendee">): boolean {
  return attendee.includes(".");
}

/**
 * Keeps the answer of the mailbox of a room or equipment (RFC 5546 3.2.3), and decides by it where it was the last that was missing:
 * accepts once all periods that are not over are taken, rejects when one is declined. The mailbox is never written to about it;
 * what there is to explain goes to the person. Throws `store_failed`, and `bad_config` without a Waldur.
 */
export async function answerAsResource(
  deps: Deps,
  row: InvitationRow,
  { reply, partstat, stampAt, proof }: ResourceReply,
): Promise<Settled | "automatic" | "repeated" | "retired"> {
  const all = await listResources(deps);
  const resource = all.find(({ mailbox }) => mailbox.id === askedId(row));
  const person = resource?.person ?? null;
  if (resource === undefined || person === null || !row.open) return "retired";
  const { address } = resource.mailbox;
  const words = texts[person.language].mailboxes;
  const { bookingUuid, stampAt: askedAt } = row;
  const tell = async (reason: string, note: string): Promise<"explained"> =>
    tellOfAnswer(deps, resource, { bookingUuid, askedAt }, { reason, note });
  if (proof === "fail") return "automatic";
  if (reply.method !== "REPLY" || reply.sequence < row.sequence) return "waiting";
  const action = actionOf.get(partstat);
  // Neither yes nor no comes first where a delegate of the room decides.
  if (action === undefined) return "waiting";
  // What nothing proves is never decided by: it is not kept.
  if (proof === "none") return tell(`page ${action}`, `${words.undone[action](address)} ${words.page}`);
  const answer = action === "accept" ? "ACCEPTED" : "DECLINED";
  if (!(await keepAnswer(deps.sql, row, answer, stampAt))) return "repeated";
  const reading = await readResource(deps, resource, await listReadSources(deps.sql));
  const booking = reading.state.bookings.find(({ uuid }) => uuid === bookingUuid);
  if (booking?.state === "standing") return action === "accept" ? "waiting" : tell("kept", words.kept(address));
  if (resource.stance !== "asks") return resource.stance === "rests" ? "waiting" : "retired";
  const settled = reading.plan.answers.find((one) => one.bookingUuid === bookingUuid);
  return settled === undefined ? "waiting" : settleAnswer(deps, reading, settled);
}

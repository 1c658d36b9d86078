import type { Action } from "../../calendar/profile.ts";
import { decide, type Decision } from "../../decision/decide.ts";
import { findWait } from "../../decision/find-wait.ts";
import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { keepAnswer, listInvitationsTo, noteAnswer } from "../../store/mail/invitations.ts";
import { countCauses } from "../../store/mail/outbox.ts";
import { texts } from "../../text/index.ts";
import { outcomeText } from "../../text/outcome.ts";
import { shownOf } from "../invitation/invitation-mail.ts";
import { makeStep } from "../invitation/invite.ts";
import { askAgain } from "../invitation/plan-invitation.ts";
import type { Answered, Asked } from "./answer.ts";
import { askedId, invitationUid } from "./answer-address.ts";
import type { Verdict } from "./authenticity.ts";
import { explain } from "./explain.ts";
import { actionOf, type CalendarReply } from "./reply.ts";

/** After these the mailbox is asked again: it may be a matter of minutes. */
const passing: readonly Decision["result"][] = ["not-ready", "unchanged", "unknown", "busy", "limited"];
/** Messages about one period in a day with which a mailbox is asked at most: it answers at once, whatever it is asked. */
const mostAsked = 4;

/** The answer of a mailbox, as far as it is known. */
export interface ResourceReply {
  readonly reply: CalendarReply;
  /** "" where the reply names nobody. */
  readonly partstat: string;
  readonly stampAt: number;
  readonly proof: Verdict;
}

/**
 * Takes the answer of the mailbox of a room or equipment (RFC 5546 3.2.3) in place of whoever set it. Accepts once it took every
 * period of the booking, rejects when it declines one. It is never written to but with the invitation, and not often; what there is
 * to explain goes to the person. Throws `store_failed`, and `bad_config` without a Waldur.
 */
export async function answerAsResource(deps: Deps, asked: Asked, given: ResourceReply): Promise<Answered> {
  const { row, invitee, found } = asked;
  const { reply, partstat, stampAt, proof } = given;
  const words = texts[invitee.language].mailboxes;
  if (proof === "fail") return tell(deps, asked, "unproven", words.unproven(row.address));
  if (reply.method !== "REPLY" || reply.sequence < row.sequence) return "waiting";
  if (partstat === "") return tell(deps, asked, "silent", words.silent(row.address));
  const action = actionOf.get(partstat);
  // Neither yes nor no comes first where a delegate of the room decides.
  if (action === undefined || found === null || found.shown.periods !== row.periods) return "waiting";
  await keepAnswer(deps.sql, row, action === "accept" ? "ACCEPTED" : "DECLINED");
  if (found.shown.event.status !== "TENTATIVE") {
    await noteAnswer(deps.sql, row, stampAt);
    return action === "accept" ? "repeated" : tell(deps, asked, "kept", words.kept(row.address));
  }
  if (action === "accept" && !(await tookAll(deps, asked))) {
    await noteAnswer(deps.sql, row, stampAt);
    return "waiting";
  }
  if (deps.config.mailDecisions !== "on" || proof === "none") {
    return tell(deps, asked, `page ${action}`, words.pageMail[action](row.address));
  }
  const decision = await decide(deps, {
    bookingUuid: row.bookingUuid,
    action,
    account: invitee.account,
    via: "mail",
    mailbox: row.address,
    feedId: "",
    address: "",
    answered: found.stored.slots,
  });
  // The next run asks about the other times.
  if (decision.result === "moved") return "waiting";
  await tellOutcome(deps, asked, action, decision);
  await noteAnswer(deps.sql, row, stampAt);
  return "decided";
}

/** Returns true when the mailbox took all periods that the booking has now. */
async function tookAll(deps: Deps, { row, found }: Asked): Promise<boolean> {
  const rows = (await listInvitationsTo(deps.sql, row.bookingUuid)).filter((one) => askedId(one) === askedId(row));
  for (const [attendee, event] of found?.events ?? []) {
    const one = rows.find((other) => other.attendee === attendee);
    const { periods } = await shownOf(event);
    if (one?.open !== true || one.answer !== "ACCEPTED" || one.periods !== periods) return false;
  }
  return true;
}

async function tellOutcome(deps: Deps, asked: Asked, action: Action, decision: Decision): Promise<void> {
  const { row, invitee, found } = asked;
  const { result } = decision;
  if (result === "done" || result === "already") return;
  const nowAt = epochSeconds(deps);
  if (passing.includes(result) && found !== null) {
    const cause = `invitation ${await invitationUid(deps.keys, row)} REQUEST `;
    if ((await countCauses(deps.sql, invitee.userUuid, cause, nowAt - 86_400)) < mostAsked) {
      const step = askAgain(row, found.shown, nowAt);
      return void (await deps.sql.batch(await makeStep(deps, invitee, step, found.shown.event, row)));
    }
  }
  const wait = result === "not-ready" ? await findWait(deps, row.bookingUuid) : null;
  const outcome = outcomeText(decision, { action, account: invitee.account }, wait?.status ?? null, invitee.language);
  const undone = texts[invitee.language].mailboxes.undone[action](row.address);
  await tell(deps, asked, `${action} ${result}`, `${undone}\n\n${outcome}`);
}

/** Tells the person once for each version and reason. */
async function tell(deps: Deps, { row, invitee, found }: Asked, reason: string, note: string): Promise<"explained"> {
  const cause = `answer ${row.attendee} ${row.bookingUuid} ${row.sequence} ${reason}`;
  const summary = found?.shown.event.summary ?? row.address;
  await explain(deps, invitee, { row, cause, note, summary, bookingUuid: row.bookingUuid });
  return "explained";
}

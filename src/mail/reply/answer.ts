import type { Action } from "../../calendar/profile.ts";
import { listSources } from "../../account/access.ts";
import { readHomeport } from "../../account/site.ts";
import { undecided } from "../../decision/ask-waldur.ts";
import { decide, type Decision } from "../../decision/decide.ts";
import { findWait } from "../../decision/find-wait.ts";
import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { plainAddress } from "../../lib/mail-address.ts";
import { findLocated, type LocatedRow } from "../../store/bookings/bookings.ts";
import { findDone } from "../../store/decisions.ts";
import { type InvitationRow, listInvitationsTo, noteAnswer } from "../../store/mail/invitations.ts";
import { readOfferings } from "../../store/sources/sources.ts";
import { texts } from "../../text/index.ts";
import { outcomeText } from "../../text/outcome.ts";
import { personName } from "../../account/person-name.ts";
import { isAnswerTo, normalAddress, readInvitationUid } from "./answer-address.ts";
import type { Verdict } from "./authenticity.ts";
import { explain } from "./explain.ts";
import { inviteeEvent, shownOf } from "../invitation/invitation-mail.ts";
import { findInvitee, type Invitee } from "../invitation/invitees.ts";
import { makeStep } from "../invitation/invite.ts";
import { askAgain, type ShownEvent } from "../invitation/plan-invitation.ts";
import { seekerOf } from "../people.ts";
import type { ReceivedMail } from "./read-mail.ts";
import { actionOf, type CalendarReply } from "./reply.ts";
import { answerAsResource, isOfResource } from "../resource/resource-answer.ts";

/** The outcome of a reply: `unknown` and `retired` are answered by nothing, whoever sent them. */
export type Answered =
  | "decided" // Waldur was asked
  | "explained" // nothing was decided, and the approver is told why
  | "waiting" // the answer of a room's mailbox decides nothing yet
  | "repeated" // it was taken before
  | "automatic" // a machine's: an absence note, a list, a report; or one that says so of itself and is not proven
  | "retired" // the invitation is closed, or the approver wants none any more, or is not known to Waldur and says neither yes nor no
  | "unknown"; // its address and UID are not those of one invitation

/** After these the request waits as before: the approver is asked again. */
const stillOpen: readonly Decision["result"][] = ["refused", "not-ready", "unchanged", "unknown", "busy", "limited"];

/** After these the approver is told nothing of the booking itself. */
const outOfSight: readonly Decision["result"][] = ["not-yours", "expired"];

/** An invitation that an answer is about, as it was made for the one who may answer it. */
interface Asked {
  readonly row: InvitationRow;
  readonly invitee: Invitee;
  /** The booking as it is stored, and what the invitation to it says now; null: the approver does not see it. */
  readonly found: {
    readonly stored: LocatedRow;
    readonly shown: ShownEvent;
  } | null;
}

/**
 * Takes a reply (RFC 5546 3.2.3) as the approver's answer, where everything says that it is: the secret address and the signed UID
 * of one invitation, its attendee as the one who answers and as the proven author, the version that was sent last and that the
 * booking still is, and an answer that was not taken before. With MAIL_DECISIONS=on it then decides as on the pages; what else there
 * is to say goes to the approver alone, never to where the mail came from. Throws `store_failed`, and `bad_config` without a Waldur.
 */
export async function answerInvitation(
  deps: Deps,
  mail: ReceivedMail,
  reply: CalendarReply,
  verdict: () => Promise<Verdict>,
): Promise<Answered> {
  const row = await findInvitation(deps, mail.recipients, reply.uid);
  if (row === null) return "unknown";
  const nowAt = epochSeconds(deps);
  const saidAt = reply.stampAt ?? nowAt;
  if (saidAt <= row.answeredAt) return "repeated";
  // A clock that is ahead, or a made-up stamp, does not make what comes next older.
  const stampAt = Math.min(saidAt, nowAt);
  const given = readAnswer(reply, row);
  const proofOf = async (): Promise<Verdict> =>
    given === null || mail.from !== plainAddress(row.address) ? "fail" : verdict();
  // A room replies by itself, and is never written to about it: no loop can begin.
  if (isOfResource(row)) {
    return answerAsResource(deps, row, { reply, partstat: given ?? "", stampAt, proof: await proofOf() });
  }
  const invitee = await findInvitee(deps, row.attendee);
  if (invitee === null || !row.open || invitee.address !== row.address) return "retired";
  const asked = { row, invitee, found: await findShown(deps, row, invitee) };
  const words = texts[invitee.language].answers;
  const proof = await proofOf();
  // Calendars mark as generated what is pressed in them.
  const pressed = mail.nature === "generated" && proof !== "fail" && reply.method === "REPLY";
  if (mail.nature !== "person" && !pressed) return "automatic";
  const action = actionOf.get(given ?? "");
  if (invitee.account.refusedAt !== null) {
    if (action === undefined || proof !== "pass" || reply.method !== "REPLY") return "retired";
    await tellOutcome(deps, asked, action, undecided("expired"), "");
    return "explained";
  }
  if (given === null || proof === "fail") return tell(deps, asked, "unproven", words.unproven);
  if (reply.method !== "REPLY") return tell(deps, asked, "proposal", words.proposal);
  if (reply.sequence < row.sequence) return tell(deps, asked, "outdated", words.outdated);
  if (asked.found?.shown.periods !== row.periods) return tellMoved(deps, asked);
  if (action === undefined) return tell(deps, asked, "undecided", words.undecided);
  const comment = reply.comment === "" ? "" : `\n\n${words.comment}`;
  if (deps.config.mailDecisions !== "on" || proof === "none") {
    return tell(deps, asked, `page ${action}`, words.page[action] + comment);
  }
  const decision = await decide(deps, {
    bookingUuid: row.bookingUuid,
    action,
    account: invitee.account,
    via: "mail",
    feedId: "",
    address: "",
    answered: asked.found.stored.slots,
  });
  if (decision.result === "moved") return tell(deps, asked, "outdated", words.outdated);
  await tellOutcome(deps, asked, action, decision, comment);
  await noteAnswer(deps.sql, row, stampAt);
  return "decided";
}

/** Returns the PARTSTAT of the one who was asked; "" where the reply names nobody, null where it is not one answer of theirs. */
function readAnswer({ attendees }: CalendarReply, { address }: InvitationRow): string | null {
  if (attendees.length === 0) return "";
  const [own, ...others] = attendees.filter((one) => one.address === normalAddress(address));
  return own === undefined || others.length > 0 ? null : own.partstat;
}

/** Finds the invitation whose secret address and UID these are. */
async function findInvitation(deps: Deps, recipients: readonly string[], uid: string): Promise<InvitationRow | null> {
  const pattern = deps.config.mailAnswers;
  const bookingUuid = readInvitationUid(uid);
  if (pattern === null || bookingUuid === null) return null;
  for (const row of await listInvitationsTo(deps.sql, bookingUuid)) {
    for (const address of recipients) if (await isAnswerTo(deps.keys, pattern, { address, uid }, row)) return row;
  }
  return null;
}

/** Returns a booking as the approver sees it, with what the invitation to it says now. */
async function findShown(deps: Deps, { bookingUuid }: InvitationRow, invitee: Invitee): Promise<Asked["found"]> {
  const all = await listSources(deps);
  const stored = (await findLocated(deps.sql, seekerOf(invitee, all).sources, [bookingUuid])).get(bookingUuid);
  if (stored === undefined) return null;
  const offerings = readOfferings(all.find(({ id }) => id === stored.sourceId)?.offerings ?? "{}");
  const event = inviteeEvent(deps, stored, invitee, { homeport: await readHomeport(deps), offerings });
  return event === null ? null : { stored, shown: await shownOf(event) };
}

/** Tells that the booking is at other times than the answer is to, and asks for these where it can. */
async function tellMoved(deps: Deps, asked: Asked): Promise<"explained"> {
  const { invitee, found } = asked;
  const { outdated } = texts[invitee.language].answers;
  if (found?.shown.event.status !== "TENTATIVE") return tell(deps, asked, "outdated", outdated);
  await ask(deps, asked, found.shown, outdated);
  return "explained";
}

async function ask(deps: Deps, { row, invitee }: Asked, shown: ShownEvent, note: string): Promise<void> {
  const step = askAgain(row, shown, epochSeconds(deps));
  await deps.sql.batch(await makeStep(deps, invitee, step, shown.event, row, note));
}

/** Explains once for each version of an invitation and each reason, however often somebody answers. */
async function tell(deps: Deps, { row, invitee, found }: Asked, reason: string, note: string): Promise<"explained"> {
  const cause = `answer ${row.bookingUuid} ${row.sequence} ${reason}`;
  const summary = found?.shown.event.summary ?? "";
  await explain(deps, invitee, { row, cause, note, summary, bookingUuid: row.bookingUuid });
  return "explained";
}

/** Tells what came of a decision where the invitation itself does not: what was done, or had been done before, its next version says. */
async function tellOutcome(
  deps: Deps,
  asked: Asked,
  action: Action,
  decision: Decision,
  comment: string,
): Promise<void> {
  const { row, invitee, found } = asked;
  const { result } = decision;
  if ((result === "done" || result === "already") && comment === "") return;
  const wait = result === "not-ready" ? await findWait(deps, row.bookingUuid) : null;
  const made = result === "other" ? await findDone(deps.sql, row.bookingUuid, 0) : null;
  const who = made === null ? "" : personName(made);
  const by = who === "" ? "" : ` ${texts[invitee.language].answers.by(who)}`;
  const outcome = outcomeText(decision, { action, account: invitee.account }, wait?.status ?? null, invitee.language);
  const note = outcome + by + comment;
  if (stillOpen.includes(result) && found?.shown.event.status === "TENTATIVE") {
    await ask(deps, asked, found.shown, note);
  } else await tell(deps, outOfSight.includes(result) ? { ...asked, found: null } : asked, `${action} ${result}`, note);
}

import { findBeside } from "../../decision/beside.ts";
import { decide, type Decision } from "../../decision/decide.ts";
import type { Deps } from "../../deps.ts";
import { epochSeconds, hasElapsed } from "../../lib/clock.ts";
import { listDecisions } from "../../store/decisions.ts";
import { texts } from "../../text/index.ts";
import { outcomeText } from "../../text/outcome.ts";
import { explain } from "../reply/explain.ts";
import type { ResourceAnswer } from "./plan-resource.ts";
import type { Resource, ResourceReading } from "./read-resource.ts";

/** After these the decision is tried again: it may be a matter of minutes. */
const passing: readonly Decision["result"][] = ["not-ready", "unchanged", "unknown", "busy", "limited", "expired"];
/** Seconds between tries, which double up to the longest; tries in all, a day or so; and those after which the person is told. */
const firstPause = 60;
const longestPause = 3600;
const mostTries = 30;
const patientTries = 5;

/** The outcome of a kept answer: Waldur was asked, the person was told, or neither for now. */
export type Settled = "decided" | "explained" | "waiting";

/**
 * Decides on a request as its mailbox answered, in the person's name. One that another booking has the time of is left to people,
 * and so are all with MAIL_DECISIONS=page. What Waldur does not take for now is tried again as long as it waits, each time a little
 * later; what it does not take is told. Throws `store_failed`, and `bad_config` without a Waldur.
 */
export async function settleAnswer(deps: Deps, reading: ResourceReading, answer: ResourceAnswer): Promise<Settled> {
  const { mailbox, person, located } = reading;
  const { bookingUuid, action } = answer;
  const found = located.get(bookingUuid);
  if (person === null || found === undefined) return "waiting";
  const { address } = mailbox;
  const words = texts[person.language].mailboxes;
  const beside = action === "accept" ? (await findBeside(deps.sql, [found])).get(bookingUuid) : [];
  if (beside?.some(({ pending }) => !pending) === true) {
    return tellOfAnswer(deps, reading, answer, {
      reason: "taken",
      note: `${words.undone[action](address)} ${words.over}`,
    });
  }
  if (deps.config.mailDecisions !== "on") {
    return tellOfAnswer(deps, reading, answer, {
      reason: `page ${action}`,
      note: words.pageMail[action](address),
    });
  }
  const tries = (await listDecisions(deps.sql, bookingUuid, mostTries)).filter(
    (one) => one.mailbox === address && one.action === action && one.madeAt >= answer.askedAt,
  );
  const [last] = tries;
  if (last !== undefined) {
    const pause = Math.min(longestPause, firstPause * 2 ** (tries.length - 1));
    const over = tries.length >= mostTries || !passing.includes(last.result);
    if (over || !hasElapsed(last.madeAt, pause, epochSeconds(deps))) return "waiting";
  }
  const decision = await decide(deps, {
    bookingUuid,
    action,
    account: person.account,
    via: "mail",
    mailbox: address,
    feedId: "",
    address: "",
    answered: found.slots,
  });
  await tellOutcome(deps, reading, answer, decision, tries.length + 1);
  return "decided";
}

async function tellOutcome(
  deps: Deps,
  reading: ResourceReading,
  answer: ResourceAnswer,
  decision: Decision,
  tries: number,
): Promise<void> {
  const { mailbox, person } = reading;
  const { result } = decision;
  const { action } = answer;
  // The next run asks about other times.
  if (person === null || result === "done" || result === "already" || result === "moved") return;
  if (passing.includes(result) && tries < patientTries) return;
  const outcome = outcomeText(decision, { action, account: person.account }, null, person.language);
  const undone = texts[person.language].mailboxes.undone[action](mailbox.address);
  await tellOfAnswer(deps, reading, answer, { reason: `${action} ${result}`, note: `${undone}\n\n${outcome}` });
}

/** Tells the person of an answer once for each question and reason. */
export async function tellOfAnswer(
  deps: Deps,
  { mailbox, person }: Resource,
  { bookingUuid, askedAt }: Pick<ResourceAnswer, "bookingUuid" | "askedAt">,
  { reason, note }: { readonly reason: string; readonly note: string },
): Promise<"explained"> {
  if (person === null) return "explained";
  const cause = `answer ${mailbox.id} ${bookingUuid} ${askedAt} ${reason}`;
  await explain(deps, person, { row: null, cause, note, summary: mailbox.offeringName, bookingUuid });
  return "explained";
}

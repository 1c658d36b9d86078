import type { Deps } from "../../deps.ts";
import { epochSeconds, hasElapsed } from "../../lib/clock.ts";
import { rotate } from "../../lib/rotate.ts";
import { addInvitationMail, type InvitationRow, keepInvitation } from "../../store/mail/invitations.ts";
import { listReadSources, type ReadSource } from "../../store/sources/readers.ts";
import type { Statement } from "../../store/sql/port.ts";
import { canWrite } from "../invitation/invitees.ts";
import { freshOf } from "../roles.ts";
import { periodName, type ToldPeriod } from "./plan-resource.ts";
import { listResources, readResource, type Resource, resourceOf, type ResourceReading } from "./read-resource.ts";
import { writeResourceMail } from "./resource-mail.ts";
import { settleAnswer } from "./settle.ts";

/** Questions in so many seconds: no more than leave at once, since what comes later may have to go before the rest. */
const mostQuestions = 10;
const spanSeconds = 600;
/** Statements that it takes to compare what one more mailbox holds with what it should, and to queue the first mail. */
const statementsOfResource = 20;
/** Those of each mail. */
const statementsOfMail = 2;

/**
 * Compares what the mailboxes of rooms and equipment should hold with what they were told, and queues the difference, each mailbox's
 * in one transaction with what it was told; and tries again to decide by answers that had no effect yet. `statementsLeft`: those
 * that the run may still send. Throws `store_failed`.
 */
export async function queueResources(deps: Deps, statementsLeft: () => number): Promise<void> {
  const more = (): boolean => statementsLeft() >= statementsOfResource;
  if (!canWrite(deps) || !more()) return;
  const resources = rotate(await listResources(deps), epochSeconds(deps));
  if (resources.length === 0) return;
  const sources = await listReadSources(deps.sql);
  // An address may have had another offering: what that left is taken back first.
  for (const resource of resources.toSorted((a, b) => Number(a.stance === "asks") - Number(b.stance === "asks"))) {
    if (!more()) return;
    if (resource.stance === "rests") continue;
    const reading = await readCertain(deps, resource, sources);
    if (reading === null) continue;
    const statements = await makeSteps(deps, reading, Math.floor((statementsLeft() - 4) / statementsOfMail));
    if (statements.length > 0) await deps.sql.batch(statements);
    for (const answer of deps.config.mailDecisions === "on" ? reading.plan.answers : []) {
      // One is enough to see that Waldur takes decisions again; the others follow in the next runs.
      if (!more() || (await settleAnswer(deps, reading, answer)) === "decided") break;
    }
  }
}

/** Reads a mailbox, and asks Waldur for the roles of its person before it is told anything; null: it does not say. */
async function readCertain(
  deps: Deps,
  resource: Resource,
  sources: readonly ReadSource[],
): Promise<ResourceReading | null> {
  const first = await readResource(deps, resource, sources);
  const { freed, asked } = first.plan;
  const { person, stance } = resource;
  if (freed.length + asked.length === 0 || stance !== "asks" || person === null) return first;
  const fresh = await freshOf(deps, [person]);
  return fresh.length === 0 ? null : readResource(deps, resourceOf(deps, fresh, resource.mailbox), sources);
}

/** Makes the statements of what a mailbox is told now: first all that is taken back. */
async function makeSteps(deps: Deps, reading: ResourceReading, most: number): Promise<Statement[]> {
  const { plan } = reading;
  const { told } = reading.state;
  // One clock for all messages of a mailbox, so that the later one is known.
  const nowAt = epochSeconds(deps);
  const stampAt = told.reduce((latest, row) => Math.max(latest, row.stampAt + 1), nowAt);
  const statements: Statement[] = [];
  const tell = async (method: "REQUEST" | "CANCEL", row: InvitationRow): Promise<void> => {
    const mail = await writeResourceMail(deps, reading, method, row);
    if (mail !== null) statements.push(keepInvitation(row), addInvitationMail(mail, row, nowAt));
  };
  for (const row of plan.freed.slice(0, most)) {
    await tell("CANCEL", { ...row, open: false, status: "CANCELLED", sequence: row.sequence + 1, stampAt });
  }
  const recent = told.filter((row) => row.open && !hasElapsed(row.stampAt, spanSeconds, stampAt)).length;
  const room = Math.max(0, Math.min(mostQuestions - recent, most - plan.freed.length));
  for (const one of plan.asked.slice(0, room)) await tell("REQUEST", askedRow(deps, reading, one, stampAt));
  return statements;
}

function askedRow(
  deps: Pick<Deps, "keys">,
  { mailbox: { id, address }, state: { keyIds } }: ResourceReading,
  { bookingUuid, period, standing, before }: ToldPeriod,
  stampAt: number,
): InvitationRow {
  return {
    attendee: `${id}.${periodName(period)}`,
    bookingUuid,
    keyId: before !== null && keyIds.includes(before.keyId) ? before.keyId : deps.keys.ids[0],
    address,
    open: true,
    sequence: before === null ? 0 : before.sequence + 1,
    status: standing ? "CONFIRMED" : "TENTATIVE",
    startAt: period.start,
    endAt: period.end,
    periods: "",
    content: "",
    stampAt,
    answeredAt: before?.answeredAt ?? 0,
    answer: "",
  };
}

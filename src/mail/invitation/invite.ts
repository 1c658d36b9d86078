import { readHomeport } from "../../account/site.ts";
import { calendarWords } from "../../calendar/words/index.ts";
import { awaitsOrder, bookingStatus, isDecidable } from "../../calendar/status.ts";
import type { Deps } from "../../deps.ts";
import { bookingEnd, offeredActions } from "../../decision/rights.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { rotate } from "../../lib/rotate.ts";
import { findLocated, type LocatedRow } from "../../store/bookings/bookings.ts";
import { listInbox } from "../../store/bookings/inbox.ts";
import { makeLease } from "../../store/leases.ts";
import { listTold } from "../../store/mail/news.ts";
import { listRecent } from "../../store/mail/notices.ts";
import { addAllToOutbox } from "../../store/mail/outbox.ts";
import {
  addInvitationMail,
  type InvitationRow,
  keepInvitation,
  listInvitations,
} from "../../store/mail/invitations.ts";
import { listReadSources, type ReadSource } from "../../store/sources/readers.ts";
import { readOfferings } from "../../store/sources/sources.ts";
import type { Statement } from "../../store/sql/port.ts";
import type { InvitedEvent } from "./invitation.ts";
import { inviteeEvent, shownOf, writeInvitation } from "./invitation-mail.ts";
import { type Invitee, inviteeOf, listInvitees } from "./invitees.ts";
import { type NoticePlan, planNotices, spanSeconds } from "../notices/plan-notices.ts";
import { byMailTo } from "../notices/recipients.ts";
import { namedIn, quietRow, requestRows } from "../notices/request-rows.ts";
import { isQuiet, seekerOf } from "../people.ts";
import { freshOf, isFresh } from "../roles.ts";
import { type InvitationStep, planInvitation } from "./plan-invitation.ts";

/** Open requests of one person that are looked at, the soonest first. */
const mostRequests = 500;
/** Mails that one person gets in a run at most; the rest follows in the next. */
const mostAtOnce = 10;
/**
 * Statements that it takes to compare what one more person was invited to with what there is, and to queue the first mail; and to ask
 * for their roles in between and compare again.
 */
const statementsOfInvitee = 10;
const statementsOfRoles = 8;
/** Those with which one mail tells of many requests, and those of each invitation. */
const statementsOfTelling = 4;
const statementsOfStep = 2;

/**
 * Compares what everybody who wants invitations should have in their calendar with what they were sent last, and queues the
 * difference, each person's in one transaction with what was sent. Of more than five new requests in ten minutes one mail tells
 * instead. Whose roles are not fresh is asked for in Waldur before anything is sent. A run that is cut anywhere leaves the rest to
 * the next, which begins with somebody else. `statementsLeft`: those that the run may still send. Throws `store_failed`.
 */
export async function queueInvitations(deps: Deps, statementsLeft: () => number): Promise<void> {
  if (statementsLeft() < statementsOfInvitee) return;
  const invitees = rotate(await listInvitees(deps), epochSeconds(deps));
  if (invitees.length === 0) return;
  const sources = await listReadSources(deps.sql);
  const homeport = await readHomeport(deps);
  for (const invitee of invitees) {
    const fresh = isFresh(invitee, epochSeconds(deps));
    if (statementsLeft() < statementsOfInvitee + (fresh ? 0 : statementsOfRoles)) return;
    // While Waldur does not take the token nobody knows of the role: what was sent stays.
    if (invitee.account.refusedAt !== null || isQuiet(invitee, epochSeconds(deps))) continue;
    const first = await planSteps(deps, invitee, sources, homeport);
    if (first.steps.length === 0 && first.told === null) continue;
    const asked = fresh ? invitee : await askedAnew(deps, invitee);
    if (asked === null) continue;
    const { steps, told } = fresh ? first : await planSteps(deps, asked, sources, homeport);
    const affordable = Math.floor((statementsLeft() - statementsOfTelling) / statementsOfStep);
    const statements: Statement[] = [];
    let mails = 0;
    const next = steps.filter(({ step: { method } }) => method === null || (mails += 1) <= mostAtOnce);
    for (const { step, event, before } of next.slice(0, Math.max(1, affordable))) {
      statements.push(...(await makeStep(deps, asked, step, event, before)));
    }
    if (statements.length > 0) await deps.sql.batch(statements);
    if (told !== null) await tellTogether(deps, asked, told, sources);
  }
}

/** Returns the invitee with the roles that Waldur tells now; null where it does not, or where they are none any more. */
async function askedAnew(deps: Deps, invitee: Invitee): Promise<Invitee | null> {
  const [person] = await freshOf(deps, [invitee]);
  return person === undefined ? null : inviteeOf(deps, person);
}

/** A step of an invitation, with what it shows and what was sent before. */
interface PlannedStep {
  readonly step: InvitationStep;
  readonly event: InvitedEvent | null;
  readonly before: InvitationRow | null;
}

/** The steps of one run, and the new requests of which one mail tells instead; null: there are not so many. */
interface InvitationPlan {
  readonly steps: readonly PlannedStep[];
  readonly told: NoticePlan | null;
}

async function planSteps(
  deps: Deps,
  invitee: Invitee,
  allSources: readonly ReadSource[],
  homeport: string | null,
): Promise<InvitationPlan> {
  const { address, invited, userUuid: attendee } = invitee;
  const nowAt = epochSeconds(deps);
  const { sources: sourceIds, scopes } = seekerOf(invitee, allSources);
  const { rows: requests } =
    sourceIds.length === 0 ? { rows: [] } : await listInbox(deps.sql, { sourceIds, scopes, nowAt }, firstPage);
  const known = new Map<string, LocatedRow>(requests.map((row) => [row.booking.uuid, row]));
  const sent = await listInvitations(deps.sql, [attendee], [...known.keys()]);
  const others = sent.map(({ bookingUuid }) => bookingUuid).filter((uuid) => !known.has(uuid));
  if (others.length > 0) for (const [uuid, row] of await findLocated(deps.sql, sourceIds, others)) known.set(uuid, row);
  const rows = new Map(sent.map((row) => [row.bookingUuid, row]));
  const offerings = new Map(
    allSources.filter(({ id }) => sourceIds.includes(id)).flatMap((source) => [...readOfferings(source.offerings)]),
  );
  const steps: PlannedStep[] = [];
  for (const bookingUuid of new Set([...known.keys(), ...rows.keys()])) {
    const found = known.get(bookingUuid);
    const row = rows.get(bookingUuid) ?? null;
    const event = found === undefined ? null : inviteeEvent(deps, found, invitee, { homeport, offerings });
    const shown = event === null ? null : await shownOf(event);
    const decidable = found !== undefined && canAccept(deps, invitee, found, nowAt);
    const to = { attendee, bookingUuid, address, keyIds: deps.keys.ids };
    const step = planInvitation({ shown, decidable, invited }, row, to, nowAt);
    if (step !== null) steps.push({ step, event, before: row });
  }
  return limitNew(deps, invitee, steps);
}

/** Leaves out new invitations to requests that one mail tells, or told; what else there is to say is said, some of it later. */
async function limitNew(deps: Deps, { userUuid }: Invitee, steps: readonly PlannedStep[]): Promise<InvitationPlan> {
  const isNew = ({ before }: PlannedStep): boolean => before?.open !== true;
  const others = steps.filter((one) => !isNew(one));
  const uuids = steps.filter(isNew).map(({ step }) => step.row.bookingUuid);
  if (uuids.length === 0) return { steps: others, told: null };
  const nowAt = epochSeconds(deps);
  const marked = await listTold(deps.sql, userUuid, uuids.map(toldTogether));
  const recent = (await listRecent(deps.sql, [userUuid], nowAt - spanSeconds)).get(userUuid);
  const wanted = uuids
    .filter((uuid) => !marked.has(toldTogether(uuid)))
    .map((bookingUuid) => ({ recipient: userUuid, bookingUuid, kind: "request" as const }));
  // Without one more than now may be told: they wait for a later run.
  const [plan] = planNotices(wanted, { wants: () => true, quiet: false, recent, nowAt });
  const alone = new Set(plan?.as === "single" ? plan.bookingUuids : []);
  const chosen = steps.filter((one) => !isNew(one) || alone.has(one.step.row.bookingUuid));
  return { steps: chosen, told: plan?.as === "joined" ? plan : null };
}

/** The cause that says that a request was told together with others, and so never comes as an invitation. */
function toldTogether(bookingUuid: string): string {
  return `invitation:${bookingUuid}`;
}

async function tellTogether(
  deps: Deps,
  invitee: Invitee,
  plan: NoticePlan,
  sources: readonly ReadSource[],
): Promise<void> {
  const to = byMailTo(invitee);
  const { recipient } = to;
  const { userUuid } = invitee;
  const lease = makeLease(deps, "notices", "all");
  if (!(await lease.take())) return;
  try {
    const marks = plan.bookingUuids.map((bookingUuid) =>
      quietRow(to, { cause: toldTogether(bookingUuid), recipient, userUuid, bookingUuid }, "joined"),
    );
    const found = await findLocated(deps.sql, seekerOf(invitee, sources).sources, namedIn(plan, to));
    const rows = [...(await requestRows(deps, to, plan, found)), ...(await Promise.all(marks))];
    await deps.sql.batch([addAllToOutbox(rows, lease, epochSeconds(deps))]);
  } finally {
    await lease.release();
  }
}

const firstPage = {
  part: "decide",
  offeringUuid: null,
  fromAt: null,
  toAt: null,
  words: [],
  names: [],
  order: "start",
  limit: mostRequests,
  offset: 0,
} as const;

function canAccept(deps: Deps, { account }: Invitee, known: LocatedRow, nowAt: number): boolean {
  const open = isDecidable(bookingStatus(known)) && !awaitsOrder(known, nowAt) && bookingEnd(known.booking) > nowAt;
  return open && offeredActions(deps, account, known.booking).includes("accept");
}

/** Makes the statements of a step: what is sent, and its mail; where another run has just taken another step, neither is kept. */
export async function makeStep(
  deps: Deps,
  invitee: Invitee,
  { method, row }: InvitationStep,
  event: InvitedEvent | null,
  before: InvitationRow | null,
  note = "",
): Promise<Statement[]> {
  if (method === null) return [keepInvitation(row)];
  const shown = event ?? namelessEvent(invitee, row);
  const mail = await writeInvitation(deps, invitee, { method, row }, shown, before, note);
  // Without its key nothing can be said of it any more.
  if (mail === null) return [keepInvitation({ ...row, open: false })];
  return [keepInvitation(row), addInvitationMail(mail, row, epochSeconds(deps))];
}

/** The words about a booking that the invitee does not see any more: only that it is over. */
function namelessEvent({ language }: Invitee, { startAt, endAt }: InvitationRow): InvitedEvent {
  const summary = calendarWords[language].booking;
  const time = { start: startAt, end: endAt };
  return { ...time, periods: [time], status: "CANCELLED", summary, how: "", description: "", location: "", url: "" };
}

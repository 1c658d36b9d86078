import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { rotate } from "../../lib/rotate.ts";
import { listInvitations } from "../../store/mail/invitations.ts";
import { type Lease, makeLease } from "../../store/leases.ts";
import { beginNotices, listRecent, listWanted, type Recent, type WantedRequest } from "../../store/mail/notices.ts";
import { addAllToOutbox } from "../../store/mail/outbox.ts";
import { listWebhooks } from "../../store/mail/webhooks.ts";
import { findLocated } from "../../store/bookings/bookings.ts";
import { listReadSources, type ReadSource } from "../../store/sources/readers.ts";
import { isInvited } from "../invitation/invitees.ts";
import { newsSeconds, queueNews } from "./news.ts";
import { mailOf } from "../queue.ts";
import { isQuiet, listPeople, seekerOf } from "../people.ts";
import { freshOf } from "../roles.ts";
import { type NoticePlan, planNotices, spanSeconds } from "./plan-notices.ts";
import { type Recipient, recipientsOf, seekerFor } from "./recipients.ts";
import { namedIn, requestRows } from "./request-rows.ts";

/** Requests that a run tells of at most, all recipients together. */
const mostWanted = 1000;
/** Statements that it takes to see whether there is anything to tell, and then to tell the first person. */
const statementsToLook = 5;
const statementsToTell = 9;
/** Those for each further person, whatever ways they are told, and for news to somebody; the last gives the lease back. */
const statementsOfPerson = 3;
const statementsOfNews = 10;

/**
 * Queues a mail or a post for each request that somebody may decide and has not been told of: what is wanted is compared with what
 * is in the outbox, so that nothing is lost or said twice wherever a run ends. Who is new here is told only of what comes from now
 * on. Whose roles are not fresh is asked for in Waldur first, and waits while it does not answer. `statementsLeft`: those that the run
 * may still send. Throws `store_failed`.
 */
export async function queueNotices(deps: Deps, statementsLeft: () => number): Promise<void> {
  if (statementsLeft() < statementsToLook + statementsToTell) return;
  const webhooks = await listWebhooks(deps.sql);
  if (mailOf(deps) === null && webhooks.length === 0) return;
  const reachable = recipientsOf(deps, await listPeople(deps), webhooks);
  if (reachable.length === 0) return;
  const sources = await listReadSources(deps.sql);
  const known = reachable.filter(({ sinceAt }) => sinceAt !== 0);
  const begins = reachable.filter((one) => !known.includes(one));
  if (begins.length > 0) await begin(deps, begins, sources);
  const first = await findWanted(deps, known, sources);
  const nowAt = epochSeconds(deps);
  const news = known.length > 0 && nowAt % newsSeconds < 60;
  if (first.size === 0 && !news) return;
  const needsRole = ({ recipient, kinds }: Recipient): boolean =>
    first.has(recipient) || (news && (kinds.digest || kinds.decision));
  const asked = new Map(known.filter(needsRole).map(({ person }) => [person.userUuid, person]));
  const people = await freshOf(deps, [...asked.values()]);
  const fresh = recipientsOf(deps, people, webhooks).filter(({ sinceAt }) => sinceAt !== 0);
  if (statementsLeft() < statementsToTell) return;
  const lease = makeLease(deps, "notices", "all");
  if (!(await lease.take())) return;
  try {
    // Roles that were asked for may be gone.
    const renewed = people.some((person) => asked.get(person.userUuid) !== person);
    const readable = renewed ? await listReadSources(deps.sql) : sources;
    if (first.size > 0) {
      await tell(deps, lease, fresh, {
        sources: readable,
        more: () => statementsLeft() >= statementsOfPerson,
      });
    }
    const more = (): boolean => statementsLeft() >= statementsOfNews;
    if (news && more()) await queueNews(deps, lease, { all: known, fresh, sources: readable, more });
  } finally {
    await lease.release();
  }
}

async function begin(deps: Deps, recipients: readonly Recipient[], sources: readonly ReadSource[]): Promise<void> {
  const seekers = recipients.map((one) => seekerFor(one, sources));
  await deps.sql.batch(beginNotices(seekers, epochSeconds(deps)));
}

/** The requests that a recipient is to be told of: those that came as invitations, and the others. */
interface Wanted {
  readonly invited: readonly string[];
  readonly others: readonly WantedRequest[];
}

/** Returns what these are to be told of now, by recipient: not those requests that will still come as invitations. */
async function findWanted(
  deps: Deps,
  recipients: readonly Recipient[],
  sources: readonly ReadSource[],
): Promise<ReadonlyMap<string, Wanted>> {
  const seekers = recipients.map((one) => seekerFor(one, sources)).filter((one) => one.sources.length > 0);
  if (seekers.length === 0) return new Map();
  const all = await listWanted(deps.sql, seekers, epochSeconds(deps), mostWanted);
  if (all.length === 0) return new Map();
  const wanted = Map.groupBy(all, ({ recipient }) => recipient);
  const sent = await listInvited(deps, recipients, all);
  const split = recipients.flatMap((one): [string, Wanted][] => {
    const own = wanted.get(one.recipient) ?? [];
    const came = sent.get(one.recipient) ?? new Set();
    const waits = one.webhook === null && isInvited(deps, one.person);
    const requests = own.filter(({ kind }) => kind === "request");
    const invited = requests.map(({ bookingUuid }) => bookingUuid).filter((uuid) => came.has(uuid));
    const others = own.filter(({ kind, bookingUuid }) => kind !== "request" || !(waits || came.has(bookingUuid)));
    return invited.length + others.length === 0 ? [] : [[one.recipient, { invited, others }]];
  });
  return new Map(split);
}

/** Returns those of these requests that people have as invitations, by person. */
async function listInvited(
  deps: Deps,
  recipients: readonly Recipient[],
  wanted: readonly WantedRequest[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const people = recipients.filter(({ webhook }) => webhook === null).map(({ recipient }) => recipient);
  const requests = new Set(wanted.filter(({ kind }) => kind === "request").map(({ bookingUuid }) => bookingUuid));
  if (people.length === 0 || requests.size === 0) return new Map();
  const rows = await listInvitations(deps.sql, people, [...requests]);
  const groups = Map.groupBy(rows, ({ attendee }) => attendee);
  return new Map([...groups].map(([attendee, own]) => [attendee, new Set(own.map((row) => row.bookingUuid))]));
}

/** Tells these people, each in one transaction whatever ways they are told; what another run has told meanwhile is not wanted any more. */
async function tell(
  deps: Deps,
  lease: Lease,
  recipients: readonly Recipient[],
  { sources, more }: { readonly sources: readonly ReadSource[]; readonly more: () => boolean },
): Promise<void> {
  const nowAt = epochSeconds(deps);
  const wanted = await findWanted(deps, recipients, sources);
  if (wanted.size === 0) return;
  const recent = await listRecent(deps.sql, [...wanted.keys()], nowAt - spanSeconds);
  const groups = Map.groupBy(
    recipients.filter(({ recipient }) => wanted.has(recipient)),
    ({ person }) => person,
  );
  for (const [person, own] of rotate([...groups], nowAt)) {
    if (!more()) return;
    const plans = own.flatMap((to) => plansOf(to, wanted.get(to.recipient), recent.get(to.recipient), nowAt));
    const named = [...new Set(plans.flatMap(({ to, plan }) => namedIn(plan, to)))];
    const found =
      named.length === 0 ? new Map() : await findLocated(deps.sql, seekerOf(person, sources).sources, named);
    const rows = (await Promise.all(plans.map(async ({ to, plan }) => requestRows(deps, to, plan, found)))).flat();
    if (rows.length > 0) await deps.sql.batch([addAllToOutbox(rows, lease, nowAt)]);
  }
}

function plansOf(
  to: Recipient,
  wanted: Wanted | undefined,
  recent: Recent | undefined,
  nowAt: number,
): { readonly to: Recipient; readonly plan: NoticePlan }[] {
  if (wanted === undefined) return [];
  const { person, kinds } = to;
  const plans = planNotices(wanted.others, {
    wants: (kind) => kinds[kind],
    quiet: isQuiet(person, nowAt),
    recent,
    nowAt,
  });
  if (wanted.invited.length > 0) plans.unshift({ kind: "request", as: "known", bookingUuids: wanted.invited });
  return plans.map((plan) => ({ to, plan }));
}

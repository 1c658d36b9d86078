import { listSources } from "../../account/access.ts";
import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { rotate } from "../../lib/rotate.ts";
import { listInvitations } from "../../store/mail/invitations.ts";
import { type Lease, makeLease } from "../../store/leases.ts";
import { beginNotices, listRecent, listWanted, type WantedRequest } from "../../store/mail/notices.ts";
import { addAllToOutbox } from "../../store/mail/outbox.ts";
import { listWebhooks } from "../../store/mail/webhooks.ts";
import type { ReadSource } from "../../store/sources/readers.ts";
import { isInvited } from "../invitation/invitees.ts";
import { newsSeconds, queueNews } from "./news.ts";
import { mailOf } from "../outbox.ts";
import { isQuiet, listPeople } from "../people.ts";
import { freshOf } from "../roles.ts";
import { planNotices, spanSeconds } from "./plan-notices.ts";
import { type Recipient, recipientsOf, seekerFor } from "./recipients.ts";
import { requestRows } from "./request-rows.ts";

/** Requests that a run tells of at most, all recipients together. */
const mostWanted = 1000;

/**
 * Queues a mail or a post for each request that somebody may decide and has not been told of: what is wanted is compared with what
 * is in the outbox, so that nothing is lost or said twice wherever a run ends. Who is new here is told only of what comes from now
 * on. Whose roles are not fresh is asked for in Waldur first, and waits while it does not answer. `more`: returns true while the run
 * can tell one more recipient. Throws `store_failed`.
 */
export async function queueNotices(deps: Deps, more: () => boolean): Promise<void> {
  if (!more()) return;
  const webhooks = await listWebhooks(deps.sql);
  if (mailOf(deps) === null && webhooks.length === 0) return;
  const reachable = recipientsOf(deps, await listPeople(deps), webhooks);
  if (reachable.length === 0) return;
  const sources = await listSources(deps);
  const known = reachable.filter(({ sinceAt }) => sinceAt !== 0);
  const begins = reachable.filter((one) => !known.includes(one));
  if (begins.length > 0) await begin(deps, begins, sources);
  const first = await findWanted(deps, known, sources);
  const nowAt = epochSeconds(deps);
  const news = known.length > 0 && nowAt % newsSeconds < 60;
  if ((first.size === 0 && !news) || !more()) return;
  const needsRole = ({ recipient, kinds }: Recipient): boolean =>
    first.has(recipient) || (news && (kinds.digest || kinds.decision));
  const people = new Map(known.filter(needsRole).map(({ person }) => [person.userUuid, person]));
  const fresh = recipientsOf(deps, await freshOf(deps, [...people.values()]), webhooks).filter(
    ({ sinceAt }) => sinceAt !== 0,
  );
  const lease = makeLease(deps, "notices", "all");
  if (!(await lease.take())) return;
  try {
    // Read again: another run may have told it meanwhile, and roles may be gone.
    const readable = await listSources(deps);
    if (first.size > 0) await tell(deps, lease, fresh, { sources: readable, more });
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
  for (const one of rotate(recipients, nowAt)) {
    const { person, recipient, kinds } = one;
    const own = wanted.get(recipient);
    if (own === undefined) continue;
    if (!more()) return;
    const plans = planNotices(own.others, {
      wants: (kind) => kinds[kind],
      quiet: isQuiet(person, nowAt),
      recent: recent.get(recipient),
      nowAt,
    });
    if (own.invited.length > 0) plans.unshift({ kind: "request", as: "known", bookingUuids: own.invited });
    const sourceIds = seekerFor(one, sources).sources;
    const rows = await Promise.all(plans.map(async (plan) => requestRows(deps, one, plan, sourceIds)));
    if (rows.flat().length > 0) await deps.sql.batch([addAllToOutbox(rows.flat(), lease, nowAt)]);
  }
}

import { cleanName } from "../../calendar/foreign-text.ts";
import { bookingStatus, eventStatus } from "../../calendar/status.ts";
import { isolate } from "../../calendar/text.ts";
import { localTime } from "../../calendar/window.ts";
import { livePeriods } from "../../decision/beside.ts";
import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { rotate } from "../../lib/rotate.ts";
import { findLocated, type LocatedRow } from "../../store/bookings/bookings.ts";
import { listDecisions } from "../../store/decisions.ts";
import type { Fence } from "../../store/leases.ts";
import { listOwnBookings, listTold, listTroubles } from "../../store/mail/news.ts";
import { listOpen } from "../../store/mail/notices.ts";
import type { NoticeKind } from "../../store/mail/notice-kinds.ts";
import { addAllToOutbox, type NewOutboxRow } from "../../store/mail/outbox.ts";
import type { ReadSource } from "../../store/sources/readers.ts";
import { texts } from "../../text/index.ts";
import { zonedTimes } from "../../text/times.ts";
import { actsForProvider } from "../../waldur/roles.ts";
import { isQuiet, isQuietHour, type Person } from "../people.ts";
import { type Notice, noticeRow } from "./notice.ts";
import { isAbout, mostItems, type Recipient, seekerFor } from "./recipients.ts";
import { quietRow } from "./request-rows.ts";
import { bookingItem, offeringOf, wholeItem } from "./request-text.ts";

const daySeconds = 86_400;
/** Seconds after which a run looks for news again. */
export const newsSeconds = 600;
/** Days for which something that happened is still news, days that a token of which is told still lasts, and decisions that are looked at. */
const newsDays = 2;
const tokenDays = 7;
const mostDecisions = 200;
/** The digest is made within so many hours from the hour that its reader chose. */
const digestHours = 3;

/** Something that a recipient is to be told of, unless its cause has been told. */
interface News {
  readonly kind: NoticeKind;
  readonly cause: string;
  readonly bookingUuid: string;
  /** null: it counts as told. */
  readonly notice: Notice | null;
}

/** Finds the news of one kind for a recipient. */
type Finder = (to: Recipient) => News[] | Promise<News[]>;

/** The facts of a run that looks for news. */
interface Around {
  /** All who may be told, and those whose roles Waldur told just now. */
  readonly all: readonly Recipient[];
  readonly fresh: readonly Recipient[];
  readonly sources: readonly ReadSource[];
  /** Returns true while the run can tell one more recipient. */
  readonly more: () => boolean;
}

/**
 * Queues what people are told of besides requests: the digest, what of theirs stopped, what colleagues decided, and what became
 * of bookings that they made; while the run holds the lease. A run that cannot reach all begins elsewhere the next time. Throws
 * `store_failed`.
 */
export async function queueNews(deps: Deps, fence: Fence, { all, fresh, sources, more }: Around): Promise<void> {
  const nowAt = epochSeconds(deps);
  const wants = (kind: NoticeKind, recipients: readonly Recipient[]) =>
    recipients.filter((one) => one.kinds[kind] && !isQuiet(one.person, nowAt));
  const [troubled, deciding, digested, own] = [
    wants("trouble", all),
    wants("decision", fresh),
    wants("digest", fresh),
    wants("own", all),
  ];
  const finders: readonly (readonly [readonly Recipient[], Finder])[] = [
    [troubled, await findTroubles(deps, troubled)],
    [deciding, await findDecisions(deps, deciding, sources)],
    [digested, await findDigests(deps, digested, sources)],
    [own, async (to) => findOwn(deps, to)],
  ];
  const steps = finders.flatMap(([recipients, find]) => recipients.map((to) => ({ to, find })));
  for (const { to, find } of rotate(steps, nowAt / (newsSeconds / 60))) {
    if (!more()) return;
    const news = await find(to);
    if (news.length === 0) continue;
    const told = await listTold(
      deps.sql,
      to.recipient,
      news.map(({ cause }) => cause),
    );
    const rows = await Promise.all(
      news.filter(({ cause }) => !told.has(cause)).map(async (one) => rowOf(deps, to, one)),
    );
    if (rows.length > 0) await deps.sql.batch([addAllToOutbox(rows, fence, nowAt)]);
  }
}

async function rowOf(deps: Deps, to: Recipient, { kind, cause, bookingUuid, notice }: News): Promise<NewOutboxRow> {
  const { recipient, person } = to;
  const occasion = { cause, recipient, userUuid: person.userUuid, bookingUuid };
  if (notice !== null) return noticeRow(deps, to, occasion, kind, notice);
  return quietRow(to, occasion, "known");
}

/** A notice of a sentence and a link. */
function brief(event: Notice["event"], subject: string, intro: string, label: string, url: string): Notice {
  return { event, subject, intro, items: [], more: "", links: [{ label, url }], quote: null };
}

async function findTroubles(deps: Deps, recipients: readonly Recipient[]): Promise<Finder> {
  if (recipients.length === 0) return () => [];
  const nowAt = epochSeconds(deps);
  const { publicUrl } = deps.config;
  const users = recipients.map(({ person }) => person.userUuid);
  const troubles = await listTroubles(deps.sql, users, nowAt - newsDays * daySeconds);
  return ({ person, sinceAt: begunAt }) => {
    const words = texts[person.language].notices.mail;
    const own = troubles.filter((one) => one.userUuid === person.userUuid && one.sinceAt >= begunAt);
    const stopped = own.map(({ kind, id, name, sinceAt }): News => {
      const shown = isolate(cleanName(name));
      const page = kind === "feed" ? `${publicUrl}/feeds/${id}` : `${publicUrl}/targets/${id}`;
      const notice =
        kind === "feed"
          ? brief("feed.lost", words.feed(shown), words.feedText, words.see, page)
          : brief("target.stopped", words.mirror(shown), words.mirrorText, words.see, page);
      return { kind: "trouble", cause: `${kind}:${id}:${sinceAt}`, bookingUuid: "", notice };
    });
    return [...stopped, ...endingTokens(person, nowAt, publicUrl)];
  };
}

/** A token that slides on with each use does not end. */
function endingTokens(person: Person, nowAt: number, publicUrl: string): News[] {
  const words = texts[person.language].notices.mail;
  return person.accounts.flatMap(({ id, tokenExpiresAt, tokenLifetime }): News[] => {
    if (tokenExpiresAt === null || tokenLifetime !== null) return [];
    if (tokenExpiresAt < nowAt || tokenExpiresAt > nowAt + tokenDays * daySeconds) return [];
    const day = zonedTimes(person.zone, person.language).day(tokenExpiresAt);
    const notice = brief("token.expiring", words.token, words.tokenText(day), words.see, `${publicUrl}/sign-in`);
    return [{ kind: "trouble", cause: `token:${id}:${tokenExpiresAt}`, bookingUuid: "", notice }];
  });
}

/** Those of colleagues; in a chat, where colleagues read, a person's own too. */
async function findDecisions(
  deps: Deps,
  recipients: readonly Recipient[],
  sources: readonly ReadSource[],
): Promise<Finder> {
  if (recipients.length === 0) return () => [];
  const sinceAt = epochSeconds(deps) - newsDays * daySeconds;
  const made = (await listDecisions(deps.sql, null, mostDecisions)).filter(
    ({ madeAt, result }) => madeAt >= sinceAt && result === "done",
  );
  if (made.length === 0) return () => [];
  const uuids = made.map(({ bookingUuid }) => bookingUuid);
  return async (to) => {
    const { person, sinceAt: begunAt, webhook } = to;
    const { account, accounts } = person;
    const own = new Set(accounts.map(({ id }) => id));
    const found = await findLocated(deps.sql, seekerFor(to, sources).sources, uuids);
    return made.flatMap(({ id, madeAt, action, accountId, username, fullName, mailbox, bookingUuid }): News[] => {
      const row = found.get(bookingUuid);
      if (row === undefined || madeAt < begunAt) return [];
      const byThem = mailbox === "" && (own.has(accountId) || username === account.username);
      if (webhook === null && byThem) return [];
      if (webhook !== null && !isAbout(webhook, row.booking.providerUuid)) return [];
      if (!actsForProvider(account, row.booking)) return [];
      const words = texts[person.language].notices.mail;
      const offering = offeringOf(row, person);
      const who = mailbox || isolate(cleanName(fullName)) || isolate(cleanName(username)) || words.someone;
      const accepted = action === "accept";
      const notice: Notice = {
        ...bookingNotice(deps, person, row),
        event: accepted ? "decision.accepted" : "decision.rejected",
        subject: accepted ? words.accepted(offering) : words.rejected(offering),
        intro: words.decidedText(who),
      };
      return [{ kind: "decision", cause: `decision:${id}`, bookingUuid, notice }];
    });
  };
}

function bookingNotice(deps: Deps, person: Person, row: LocatedRow) {
  const { see } = texts[person.language].notices.mail;
  return { items: [wholeItem(deps, row, person, see)], more: "", links: [], quote: null };
}

/** The list of open requests, on working days from the hour that its reader chose, or after their quiet hours; none where nothing is open. */
async function findDigests(
  deps: Deps,
  recipients: readonly Recipient[],
  sources: readonly ReadSource[],
): Promise<Finder> {
  const nowAt = epochSeconds(deps);
  const due = recipients.filter(({ person: { zone, notices } }) => {
    const { weekday, hour } = localTime(zone, nowAt);
    const { digestHour, quiet } = notices.wishes;
    const late = hour - (quiet !== null && isQuietHour(notices.wishes, digestHour) ? quiet.to : digestHour);
    return weekday <= 5 && late >= 0 && late < digestHours;
  });
  if (due.length === 0) return () => [];
  const seekers = due.map((one) => seekerFor(one, sources));
  const open = await listOpen(deps.sql, seekers, nowAt);
  return async (to) => {
    const { person, recipient } = to;
    const uuids = open.get(recipient) ?? [];
    const cause = `digest:${localTime(person.zone, nowAt).toFormat("yyyy-LL-dd")}`;
    if (uuids.length === 0) return [];
    const shown = uuids.slice(0, mostItems(to));
    const found = await findLocated(deps.sql, seekerFor(to, sources).sources, shown);
    const words = texts[person.language].notices.mail;
    const notice: Notice = {
      event: "request.digest",
      subject: words.digest(uuids.length),
      intro: words.digestText(uuids.length),
      items: shown.flatMap((uuid) => found.get(uuid) ?? []).map((row) => bookingItem(deps, row, person, words.open)),
      more: uuids.length > shown.length ? words.more(uuids.length - shown.length) : "",
      links: [{ label: words.all, url: `${deps.config.publicUrl}/` }],
      quote: null,
    };
    return [{ kind: "digest", cause, bookingUuid: "", notice }];
  };
}

/**
 * The news of the bookings that a person made: what each is other than when it was last looked at. What is seen for the first time of
 * one from before counts as known.
 */
async function findOwn(deps: Deps, { person, recipient, sinceAt: begunAt }: Recipient): Promise<News[]> {
  const { account, accounts, language } = person;
  const nowAt = epochSeconds(deps);
  const sinceAt = nowAt - newsDays * daySeconds;
  const rows = await listOwnBookings(
    deps.sql,
    accounts.filter(({ refusedAt }) => refusedAt === null).map(({ id }) => id),
    account.username,
    { sinceAt, nowAt },
  );
  if (rows.length === 0) return [];
  const told = await listTold(
    deps.sql,
    recipient,
    [],
    rows.map(({ booking }) => booking.uuid),
  );
  return rows.flatMap((row): News[] => {
    const { uuid, createdMicros } = row.booking;
    const became = becameOf(row);
    const prefix = `own:${uuid}:`;
    const seen = [...told].filter((cause) => cause.startsWith(prefix));
    const last = seen.at(-1)?.replace(/~\d+$/, "");
    if (last === prefix + became || (last !== undefined && became === "pending")) return [];
    const isKnown = last === undefined && createdMicros / 1_000_000 < Math.max(begunAt, sinceAt);
    const isNews = !isKnown && became !== "pending";
    // What was before may come again.
    const cause = prefix + became + (seen.includes(prefix + became) ? `~${seen.length}` : "");
    const words = texts[language].notices.mail;
    const moved = became.startsWith("confirmed") && seen.some((cause) => cause.startsWith(`${prefix}confirmed`));
    const [event, subject, intro] = moved
      ? (["booking.moved", words.moved, words.ownMoved] as const)
      : became === "rejected"
        ? (["booking.rejected", words.rejected, words.ownRejected] as const)
        : became === "cancelled"
          ? (["booking.cancelled", words.cancelled, words.ownCancelled] as const)
          : (["booking.accepted", words.accepted, words.ownAccepted] as const);
    const notice = isNews
      ? { ...bookingNotice(deps, person, row), event, subject: subject(offeringOf(row, person)), intro }
      : null;
    return [{ kind: "own", cause, bookingUuid: uuid, notice }];
  });
}

/** Returns what a booking is to whoever made it; with its times once it is confirmed. */
function becameOf(row: LocatedRow): string {
  const status = bookingStatus(row);
  const shown = eventStatus[status];
  if (shown === "TENTATIVE") return "pending";
  if (shown === "CANCELLED") return status === "cancelled" || status === "vanished" ? "cancelled" : "rejected";
  return `confirmed:${livePeriods(row.slots)
    .map(({ start, end }) => `${start}-${end}`)
    .join()}`;
}

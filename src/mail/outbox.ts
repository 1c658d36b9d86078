import type { Deps } from "../deps.ts";
import { pauseAfter } from "../lib/backoff.ts";
import { epochSeconds } from "../lib/clock.ts";
import { claim, endRow, listDue, longestPause, type OutboxRow, passTries, putOff } from "../store/mail/outbox.ts";
import { allowedRows } from "./allowed.ts";
import { bounceAddress } from "./reply/answer-address.ts";
import { composeMessage, type Mail } from "./message.ts";
import { mailOf } from "./queue.ts";
import type { Delivery, Envelope, MailTransport } from "./transport.ts";

const pauses = { first: 60, most: longestPause };
/** Seconds after which another run takes over a try whose run ended in the middle; longer than a try lasts. */
const tryAgainSeconds = 300;
/**
 * Seconds and tries after which something is given up: a machine that slept has made few. Mail outlasts a weekend (RFC 5321 4.5.4.1: four
 * days at least).
 */
const giveUpSeconds = { mail: 4 * 86_400, webhook: 86_400 };
const fewestTries = 10;
/** Tries of what was refused for itself. */
const mostOfItself = 5;
/** Mails, or posts, that one recipient gets in an hour at most. */
export const perRecipient = 60;
const mostAtOnce = 50;
/** Tries of a mail without an answer: each of them may have arrived. */
const mailUnanswered = 2;

/** The limits of a run for the outbox. */
export interface SendOptions {
  /** Returns true while the run may send three more statements. */
  readonly more: () => boolean;
  /** No try begins after it, epoch milliseconds. */
  readonly until: number;
}

/** The outcome of the tries of a run. */
export interface SendReport {
  readonly sent: number;
  readonly failed: number;
  /** Will be tried again. */
  readonly waiting: number;
}

/**
 * Makes one try of a row that is due. Whoever changes a row's count of tries has it, so that of several nodes one sends it: null where
 * another has. What was refused for now, or whose answer was lost, is tried again after a growing pause, for so long after the first try,
 * and what was refused for itself five times; after `mostUnanswered` without an answer it is given up, since each may have arrived. Throws
 * `store_failed`.
 */
export async function tryRow<D extends Delivery>(
  deps: Deps,
  row: OutboxRow,
  mostUnanswered: number,
  deliver: () => Promise<D>,
): Promise<{ readonly outcome: keyof SendReport; readonly delivery: D | null } | null> {
  const nowAt = epochSeconds(deps);
  if (row.unclear >= mostUnanswered) {
    await endRow(deps.sql, row.n, "failed", row.reason || "no answer came", nowAt);
    return { outcome: "failed", delivery: null };
  }
  if (!(await claim(deps.sql, row, nowAt, nowAt + tryAgainSeconds))) return null;
  const delivery = await deliver();
  const outcome = await noteOutcome(
    deps,
    { ...row, tries: row.tries + 1, unclear: row.unclear + 1 },
    mostUnanswered,
    delivery,
  );
  return { outcome, delivery };
}

/** Sends the mails that are due, one after the other, each under a Message-ID that stays the same. Throws `store_failed`. */
export async function sendQueued(deps: Deps, { more, until }: SendOptions): Promise<SendReport> {
  const report = { sent: 0, failed: 0, waiting: 0 };
  const mail = mailOf(deps);
  if (mail === null || !more()) return report;
  for (let left = mostAtOnce, next = true; next && left > 0 && more();) {
    const due = await listDue(deps.sql, {
      channel: "mail",
      nowAt: epochSeconds(deps),
      limit: left,
      perHour: deps.config.mailPerHour,
      perRecipient,
    });
    // Behind what leaves in a thread the next of it is due.
    next = false;
    for (const row of await allowedRows(deps, due)) {
      if (!more() || deps.now() >= until) return report;
      const tried = await tryRow(deps, row, mailUnanswered, async () =>
        deliver(mail.transport, (await returnPath(deps, row)) ?? mail.from.address, row),
      );
      left -= 1;
      if (tried === null) continue;
      report[tried.outcome] += 1;
      if (tried.delivery?.result === "unreachable") return report;
      if (tried.outcome === "sent" && row.thread !== "") next = true;
    }
  }
  return report;
}

/** Returns where reports on a mail go, with MAIL_ANSWERS. */
async function returnPath({ config, keys }: Pick<Deps, "config" | "keys">, { id }: OutboxRow): Promise<string | null> {
  return config.mailAnswers === null ? null : bounceAddress(keys, config.mailAnswers, id);
}

async function deliver(transport: MailTransport, returnTo: string, row: OutboxRow): Promise<Delivery> {
  let raw: string;
  let envelope: Envelope;
  try {
    const mail: Mail = JSON.parse(row.message);
    raw = composeMessage(mail, row.createdAt);
    envelope = { from: transport.fromAuthor === true ? mail.from.address : returnTo, to: mail.to.address };
  } catch {
    return { result: "refused", forEver: true, answer: "it cannot be written as a mail" };
  }
  return transport.send(raw, envelope);
}

async function noteOutcome(
  deps: Deps,
  row: OutboxRow,
  mostUnanswered: number,
  { result, ...delivery }: Delivery,
): Promise<keyof SendReport> {
  const { n, tries, unclear } = row;
  const nowAt = epochSeconds(deps);
  const tried = nowAt - (row.triedAt ?? nowAt);
  const reason = delivery.answer;
  if (result === "sent") {
    await endRow(deps.sql, n, "sent", "", nowAt);
    return "sent";
  }
  const forEver = "forEver" in delivery && delivery.forEver;
  const itself = "itself" in delivery && delivery.itself;
  const late = tried >= giveUpSeconds[row.channel] && tries >= fewestTries;
  const refused = forEver || (itself && tries >= mostOfItself);
  if (refused || late || (result === "unclear" && unclear >= mostUnanswered)) {
    await endRow(deps.sql, n, "failed", reason, nowAt);
    if (late) await passTries(deps.sql, row);
    deps.log.warn(`${row.channel}_failed`, { id: row.id, tries, message: reason });
    return "failed";
  }
  const wish = "retryAfter" in delivery ? Math.min(delivery.retryAfter ?? 0, longestPause) : 0;
  const dueAt = nowAt + Math.max(wish, Math.ceil(pauseAfter(tries, pauses, deps.random)));
  await putOff(deps.sql, row, { clear: result !== "unclear", itself, reason, dueAt });
  deps.log.info(`${row.channel}_put_off`, { id: row.id, tries, message: reason });
  return "waiting";
}

import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { countRequests } from "../../lib/count-requests.ts";
import { sideBySide } from "../../lib/side-by-side.ts";
import { endRow, listDue, type OutboxRow } from "../../store/mail/outbox.ts";
import { countStatements } from "../../store/sql/counted.ts";
import { endWebhook, listWebhooks, type WebhookRow } from "../../store/mail/webhooks.ts";
import { allowedRows } from "../allowed.ts";
import { perRecipient, type SendReport, tryRow } from "../outbox.ts";
import { sendPost } from "./post.ts";
import type { Post } from "../notices/notice.ts";

/** Posts of a round. */
const mostOfRound = 50;
const mostAtOnce = 4;
const perHour = 3000;
/**
 * Tries of a post without an answer: a program tells copies by their id. A chat shows each, and a request that is told twice does less
 * harm than one that is not told.
 */
const unanswered = { program: 5, chat: 2 };
/** Statements that a post takes at most, and a round besides. */
const statementsOfPost = 4;
const statementsOfRound = 6;

/** The limits of a run for posts. */
export interface PostLimits {
  readonly requests: number;
  readonly statements: number;
}

/** Returns the posts of a round: the first that waits of each webhook, if it is due, within the limits. */
export async function listDuePosts(deps: Deps, { requests, statements }: PostLimits): Promise<OutboxRow[]> {
  const affordable = Math.min(requests, (statements - statementsOfRound) / statementsOfPost);
  if (affordable < 1) return [];
  return listDue(deps.sql, {
    channel: "webhook",
    nowAt: epochSeconds(deps),
    limit: Math.min(mostOfRound, Math.floor(affordable)),
    perHour,
    perRecipient,
  });
}

/**
 * Posts what is due to webhooks, in rounds, several side by side; `due` is the first round. Each webhook gets its posts one after the
 * other, one in a round: while one is to be tried again, those after it wait. One that says that it is gone ends. No try begins after
 * `until` (epoch milliseconds). Throws `store_failed`.
 */
export async function sendPosts(
  outer: Deps,
  due: readonly OutboxRow[],
  { until, ...limits }: PostLimits & { readonly until: number },
): Promise<SendReport> {
  const report = { sent: 0, failed: 0, waiting: 0 };
  if (due.length === 0) return report;
  const { sql, counts } = countStatements(outer.sql);
  // Roles that are asked for count too.
  const { deps, sent } = countRequests({ ...outer, sql });
  const webhooks = new Map((await listWebhooks(deps.sql)).map((webhook) => [webhook.id, webhook]));
  const seen = new Set<number>();
  let round = due;
  while (round.length > 0) {
    for (const { n } of round) seen.add(n);
    await sideBySide(await allowedRows(deps, round), mostAtOnce, async (row) => {
      if (deps.now() >= until) return;
      const outcome = await tryPost(deps, row, webhooks.get(row.recipient));
      if (outcome !== null) report[outcome] += 1;
    });
    if (deps.now() >= until) break;
    const requests = limits.requests - sent.requests;
    const next = await listDuePosts(deps, { requests, statements: limits.statements - counts.statements });
    round = next.filter(({ n }) => !seen.has(n));
  }
  return report;
}

async function tryPost(deps: Deps, row: OutboxRow, webhook: WebhookRow | undefined): Promise<keyof SendReport | null> {
  if (webhook === undefined) {
    await endRow(deps.sql, row.n, "failed", "its webhook is gone", epochSeconds(deps));
    return "failed";
  }
  const mostUnanswered = webhook.template === "json" ? unanswered.program : unanswered.chat;
  const tried = await tryRow(deps, row, mostUnanswered, async () => {
    const post: Post = JSON.parse(row.message);
    return sendPost(deps, webhook, { id: row.id, post, atMs: row.createdAt * 1000 });
  });
  if (tried?.delivery?.gone === true) {
    await endWebhook(deps.sql, webhook.id, epochSeconds(deps));
    deps.log.warn("webhook_gone", { id: webhook.id });
  }
  return tried?.outcome ?? null;
}

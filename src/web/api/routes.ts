import { type Context, Hono } from "hono";
import type { Env } from "../env.ts";
import { joinFeedBytes } from "../../calendar/feed.ts";
import { withoutLinks } from "../../calendar/ical/relink.ts";
import { describeConfig } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { type BookingCounts, countBookings } from "../../store/bookings/bookings.ts";
import { joinVevents } from "../../store/events.ts";
import { type FeedRow, listFeeds } from "../../store/feeds.ts";
import { listDecisions } from "../../store/decisions.ts";
import { listRuns } from "../../store/sources/runs.ts";
import { withLastReads } from "../../store/sources/reads.ts";
import { commonLoss, findReadSource, listLosses } from "../../store/sources/readers.ts";
import { listSources } from "../../store/sources/sources.ts";
import { listBookings } from "../../source/list-bookings.ts";
import { checkWaldur } from "../../account/check.ts";
import { exportProvider } from "../../feed/export.ts";
import { changeProfile, newProfile } from "../../feed/profile.ts";
import { addFeed, revokeFeed, rotateFeed, updateFeed } from "../../feed/commands.ts";
import { type ActingAccount, actAs, listProviders, resolveList, resolveSource } from "../../account/find-source.ts";
import { dryRun, listAskedSources } from "../../source/dry-run.ts";
import { countOutbox } from "../../store/mail/outbox.ts";
import { checkMail, sendTestMail } from "../../mail/test-mail.ts";
import { hookAddress } from "../../hint.ts";
import { startRun, tick } from "../../tick.ts";
import {
  may,
  type Right,
  type VisibleSource,
  findVisibleFeed,
  listVisibleSources,
  standingOf,
} from "../../account/access.ts";
import {
  readChangedFeed,
  readDecisionQuery,
  readLimit,
  readNewFeed,
  readSync,
  readTestMail,
  readBefore,
  readFate,
} from "./input.ts";
import { operatorOnly } from "./auth.ts";
import type * as json from "./responses.ts";
import { feedJson, isoTime } from "./feed-json.ts";
import { listVisibleDecisions } from "../../decision/list-decisions.ts";
import { decideBooking } from "../decision-outcome.ts";
import { endSentence } from "../../lib/sentence.ts";
import { readBody } from "./read-body.ts";
import { keysJson } from "../health/key-health.ts";
import { lacksPublicUrl, publicUrlMissing } from "../request/public-url.ts";
import { clockComplaints, sourceComplaints } from "../health/source-health.ts";
import { appPasswordRoutes } from "./app-password-routes.ts";
import { targetRoutes } from "./target-routes.ts";
import { pushJson } from "./target-json.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { forgetPerson } from "../../forget-person.ts";
import { takeOverFeed } from "../../take-over.ts";

/** Returns the routes of `/api/v1`, as `operations.ts` and docs/openapi.yaml describe them. The caller is known by then. */
export function apiRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/providers", async (c) =>
      c.json({ providers: await listProviders(await asker(c)) } satisfies json.ProvidersJson),
    )
    .get("/bookings", async (c) => answerBookings(c, query(c)))
    .get("/providers/:uuid/bookings", async (c) =>
      answerBookings(c, { ...query(c), provider_uuid: c.req.param("uuid") }),
    )
    .get("/providers/:uuid/calendar.ics", async (c) => {
      const asks = await asker(c);
      const source = await resolveSource(asks, "provider", c.req.param("uuid"));
      const profile = newProfile(c.env.config, source.name, {});
      const { calendar: body, readAt } = await exportProvider(c.env, asks, source.scopeUuid, profile);
      const answer = calendar(c, body);
      answer.headers.set("X-Read-At", isoTime(readAt) ?? "");
      return answer;
    })
    .get("/feeds", async (c) => c.json({ feeds: await allFeeds(c) }))
    .post("/feeds", async (c) => {
      const { source: asked, expiresAt = null, ...profile } = readNewFeed(await readBody(c));
      const { source, filter } = await resolveList(await asker(c), asked.kind, asked.uuid ?? "");
      const whole = { ...profile, filter: { ...profile.filter, ...filter } };
      const feed = await addFeed(c.env, source, newProfile(c.env.config, source.name, whole), expiresAt);
      return changed(c, feed, 201);
    })
    .get("/feeds/:id", async (c) => c.json(await oneFeed(c, (await feedFor(c, "name")).feed)))
    .patch("/feeds/:id", async (c) => {
      const { feed } = await feedFor(c, "change");
      const { expiresAt = feed.expiresAt, ...asked } = readChangedFeed(await readBody(c));
      return changed(c, await updateFeed(c.env, feed, changeProfile(feed.profile, asked), expiresAt));
    })
    .delete("/feeds/:id", async (c) => {
      const { feed } = await feedFor(c, "end");
      return changed(c, await revokeFeed(c.env, feed, c.req.query("now") === "1"));
    })
    .post("/feeds/:id/rotate", async (c) => changed(c, await rotateFeed(c.env, (await feedFor(c, "change")).feed)))
    .post("/feeds/:id/take-over", async (c) => {
      const { feed, source } = await feedFor(c, "takeOver");
      const own = await resolveSource(await asker(c), source.kind, source.scopeUuid);
      return changed(c, await takeOverFeed(c.env, feed, own));
    })
    .get("/feeds/:id/calendar.ics", async (c) => {
      const { feed, standing } = await feedFor(c, "content");
      const { bytes } = await joinVevents(c.env.sql, feed.id);
      return calendar(c, joinFeedBytes(feed.profile, may(standing, "address") ? bytes : hideLinks(c.env, bytes)));
    })
    .get("/runs", async (c) => {
      const { failed = "", before = "", source = "", limit = "100" } = c.req.query();
      const ids = (await openSources(c)).filter((id) => source === "" || id === source);
      const runs = await listRuns(c.env.sql, ids, {
        beforeAt: before === "" ? epochSeconds(c.env) + 1 : readBefore(before),
        failed: failed === "1",
        limit: readLimit(limit),
      });
      return c.json({
        runs: runs.map(({ sourceId, endedAt, ...rest }) => ({ source: sourceId, endedAt: isoTime(endedAt), ...rest })),
      } satisfies json.RunsJson);
    })
    .post("/sync", operatorOnly, async (c) => {
      const {
        dryRun: dry = false,
        allowRemovals = false,
        source: id,
        since = epochSeconds(c.env),
      } = readSync(await readBody(c));
      const asked = await listAskedSources(c.env, id || undefined);
      if (!dry) {
        const report = await tick(c.env, { sweepSince: since, allowRemovals, ...(id && { sourceId: id }) });
        return c.json({
          ...report,
          targets: report.targets.map(pushJson),
          since: isoTime(since),
        } satisfies json.SyncJson);
      }
      const { sources, complete } = await dryRun(c.env, asked);
      return c.json({ sources: [...sources], feeds: [], targets: [], complete, since: null } satisfies json.SyncJson);
    })
    .route("/targets", targetRoutes())
    .route("/app-passwords", appPasswordRoutes())
    .post("/bookings/:uuid/:action{accept|reject}", async (c) => {
      const action = c.req.param("action") === "accept" ? "accept" : "reject";
      const { account } = c.var.viewer;
      const request = { bookingUuid: c.req.param("uuid"), action, account, via: "api", feedId: "" } as const;
      const { result, byOperator, status, code, text, order } = await decideBooking(c, request, "en");
      const message = order === "" ? text : `${text} See the order in Waldur (${order}).`;
      if (code === null) return c.json({ result, byOperator, message }, status);
      return c.json({ result, error: { code, message, requestId: c.get("requestId") } }, status);
    })
    .get("/decisions", async (c) => {
      const { booking, limit } = readDecisionQuery(c.req.query());
      const { viewer } = c.var;
      const ids = await openSources(c);
      const query = { booking, beforeAt: epochSeconds(c.env) + 1, failed: false, limit, everywhere: true };
      const decisions = viewer.operator
        ? await listDecisions(c.env.sql, booking, limit)
        : await listVisibleDecisions(c.env, viewer, ids, query);
      return c.json({
        decisions: decisions.map(({ madeAt, ...rest }) => ({ madeAt: isoTime(madeAt), ...rest })),
      } satisfies json.DecisionsJson);
    })
    .delete("/people/:user", operatorOnly, async (c) => {
      const events = readFate(c.req.query("events") ?? "leave");
      return c.json((await forgetPerson(c.env, c.req.param("user"), events)) satisfies json.ForgottenJson);
    })
    .get("/check", operatorOnly, async (c) => {
      const { clockAhead, ...waldur } = await checkWaldur(c.env);
      const settings = describeConfig(c.env.config);
      const losses = await listLosses(c.env.sql);
      const sources = (await listSources(c.env.sql)).flatMap((source) =>
        sourceComplaints({ ...source, ...commonLoss(losses.get(source.id) ?? []) }, "en").map(
          (text) => `${source.name}: ${text}`,
        ),
      );
      return c.json({
        settings,
        waldur: {
          ...waldur,
          problems: [...settingProblems(c), ...clockComplaints(clockAhead, "en"), ...waldur.problems].map(endSentence),
          tokenExpiresAt: isoTime(waldur.tokenExpiresAt),
        },
        hook: hookAddress(c.env.config),
        sources,
        keys: await keysJson(c.env),
        mail: await checkMail(c.env),
        webhooks: await countOutbox(c.env.sql, "webhook", epochSeconds(c.env)),
      } satisfies json.CheckJson);
    })
    .post("/check/mail", operatorOnly, async (c) => {
      const { to } = readTestMail(await readBody(c));
      const { result, answer } = await sendTestMail(c.env, to);
      return c.json({ result, answer } satisfies json.SentMailJson);
    });
}

/** Returns what is doubtful about the settings, in words. */
function settingProblems({ env: { config }, env, req }: Context<Env>): string[] {
  return [...config.misspelt, ...(lacksPublicUrl(env, req.url) ? [publicUrlMissing(config.publicUrl)] : [])];
}

/** Returns Waldur as the caller sees it. */
async function asker(c: Context<Env>): Promise<ActingAccount> {
  return actAs(c.env, c.var.viewer.account);
}

/** Answers with a page of bookings; what Waldur ignores of the query is named in a header too. */
async function answerBookings(c: Context<Env>, asked: Record<string, string | string[]>): Promise<Response> {
  const listed: json.BookingsJson = await listBookings(c.env, await asker(c), asked);
  if (listed.notApplied.length > 0) c.header("X-Not-Applied", listed.notApplied.join(", "));
  return c.json(listed);
}

/** Returns the ids of the sources whose content the caller may see. */
async function openSources(c: Context<Env>): Promise<string[]> {
  const seen = (await listVisibleSources(c.env, c.var.viewer)).filter(({ standing }) => may(standing, "content"));
  return seen.map(({ source }) => source.id);
}

async function feedFor(c: Context<Env>, right: Right) {
  return findVisibleFeed(c.env, c.var.viewer, c.req.param("id") ?? "", right);
}

/** Answers with a feed that has changed, and starts a run. */
async function changed(c: Context<Env>, feed: FeedRow, status: 200 | 201 = 200): Promise<Response> {
  startRun(c.env, feed);
  return c.json(await oneFeed(c, feed), status);
}

async function oneFeed(c: Context<Env>, feed: FeedRow) {
  const stored = await findReadSource(c.env.sql, feed.sourceId, feed.accountId);
  const [source] = stored === null ? [] : await withLastReads(c.env.sql, [stored]);
  if (source === undefined) throw new AppError("not_found", `the source of feed ${feed.id} is gone`);
  const counts = await countBookings(c.env.sql, source.id, epochSeconds(c.env));
  return feedJson(c.env, feed, source, counts, standingOf(c.var.viewer, source));
}

async function allFeeds(c: Context<Env>) {
  const sources = new Map<string, VisibleSource>();
  const counts = new Map<string, BookingCounts>();
  for (const seen of await listVisibleSources(c.env, c.var.viewer)) {
    const { id, accountId } = seen.source;
    sources.set(`${id} ${accountId}`, seen);
    if (!counts.has(id)) counts.set(id, await countBookings(c.env.sql, id, epochSeconds(c.env)));
  }
  const feeds = [];
  for (const feed of await listFeeds(c.env.sql)) {
    const found = sources.get(`${feed.sourceId} ${feed.accountId}`);
    const count = counts.get(feed.sourceId);
    if (found === undefined || count === undefined) continue;
    feeds.push(await feedJson(c.env, feed, found.source, count, found.standing));
  }
  return feeds;
}

/** Returns events for somebody who may not have the feed's address: its links to decide lead to the requests, where people sign in. */
function hideLinks({ config }: Env["Bindings"], vevents: Uint8Array): Uint8Array {
  return new TextEncoder().encode(withoutLinks(new TextDecoder().decode(vevents), `${config.publicUrl}/`));
}

function calendar(c: Context<Env>, body: string | Uint8Array<ArrayBuffer>): Response {
  return c.body(body, 200, { "Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "no-store" });
}

/** Returns the query as Waldur's parameters; a repeated one keeps all its values. */
function query(c: Context<Env>): Record<string, string | string[]> {
  const all = Object.entries(c.req.queries());
  return Object.fromEntries(all.map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]));
}

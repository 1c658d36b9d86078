import { Hono } from "hono";
import type { Env, PageContext } from "../env.ts";
import { bookingStatus, eventStatus } from "../../calendar/status.ts";
import { type Action, actions } from "../../calendar/profile.ts";
import { AppError } from "../../errors.ts";
import { listAccounts } from "../../store/accounts.ts";
import { listPending } from "../../store/bookings.ts";
import { listFeeds } from "../../store/feeds.ts";
import { readHomeport } from "../../account/site.ts";
import { listKeyUses } from "../../account/key-uses.ts";
import { actAs, listProviders } from "../../account/find-source.ts";
import { findVisibleBooking, may, type VisibleSource, listVisibleSources } from "../../account/access.ts";
import { offeredActions } from "../../decision/rights.ts";
import { decideBooking, type DecisionOutcome } from "../decision-outcome.ts";
import { keyComplaints } from "../key-health.ts";
import { lacksPublicUrl } from "../public-url.ts";
import { listMirrors } from "./mirror-health.ts";
import { type OverviewProps, OverviewView } from "./views/overview.tsx";
import { pageLanguage, pageTimes, readFormFields, renderPage, signedIn } from "./page-context.tsx";
import { epochSeconds } from "../../clock.ts";
import { texts } from "../../text/index.ts";
import { personName } from "../person-name.ts";

/** Pages stay small: the rest is on the next. */
const mostRequests = 15;
const mostSources = 10;

/** Returns the routes of the first page: waiting requests, calendars, and providers without one. */
export function overviewRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/", signedIn, async (c) => showOverview(c, null))
    .get("/bookings/:uuid/:action{accept|reject}", signedIn, (c) => c.redirect("/", 303))
    .post("/bookings/:uuid/:action{accept|reject}", signedIn, async (c) => {
      const action = actions.find((known) => known === c.req.param("action"));
      await readFormFields(c);
      if (action === undefined) throw new AppError("not_found", "there is no such action");
      return decideInPlace(c, c.req.param("uuid"), action);
    });
}

async function showOverview(
  c: PageContext,
  decided: OverviewProps["decided"],
  status: DecisionOutcome["status"] = 200,
) {
  const { viewer } = c.var;
  const language = pageLanguage(c);
  const nowAt = epochSeconds(c.env);
  const seen = await listVisibleSources(c.env, viewer);
  const mirrors = Map.groupBy(await listMirrors(c), ({ target }) => target.feedId);
  const feeds = (await listFeeds(c.env.sql)).map((feed) => ({ ...feed, mirrors: mirrors.get(feed.id) ?? [] }));
  const keepers = new Map([...(await listAccounts(c.env.sql))].map(([id, account]) => [id, personName(account)]));
  const sources = seen
    .map(({ source, standing }) => ({
      source,
      standing,
      keeper: source.accountId === viewer.account.id ? "" : (keepers.get(source.accountId) ?? ""),
      feeds: feeds.filter((feed) => feed.sourceId === source.id && (feed.state !== "ended" || standing === "owner")),
    }))
    .filter((one) => one.feeds.length > 0)
    .toSorted((a, b) => Number(a.standing === "colleague") - Number(b.standing === "colleague"));
  const troubled = sources
    .filter(({ standing }) => may(standing, "end"))
    .flatMap((one) => one.feeds.flatMap((feed) => feed.mirrors))
    .filter(({ health }) => health.tone === "bad");
  const asked = c.req.query("skip") ?? "";
  const skip = /^\d{1,6}$/.test(asked) ? Number(asked) : 0;
  const requests = await listRequests(c, seen, nowAt);
  const has = new Set(sources.filter(({ standing }) => may(standing, "content")).map(({ source }) => source.scopeUuid));
  const providers = await listOwnProviders(c);
  const complaints = viewer.operator ? await listComplaints(c) : [];
  const homeport = await readHomeport(c.env);
  return renderPage(
    c,
    texts[language].overview.title,
    (nonce) => (
      <OverviewView
        {...{ language, nonce, viewer, decided, nowAt, troubled, complaints }}
        sources={sources.slice(skip, skip + mostSources)}
        next={sources.length > skip + mostSources ? skip + mostSources : null}
        times={pageTimes(c)}
        homeport={homeport}
        actionsOf={(booking) => offeredActions(c.env, viewer.account, booking)}
        requests={requests.slice(0, mostRequests)}
        more={requests.length > mostRequests}
        providers={providers?.filter(({ uuid }) => !has.has(uuid)) ?? null}
      />
    ),
    status,
  );
}

/** Returns what is wrong with the service, for its operator. */
async function listComplaints(c: PageContext): Promise<string[]> {
  const language = pageLanguage(c);
  const { publicUrlMissing } = texts[language].overview;
  const unreachable = lacksPublicUrl(c.env, c.req.url) ? [publicUrlMissing(c.env.config.publicUrl)] : [];
  return [...unreachable, ...keyComplaints(await listKeyUses(c.env), language)];
}

/** Lists the bookings that wait for an answer, each once, by their first start. */
async function listRequests(c: PageContext, seen: readonly VisibleSource[], nowAt: number) {
  const found = new Map<string, Awaited<ReturnType<typeof listPending>>[number]>();
  for (const { source, standing } of seen) {
    if (!may(standing, "content")) continue;
    for (const row of await listPending(c.env.sql, source.id, nowAt, mostRequests + 1)) {
      // The order may show a decision that the booking does not show yet.
      if (eventStatus[bookingStatus(row)] === "TENTATIVE") found.set(row.booking.uuid, row);
    }
  }
  const startOf = ({ slots }: { slots: readonly { start: number; gone: boolean }[] }): number =>
    Math.min(...slots.filter(({ gone }) => !gone).map(({ start }) => start));
  return [...found.values()].toSorted((a, b) => startOf(a) - startOf(b));
}

/** Lists the providers that the viewer manages; null when Waldur does not answer. */
async function listOwnProviders(c: PageContext): Promise<{ uuid: string; name: string }[] | null> {
  if (c.var.viewer.account.refusedAt !== null) return null;
  try {
    const providers = await listProviders(await actAs(c.env, c.var.viewer.account));
    return providers.filter(({ own }) => own || c.var.viewer.operator);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "store_failed") throw error;
    return null;
  }
}

/** Accepts or rejects a booking on the first page. */
async function decideInPlace(c: PageContext, uuid: string, action: Action): Promise<Response> {
  const { viewer } = c.var;
  const { booking } = await findVisibleBooking(c.env, viewer, uuid);
  const request = { bookingUuid: uuid, action, account: viewer.account, via: "sign-in", feedId: "" } as const;
  const outcome = await decideBooking(c, request, pageLanguage(c));
  return showOverview(c, { ...outcome, name: booking.name }, outcome.status);
}

import { Hono } from "hono";
import type { Env, PageContext } from "../env.ts";
import { AppError } from "../../errors.ts";
import { listAccounts } from "../../store/accounts/accounts.ts";
import { listFeeds } from "../../store/feeds.ts";
import { actAs, listProviders } from "../../account/find-source.ts";
import { may, listVisibleSources } from "../../account/access.ts";
import { listComplaints } from "./complaints.ts";
import { listMirrors } from "./mirror-health.ts";
import { CalendarsView } from "./views/calendars.tsx";
import { pageLanguage, pageTimes, renderPage, signedIn } from "./page-context.tsx";
import { epochSeconds } from "../../lib/clock.ts";
import { texts } from "../../text/index.ts";
import { personName } from "../../account/person-name.ts";

/** Pages stay small: the rest is on the next. */
const mostSources = 10;

/** Returns the route of the page of calendars, and of providers without one. */
export function calendarsRoutes(): Hono<Env> {
  return new Hono<Env>().get("/calendars", signedIn, async (c) => showCalendars(c));
}

async function showCalendars(c: PageContext): Promise<Response> {
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
      keeper: viewer.accountIds.has(source.accountId) ? "" : (keepers.get(source.accountId) ?? ""),
      feeds: feeds.filter(
        (feed) =>
          feed.sourceId === source.id &&
          feed.accountId === source.accountId &&
          (feed.state !== "ended" || standing === "owner"),
      ),
    }))
    .filter((one) => one.feeds.length > 0)
    .toSorted((a, b) => Number(a.standing === "colleague") - Number(b.standing === "colleague"));
  const troubled = sources
    .filter(({ standing }) => may(standing, "end"))
    .flatMap((one) => one.feeds.flatMap((feed) => feed.mirrors))
    .filter(({ health }) => health.tone === "bad");
  const asked = c.req.query("skip") ?? "";
  const skip = /^\d{1,6}$/.test(asked) ? Number(asked) : 0;
  const has = new Set(sources.filter(({ standing }) => may(standing, "content")).map(({ source }) => source.scopeUuid));
  const providers = await listOwnProviders(c);
  const complaints = await listComplaints(c);
  return renderPage(c, texts[language].calendars.title, (nonce) => (
    <CalendarsView
      {...{ language, nonce, viewer, nowAt, troubled, complaints }}
      sources={sources.slice(skip, skip + mostSources)}
      next={sources.length > skip + mostSources ? skip + mostSources : null}
      times={pageTimes(c)}
      providers={providers?.filter(({ uuid }) => !has.has(uuid)) ?? null}
    />
  ));
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

import { Hono } from "hono";
import { isolate } from "../../../calendar/text.ts";
import { cleanName } from "../../../calendar/foreign-text.ts";
import { localDate, startOfDate } from "../../../calendar/window.ts";
import type { Event } from "../../../calendar/event.ts";
import { findVisibleFeed, listBookingSources } from "../../../account/access.ts";
import { epochSeconds } from "../../../lib/clock.ts";
import { AppError } from "../../../errors.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import { readOfferings, type SourceRow } from "../../../store/sources/sources.ts";
import { listAgenda, listBetween, type Span } from "../../../store/bookings/span.ts";
import { texts } from "../../../text/index.ts";
import type { Env, PageContext } from "../../env.ts";
import { askingPolicy } from "../../page-headers.ts";
import { bookingItems, type ScheduleItem, feedItems } from "./items.ts";
import { gridJson, type Loaded, type Named } from "./json.ts";
import { type ScheduleDefaults, scheduleViews, isGrid, readQuery, spanOf, stateChoices } from "./query.ts";
import { pageLanguage, pageZone, renderPage, signedIn } from "../page-context.tsx";
import { zonedTimes } from "../../../text/times.ts";
import { SchedulePage } from "../views/schedule.tsx";

/** Events that are read for one page or grid. */
const mostEvents = 1000;
/** Offerings that have a row also where nothing is booked. */
const mostIdle = 50;

/** The events to look at: those of one calendar, or all whose content the viewer may see. */
interface Shown {
  /** The beginning of the addresses of its pages. */
  readonly path: string;
  readonly title: string;
  /** null: all. */
  readonly feed: FeedRow | null;
  readonly defaults: ScheduleDefaults;
  readonly sources: readonly SourceRow[];
  /** Returns what lies in these days, at most one more than `mostEvents`. */
  read(span: Span): Promise<ScheduleItem[]>;
}

// In a group: Hono anchors only the first and the last of bare alternatives.
const views = `:view{(?:${scheduleViews.join("|")})}` as const;

/** Returns the routes of the pages of events, and of what their script draws. */
export function scheduleRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/schedule", signedIn, (c) => c.redirect("/schedule/week", 303))
    .get(`/schedule/${views}`, signedIn, async (c) => showPage(c, await showAll(c), c.req.param("view")))
    .get(`/schedule/${views}/events`, signedIn, async (c) => sendEvents(c, await showAll(c), c.req.param("view")))
    .get(`/feeds/:id/${views}`, signedIn, async (c) =>
      showPage(c, await showFeed(c, c.req.param("id")), c.req.param("view")),
    )
    .get(`/feeds/:id/${views}/events`, signedIn, async (c) =>
      sendEvents(c, await showFeed(c, c.req.param("id")), c.req.param("view")),
    );
}

async function showAll(c: PageContext): Promise<Shown> {
  const sources = (await listBookingSources(c.env, c.var.viewer)).map(({ source }) => source);
  const names = offeringNames(sources);
  const language = pageLanguage(c);
  return {
    path: "/schedule",
    title: texts[language].common.schedule,
    feed: null,
    defaults: { zone: pageZone(c), state: "live" },
    sources,
    async read(span) {
      const ids = sources.map(({ id }) => id);
      const rows = await listBetween(c.env.sql, ids, span, mostEvents + 1);
      return bookingItems(rows, span, (uuid) => names.get(uuid) ?? "", language);
    },
  };
}

async function showFeed(c: PageContext, id: string): Promise<Shown> {
  const { feed, source } = await findVisibleFeed(c.env, c.var.viewer, id, "content");
  return {
    path: `/feeds/${feed.id}`,
    title: isolate(feed.profile.name),
    feed,
    defaults: { zone: feed.profile.zone ?? pageZone(c), state: "all" },
    sources: [source],
    read: async (span) => feedItems(await listAgenda(c.env.sql, feed, span, mostEvents + 1)),
  };
}

/** Reads what a page or its grid shows. */
async function load(c: PageContext, shown: Shown, asked: string): Promise<Loaded & { readonly cut: boolean }> {
  const view = scheduleViews.find((known) => known === asked);
  if (view === undefined) throw new AppError("not_found", "there is no such view");
  const nowAt = epochSeconds(c.env);
  const query = readQuery(view, (name) => c.req.query(name), shown.defaults, nowAt);
  const found = await shown.read(spanOf(query));
  const wanted: readonly Event["status"][] = stateChoices[query.state];
  const items = found.slice(0, mostEvents).filter(({ status }) => wanted.includes(status));
  return {
    feed: shown.feed,
    nowAt,
    query,
    items,
    cut: found.length > mostEvents,
    offerings: offeringsOf(shown, items, query.offering),
  };
}

async function showPage(c: PageContext, shown: Shown, asked: string): Promise<Response> {
  const loaded = await load(c, shown, asked);
  const { query, nowAt } = loaded;
  const language = pageLanguage(c);
  const times = zonedTimes(query.zone, language);
  const title = `${shown.title}: ${texts[language].schedule.views[query.view]}`;
  const today = localDate(query.zone, nowAt);
  if (isGrid(query.view)) c.header("Content-Security-Policy", askingPolicy);
  const view = () => (
    <SchedulePage
      {...{ ...shown, ...loaded, language, times, today, mostEvents }}
      startOf={(date) => startOfDate(query.zone, date)}
    />
  );
  return renderPage(c, title, view, 200, query.zone);
}

async function sendEvents(c: PageContext, shown: Shown, asked: string): Promise<Response> {
  const loaded = await load(c, shown, asked);
  const language = pageLanguage(c);
  c.header("Vary", "Accept-Language, Cookie");
  return c.json(gridJson(loaded, zonedTimes(loaded.query.zone, language), language));
}

/** Returns the names of offerings that the lists know. */
function offeringNames(sources: readonly SourceRow[]): Map<string, string> {
  return new Map(
    sources.flatMap(({ offerings }) =>
      [...readOfferings(offerings)].map(([uuid, { name }]) => [uuid, cleanName(name)] as const),
    ),
  );
}

/**
 * Returns the offerings to choose from, by name: those of the providers, unless they are many, those with an event, and the
 * one that is chosen.
 */
function offeringsOf({ sources, feed }: Shown, items: readonly ScheduleItem[], chosen: string): Named[] {
  // Lists of names are read once an hour: a booking may know its offering before them.
  const own = feed === null ? items.map(({ offeringUuid, place }) => [offeringUuid, place] as const) : [];
  const names = new Map([...own, ...offeringNames(sources)]);
  const only = feed?.profile.filter.offerings;
  const all = [...offeringNames(sources.filter(({ kind }) => kind === "provider")).keys()].filter(
    (uuid) => only === undefined || only.includes(uuid),
  );
  const used = items.map(({ offeringUuid }) => offeringUuid);
  const wanted = new Set([...(all.length > mostIdle ? [] : all), ...used, chosen]);
  return [...wanted]
    .map((uuid) => ({ uuid, name: isolate(names.get(uuid) ?? "") }))
    .filter(({ name }) => name !== "")
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

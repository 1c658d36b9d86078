import { Hono } from "hono";
import { isolate } from "../../calendar/text.ts";
import type { Env, PageContext } from "../env.ts";
import { readVevent } from "../../calendar/read-vevent.ts";
import { localDate, startOfDate } from "../../calendar/window.ts";
import { type AgendaRow, listAgenda } from "../../store/events.ts";
import { findVisibleFeed } from "../../account/access.ts";
import { readDate, zonedTimes } from "./times.ts";
import { type AgendaEvent, AgendaView } from "./views/agenda.tsx";
import { MonthView } from "./views/month.tsx";
import { pageLanguage, renderPage, signedIn } from "./page-context.tsx";
import { epochSeconds } from "../../clock.ts";
import { texts } from "../../text/index.ts";

const agendaDays = 14;
const mostEvents = 500;
/** Pages stay small: the rest is on the next. */
const mostOnPage = 40;

/** Returns the routes of a calendar's agenda and month. */
export function agendaRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/feeds/:id/agenda", signedIn, async (c) => showAgenda(c, c.req.param("id")))
    .get("/feeds/:id/month", signedIn, async (c) => showMonth(c, c.req.param("id")));
}

async function showAgenda(c: PageContext, id: string): Promise<Response> {
  const { feed } = await findVisibleFeed(c.env, c.var.viewer, id, "content");
  const language = pageLanguage(c);
  const zone = feed.profile.zone ?? c.env.config.timeZone;
  const from = readDate(c.req.query("from") ?? "") ?? localDate(zone, epochSeconds(c.env));
  const to = from.plus({ days: agendaDays });
  const [fromAt, toAt] = [startOfDate(zone, from), startOfDate(zone, to)];
  const rows = await listAgenda(c.env.sql, feed, fromAt, toAt, mostEvents);
  const times = zonedTimes(zone, language);
  const events = agendaEvents(rows);
  const shown = events.slice(0, mostOnPage);
  const left = events[mostOnPage];
  const nextDay = left === undefined ? to.toFormat("yyyy-LL-dd") : times.date(left.start);
  return renderPage(c, `${isolate(feed.profile.name)}: ${texts[language].agenda.agenda}`, () => (
    <AgendaView
      {...{ language, feed, times }}
      events={shown}
      fromAt={fromAt}
      toAt={left === undefined ? toAt : Math.max(left.start, fromAt + 1)}
      earlier={from.minus({ days: agendaDays }).toFormat("yyyy-LL-dd")}
      // A day that alone is too much for a page is skipped all the same.
      later={nextDay > from.toFormat("yyyy-LL-dd") ? nextDay : from.plus({ days: 1 }).toFormat("yyyy-LL-dd")}
      cut={left !== undefined}
    />
  ));
}

async function showMonth(c: PageContext, id: string): Promise<Response> {
  const { feed } = await findVisibleFeed(c.env, c.var.viewer, id, "content");
  const language = pageLanguage(c);
  const zone = feed.profile.zone ?? c.env.config.timeZone;
  const asked = readDate(`${c.req.query("month") ?? ""}-01`) ?? localDate(zone, epochSeconds(c.env));
  const first = asked.startOf("month");
  const next = first.plus({ months: 1 });
  const days = Array.from({ length: first.daysInMonth ?? 31 }, (_, index) => {
    const date = first.plus({ days: index });
    return {
      startAt: startOfDate(zone, date),
      endAt: startOfDate(zone, date.plus({ days: 1 })),
      weekday: date.weekday,
    };
  });
  const firstAt = startOfDate(zone, first);
  const rows = await listAgenda(c.env.sql, feed, firstAt, startOfDate(zone, next), mostEvents);
  return renderPage(c, `${isolate(feed.profile.name)}: ${texts[language].agenda.month}`, () => (
    <MonthView
      {...{
        language,
        feed,
        days,
        events: agendaEvents(rows),
        times: zonedTimes(zone, language),
        nowAt: epochSeconds(c.env),
      }}
      firstAt={firstAt}
      earlier={first.minus({ months: 1 }).toFormat("yyyy-LL")}
      later={next.toFormat("yyyy-LL")}
      cut={rows.length === mostEvents}
    />
  ));
}

/** Returns the rows as events, each with the titles that it overlaps. */
function agendaEvents(rows: readonly AgendaRow[]): AgendaEvent[] {
  const shown = rows.map((row) => ({ row, shown: readVevent(row.vevent) }));
  const taken = shown.filter((one) => one.shown.status !== "CANCELLED" && one.row.offeringUuid !== "");
  return shown.map(({ row, shown: own }) => ({
    ...own,
    uid: row.uid,
    start: row.startAt,
    end: row.endAt,
    overlaps:
      own.status === "CANCELLED"
        ? []
        : taken
            .filter(
              (other) =>
                other.row.uid !== row.uid &&
                other.row.offeringUuid === row.offeringUuid &&
                other.row.startAt < row.endAt &&
                other.row.endAt > row.startAt,
            )
            .map((other) => other.shown.title),
  }));
}

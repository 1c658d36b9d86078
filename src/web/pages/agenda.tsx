import { Hono } from "hono";
import { isolate } from "../../calendar/text.ts";
import type { Env, PageContext } from "../env.ts";
import { readVevent } from "../../calendar/read-vevent.ts";
import { localTime } from "../../calendar/window.ts";
import { type AgendaRow, listAgenda } from "../../store/events.ts";
import { findVisibleFeed } from "../../account/access.ts";
import { readDay, zonedTimes } from "./times.ts";
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
  const from = readStartOfDay(c.req.query("from"), zone, epochSeconds(c.env));
  const to = from.plus({ days: agendaDays });
  const rows = await listAgenda(c.env.sql, feed, from.toUnixInteger(), to.toUnixInteger(), mostEvents);
  const times = zonedTimes(zone, language);
  const events = agendaEvents(rows);
  const shown = events.slice(0, mostOnPage);
  const left = events[mostOnPage];
  const nextDay = left === undefined ? to.toFormat("yyyy-LL-dd") : times.date(left.start);
  return renderPage(c, `${isolate(feed.profile.name)}: ${texts[language].agenda.agenda}`, () => (
    <AgendaView
      {...{ language, feed, times }}
      events={shown}
      fromAt={from.toUnixInteger()}
      toAt={left === undefined ? to.toUnixInteger() : Math.max(left.start, from.toUnixInteger() + 1)}
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
  const asked = c.req.query("month");
  const first = readStartOfDay(asked === undefined ? undefined : `${asked}-01`, zone, epochSeconds(c.env)).startOf(
    "month",
  );
  const next = first.plus({ months: 1 });
  const rows = await listAgenda(c.env.sql, feed, first.toUnixInteger(), next.toUnixInteger(), mostEvents);
  const days = Array.from({ length: first.daysInMonth ?? 31 }, (_, index) => {
    const day = first.plus({ days: index });
    return { startAt: day.toUnixInteger(), endAt: day.plus({ days: 1 }).toUnixInteger(), weekday: day.weekday };
  });
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
      firstAt={first.toUnixInteger()}
      earlier={first.minus({ months: 1 }).toFormat("yyyy-LL")}
      later={next.toFormat("yyyy-LL")}
      cut={rows.length === mostEvents}
    />
  ));
}

/** Returns the start of a day written as `2027-01-31`; today's for anything else. */
function readStartOfDay(asked: string | undefined, zone: string, nowAt: number) {
  return readDay(asked ?? "", zone) ?? localTime(zone, nowAt).startOf("day");
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

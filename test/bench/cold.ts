import { ICalCalendar, ICalEventBusyStatus, ICalEventStatus, ICalEventTransparency } from "ical-generator";
import { bookingEvents } from "../../src/calendar/booking-events.ts";
import { joinFeed } from "../../src/calendar/feed.ts";
import { renderEvent } from "../../src/calendar/ical/vevent.ts";
import { openNode } from "../../src/node/open.ts";
import { listChanged } from "../../src/store/bookings/bookings.ts";
import { joinVevents } from "../../src/store/events.ts";
import type { Sql } from "../../src/store/sql/port.ts";
import { makeFeedServer } from "../../src/web/feed/serve.ts";
import { honestWork, profile, secret, startAt } from "../web/feed/served.ts";
import { events, path, placeBookings, placeFeed } from "./support/feed.ts";
import type { Figure } from "./support/figure.ts";
import { makeFolder } from "./support/folder.ts";
import { compare, timed } from "./support/pairs.ts";

/** Times the GET of a feed that this process has not read yet. */
export async function cold(): Promise<Figure[]> {
  await using folder = await makeFolder();
  const opened = await openNode({ DATA_DIR: folder.path }, { write: () => undefined });
  const { deps } = opened;
  try {
    await placeFeed(deps.sql);
    await placeBookings(deps.sql);
    const encoder = new TextEncoder();
    const { bytes: joinedBytes } = await joinVevents(deps.sql, "feed");
    const vevents = new TextDecoder().decode(joinedBytes).split(/(?<=END:VEVENT\r\n)/);
    const get = timed(async () => {
      const request = new Request(`http://127.0.0.1${path}`);
      const { status } = await makeFeedServer(honestWork)(deps, request, secret, "microscope.ics");
      if (status !== 200) throw new Error(`the feed answered ${status}`);
    });
    const join = timed(() => encoder.encode(joinFeed(profile, vevents)));
    const render = timed(async () => encoder.encode(await renderStored(deps.sql)));
    const bare = timed(() => encoder.encode(renderBare()));
    const joined = await compare(15, get, join, 3);
    const rendered = await compare(5, get, render, 1);
    const barely = await compare(5, get, bare, 1);
    const ms = (value: number): string => `${value.toFixed(1)} ms`;
    const bytes = encoder.encode(joinFeed(profile, vevents)).length;
    return [
      {
        name: "cold GET : joining and encoding the strings",
        measured: joined.ratio,
        unit: "×",
        bound: { most: 3 },
        about: `${ms(joined.ours)} : ${ms(joined.theirs)}; ${events.length} events of ${Math.round(bytes / events.length)} bytes`,
      },
      {
        name: "render at each request : cold GET",
        measured: 1 / rendered.ratio,
        unit: "×",
        bound: { least: 20 },
        about: `${ms(rendered.theirs)} : ${ms(rendered.ours)}; ${(1 / barely.ratio).toFixed(1)} × (${ms(barely.theirs)}) where ical-generator alone renders what lies in memory`,
      },
    ];
  } finally {
    await opened.close();
  }
}

/** Renders the whole calendar as a service without stored text would: from the bookings in the database, cleaned and folded. */
async function renderStored(sql: Sql): Promise<string> {
  const bookings = await listChanged(sql, "s", 0, events.length);
  const context = {
    profile,
    homeport: "https://homeport.example.org/",
    offerings: new Map(),
    uidOf: (uuid: string, n: number) => `${uuid}-${n}`,
    decisionUrlOf: () => "",
    sideOf: () => "provider" as const,
    sample: false,
  };
  const made = bookings.flatMap((known) => bookingEvents(known, context)).toSorted((a, b) => a.start - b.start);
  if (made.length !== events.length) throw new Error(`${made.length} events were rendered`);
  return joinFeed(
    profile,
    made.map((event) => renderEvent(event, { sequence: 1, stamp: startAt })),
  );
}

/** Renders the whole calendar by ical-generator alone, neither cleaned nor folded. */
function renderBare(): string {
  const date = (at: number): Date => new Date(at * 1000);
  const calendar = new ICalCalendar({ name: profile.name });
  for (const event of events) {
    calendar.createEvent({
      id: event.uid,
      sequence: 1,
      stamp: date(startAt),
      lastModified: date(startAt),
      created: date(startAt - 86_400),
      start: date(event.start),
      end: date(event.end),
      summary: event.summary,
      description: event.description,
      location: event.location,
      categories: event.categories.map((name) => ({ name })),
      url: event.url,
      status: ICalEventStatus.CONFIRMED,
      transparency: ICalEventTransparency.OPAQUE,
      busystatus: ICalEventBusyStatus.BUSY,
    });
  }
  return calendar.toString();
}

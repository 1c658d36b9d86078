import { ICalCalendar, ICalEventBusyStatus, ICalEventStatus, ICalEventTransparency } from "ical-generator";
import { joinFeed } from "../../src/calendar/feed.ts";
import { openNode } from "../../src/node.ts";
import { listVevents } from "../../src/store/events.ts";
import { makeFeedServer } from "../../src/web/feed.ts";
import { honestWork, profile, secret, startAt } from "../web/served.ts";
import { events, path, placeFeed } from "./feed.ts";
import type { Figure } from "./figure.ts";
import { makeFolder } from "./folder.ts";
import { compare, timed } from "./pairs.ts";

/** GET of a feed that this process has not read yet: its rows, joined. */
export async function cold(): Promise<Figure[]> {
  await using folder = await makeFolder();
  const opened = await openNode({ DATA_DIR: folder.path }, { write: () => undefined });
  const { deps } = opened;
  try {
    await placeFeed(deps.sql);
    const encoder = new TextEncoder();
    const vevents = await listVevents(deps.sql, "feed");
    const get = timed(async () => {
      const request = new Request(`http://127.0.0.1${path}`);
      const { status } = await makeFeedServer(honestWork)(deps, request, secret, "microscope.ics");
      if (status !== 200) throw new Error(`the feed answered ${status}`);
    });
    const join = timed(() => encoder.encode(joinFeed(profile, vevents)));
    const render = timed(() => encoder.encode(renderAll()));
    const joined = await compare(15, get, join, 3);
    const rendered = await compare(5, get, render, 1);
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
        about: `${ms(rendered.theirs)} : ${ms(rendered.ours)}`,
      },
    ];
  } finally {
    await opened.close();
  }
}

/** The whole calendar as ical-generator writes it. */
function renderAll(): string {
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

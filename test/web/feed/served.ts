import { joinFeedBytes, endedCalendar, rendererVersion } from "../../../src/calendar/feed.ts";
import { renderEvent } from "../../../src/calendar/ical/vevent.ts";
import type { FeedProfile } from "../../../src/calendar/profile.ts";
import { defaultConfig } from "../../../src/config/config.ts";
import { hashSecret } from "../../../src/security/secret.ts";
import type { Sql } from "../../../src/store/sql/port.ts";
import { type FeedWork, makeFeedServer } from "../../../src/web/feed/serve.ts";
import type { FeedDeps } from "../../../src/web/feed/feed-deps.ts";
import { gzip } from "../../../src/web/feed/gzip.ts";
import { openStore } from "../../empty-store.ts";
import { eventRow, makeFeed, placeEvents, profile as filtered, startAnew } from "../../rows.ts";

export const secret = "abcdefghijklmnopqrstuvwxyzABCDEF";
export const startAt = Date.UTC(2027, 0, 4, 9) / 1000;

export const profile: FeedProfile = { ...filtered, filter: {} };

export const honestWork: FeedWork = {
  renderer: rendererVersion,
  hash: hashSecret,
  join: (feed, vevents) => joinFeedBytes(feed.profile, vevents),
  end: (feed, endedAt) => endedCalendar(feed.profile, endedAt),
  gzip,
};

/** A VEVENT of slot `n`. */
function vevent(n: number, summary = `Booking ${n}`): string {
  return renderEvent(
    {
      uid: `${"0".repeat(32)}-${n}`,
      n,
      start: startAt + n * 3600,
      end: startAt + n * 3600 + 1800,
      created: startAt - 86_400,
      summary,
      description: "What for",
      location: "",
      geo: null,
      categories: [],
      url: "",
      days: null,
      image: "",
      colour: "",
      status: "CONFIRMED",
      notice: false,
      alarmMinutes: null,
    },
    { sequence: 1, stamp: startAt },
  );
}

/** Makes the feed and its address, without events, in an empty database. */
export async function insertServed(sql: Sql): Promise<void> {
  await startAnew(sql);
  await makeFeed(sql, "feed", { profile }, startAt, await hashSecret(secret));
}

/** One feed of three events in a real database, served at `/f/<secret>/microscope.ics`. */
export async function makeServed(change: { work?: Partial<FeedWork>; deps?: (deps: FeedDeps) => FeedDeps } = {}) {
  const sql = await openStore();
  const clock = { ms: startAt * 1000 };
  await insertServed(sql);
  const write = async (rev: number, numbers: readonly number[], summary?: string): Promise<void> => {
    const placed = numbers.map((n) =>
      eventRow(`${"0".repeat(32)}-${n}`, {
        bookingUuid: "0".repeat(32),
        stampAt: startAt,
        startAt: startAt + n * 3600,
        endAt: startAt + n * 3600 + 1800,
        vevent: vevent(n, summary),
      }),
    );
    await placeEvents(sql, "feed", { rev, revisedAt: startAt + rev, state: "active" }, placed);
  };
  await write(1, [1, 2, 3]);
  const deferred: Promise<unknown>[] = [];
  const honest: FeedDeps = {
    sql,
    now: () => clock.ms,
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
    defer: (work) => void deferred.push(work),
    log: { warn: () => undefined },
    config: { ...defaultConfig, publicUrl: "https://calendar.example" },
  };
  const deps = change.deps?.(honest) ?? honest;
  const serve = makeFeedServer({ ...honestWork, ...change.work });
  const ask = async (headers: Record<string, string> = {}, method = "GET", of = secret): Promise<Response> =>
    serve(
      deps,
      new Request(`https://calendar.example/f/${of}/microscope.ics`, { method, headers }),
      of,
      "microscope.ics",
    );
  return { sql, clock, deps, serve, ask, write, settle: async () => Promise.all(deferred.splice(0)) };
}

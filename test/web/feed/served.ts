import { joinFeedBytes, endedCalendar, rendererVersion } from "../../../src/calendar/feed.ts";
import { renderEvent } from "../../../src/calendar/ical.ts";
import type { FeedProfile } from "../../../src/calendar/profile.ts";
import { defaultConfig } from "../../../src/config.ts";
import { hashSecret } from "../../../src/security/secret.ts";
import { changeFeed, insertFeed } from "../../../src/store/feeds.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { readMigrations } from "../../../src/store/migrations-node.ts";
import { openSqlite } from "../../../src/store/sqlite.ts";
import { type Sql, statement } from "../../../src/store/sql.ts";
import { writeEvents } from "../../../src/store/events.ts";
import { type FeedDeps, type FeedWork, makeFeedServer } from "../../../src/web/feed/serve.ts";
import { gzip } from "../../../src/web/feed/gzip.ts";

export const secret = "abcdefghijklmnopqrstuvwxyzABCDEF";
export const startAt = Date.UTC(2027, 0, 4, 9) / 1000;

export const profile: FeedProfile = {
  name: "Microscope",
  detail: "full",
  language: "en",
  zone: null,
  alarmMinutes: null,
  colour: null,
  cancelled: "keep",
  decisions: "sign-in",
  pastDays: 30,
  futureDays: 365,
  filter: {},
};

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
      status: "CONFIRMED",
      notice: false,
      alarmMinutes: null,
    },
    { sequence: 1, stamp: startAt },
  );
}

/** Makes the feed and its address, without events, in an empty database. */
export async function insertServed(sql: Sql): Promise<void> {
  const feed = {
    id: "feed",
    sourceId: "source",
    slug: "microscope",
    profile,
    salt: "",
    secret: "",
    epoch: "e1",
    links: "",
    expiresAt: null,
  };
  await sql.batch([
    statement("INSERT INTO accounts (id, created_at) VALUES ('environment', 1)"),
    statement(
      `INSERT INTO sources (id, account_id, kind, scope_uuid, customer_uuid, name, created_at, due_at)
       VALUES ('source', 'environment', 'mine', '', '', 'Mine', 1, 1)`,
    ),
    ...insertFeed(feed, await hashSecret(secret), startAt),
  ]);
}

/** One feed of three events in a real database, served at `/f/<secret>/microscope.ics`. */
export async function makeServed(change: { work?: Partial<FeedWork>; deps?: (deps: FeedDeps) => FeedDeps } = {}) {
  const sql = openSqlite(":memory:");
  await migrate(sql, await readMigrations("migrations"), startAt);
  const clock = { ms: startAt * 1000 };
  await insertServed(sql);
  const write = async (rev: number, numbers: readonly number[], summary?: string): Promise<void> => {
    const rows = numbers.map((n) => ({
      feedId: "feed",
      rev,
      uid: `${"0".repeat(32)}-${n}`,
      bookingUuid: "0".repeat(32),
      sequence: 1,
      stampAt: startAt,
      startAt: startAt + n * 3600,
      endAt: startAt + n * 3600 + 1800,
      cancelledAt: null,
      vevent: vevent(n, summary),
    }));
    const moved = changeFeed("feed", { rev, revisedAt: startAt + rev, state: "active" });
    await sql.batch([...(moved === null ? [] : [moved]), writeEvents("", JSON.stringify(rows))]);
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

import { expect } from "vitest";
import { makeApp } from "../../src/app.ts";
import type { FeedProfile } from "../../src/calendar/profile.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { type Caldav, makeCaldav } from "../dav-server/server.ts";
import { makeWorld, type World, type WorldOptions } from "../world.ts";

/** A service with one loaded feed, and a CalDAV server outside. */
export interface Loaded {
  readonly world: World;
  readonly caldav: Caldav;
  readonly feedId: string;
  readonly api: (method: string, path: string, body?: unknown) => Promise<{ status: number; json: Json }>;
}

/** The same, with a target between them. */
export interface Connected extends Loaded {
  readonly id: string;
}

// What the API answers is JSON of many shapes; the tests name what they look at.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** The user that the server knows, as the API takes it. */
export const serverUser = { username: "alice", password: "s3cret" };

/** Starts a service with one loaded feed, and a CalDAV server with these quirks. */
export async function loadFeed(
  quirks: Partial<Quirks> = {},
  profile: Partial<FeedProfile> = {},
  options: WorldOptions = {},
): Promise<Loaded> {
  const clock = { now: (): number => 0 };
  const caldav = makeCaldav({ quirks, origin: "https://caldav.example.org", now: () => clock.now() });
  const world = await makeWorld({ bookings: 30, outside: caldav.fetch, config: { signedDecisions: true }, ...options });
  clock.now = () => world.deps.now();
  const feed = await world.addFeed(profile);
  await world.tick();
  const app = makeApp({ local: true });
  const api: Loaded["api"] = async (method, path, body) => {
    const request = new Request(`http://localhost/api/v1${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const response = await app.fetch(request, world.deps);
    const json = await response.json();
    await world.settle();
    return { status: response.status, json };
  };
  return { world, caldav, feedId: feed.id, api };
}

/** Starts the same and adds a target over the API; `asked` overrides what the request says. */
export async function connectFeed(
  quirks: Partial<Quirks> = {},
  asked: object = {},
  profile: Partial<FeedProfile> = {},
  options: WorldOptions = {},
): Promise<Connected> {
  const loaded = await loadFeed(quirks, profile, options);
  const body = { feed: loaded.feedId, url: loaded.caldav.calendarUrl(), ...serverUser, ...asked };
  const made = await loaded.api("POST", "/targets", body);
  expect({ status: made.status, json: made.json }).toMatchObject({ status: 201 });
  return { ...loaded, id: made.json.id };
}

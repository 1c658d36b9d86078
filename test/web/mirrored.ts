import { makeCaldav } from "../dav-server/server.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { makeWorld, type WorldOptions } from "../world.ts";
import { type Visitor, visitor } from "./visitor.ts";

export const login = { username: "alice", password: "s3cret" };

/** A person with one loaded calendar, and a CalDAV server outside. */
export async function beginMirror(quirks: Partial<Quirks> = {}, options: WorldOptions = {}) {
  const caldav = makeCaldav({ quirks, origin: "https://caldav.example.org" });
  const world = await makeWorld({ bookings: 30, outside: caldav.fetch, ...options });
  const owner = visitor(world);
  const api = await owner.signIn(world.sample.tokens.providerOwner);
  if (api.status !== 303) throw new Error("could not sign in");
  const feed = await addOwnFeed(owner, world.sample.providerUuid);
  await world.settle();
  return { world, caldav, owner, feedId: feed, steps: `/feeds/${feed}/targets/new` };
}

export type Begun = Awaited<ReturnType<typeof beginMirror>>;

async function addOwnFeed(owner: Visitor, uuid: string): Promise<string> {
  const form = `/feeds/new?kind=provider&uuid=${uuid}`;
  const fields = {
    name: "Microscopes",
    detail: "full",
    language: "en",
    zone: "",
    past: "30",
    future: "365",
    alarm: "",
    colour: "",
    cancelled: "keep",
    mark: "word",
    decisions: "sign-in",
    expires: "",
  };
  const made = await owner.send("/feeds/new", { ...fields, kind: "provider", uuid, do: "save" }, form);
  return /^\/feeds\/([0-9a-f]+)/.exec(made.headers.get("Location") ?? "")?.[1] ?? "";
}

/** The first two steps. */
export async function signInThere({ owner, steps }: Begun, text = "https://caldav.example.org/"): Promise<void> {
  await owner.send(steps, { preset: "", text });
  await owner.send(`${steps}/sign-in`, login);
}

/** All steps: the path of the target, which is not on yet. */
export async function connectThere(begun: Begun, fields: Record<string, string> = {}): Promise<string> {
  await signInThere(begun);
  const { owner, steps, caldav } = begun;
  const choice = { calendar: caldav.calendarUrl(), edits: "mirror", cancelled: "keep", ...fields };
  const made = await owner.send(`${steps}/calendar`, choice);
  return made.headers.get("Location")?.split("?")[0] ?? "";
}

/** Sentences of faults by the field they stand beside. */
export function faultsOf(page: string): Record<string, string> {
  const found = page.matchAll(/<p class="fault" id="([a-z]+)-fault">(.*?)<\/p>/g);
  return Object.fromEntries([...found].map(([, name = "", text = ""]) => [name, text.replaceAll(/<[^>]*>/g, "")]));
}

import { findOwnCalendar, listOwnCalendars, type OwnCalendar } from "../../feed/calendars.ts";
import { findObjects, nameEnding, type ObjectContent } from "../../store/objects.ts";
import { settleOverdue } from "../../store/refused-writes.ts";
import { hrefOf } from "./address.ts";
import type { PersonCalendar, Scene } from "./scene.ts";
import { makeEdition } from "../../feed/sync-token.ts";

/** Returns a calendar of the person by its feed's id; null for one that they have not. */
export async function findPersonCalendar(scene: Scene, feedId: string): Promise<PersonCalendar | null> {
  const found = await findOwnCalendar(scene.deps, scene.viewer, feedId);
  return found === null ? null : settle(scene, found);
}

/** Returns the calendars of the person, oldest first. */
export async function listPersonCalendars(scene: Scene): Promise<PersonCalendar[]> {
  const found = await listOwnCalendars(scene.deps, scene.viewer);
  return Promise.all(found.map(async (calendar) => settle(scene, calendar)));
}

/** Takes sentences whose time is over out of a calendar, by which its token changes. */
async function settle(scene: Scene, calendar: OwnCalendar): Promise<PersonCalendar> {
  if (calendar.overdue === 0) return withEdition(scene, calendar);
  const { deps, viewer } = scene;
  const touchedAt = await settleOverdue(deps.sql, calendar.feed.id, viewer.account.id, Math.floor(deps.now()));
  return withEdition(scene, { ...calendar, touchedAt, overdue: 0 });
}

async function withEdition(scene: Scene, calendar: OwnCalendar): Promise<PersonCalendar> {
  const href = hrefOf({ kind: "calendar", user: scene.user, feedId: calendar.feed.id });
  return { ...calendar, href, edition: await makeEdition(scene.deps, scene.viewer, calendar) };
}

/** Returns the UID of an object by its name; null for a name that none of ours can have. */
export function uidOfName(name: string): string | null {
  return /^[A-Za-z0-9.-]{1,128}\.ics$/.test(name) ? name.slice(0, -nameEnding.length) : null;
}

/** Returns an object of a calendar with what it is made of, by its name; null where there is none. */
export async function findContent(scene: Scene, { feed }: PersonCalendar, name: string): Promise<ObjectContent | null> {
  const uid = uidOfName(name);
  if (uid === null) return null;
  const found = await findObjects(scene.deps.sql, feed.id, scene.viewer.account.id, [uid]);
  return found.get(uid) ?? null;
}

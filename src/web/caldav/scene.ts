import type { Viewer } from "../../account/access.ts";
import type { CalendarUser } from "../../account/calendar-sign-in.ts";
import { calendarUserAddress, organizerAddress } from "../../account/calendar-user.ts";
import type { Deps } from "../../deps.ts";
import type { EditedCalendar } from "../../feed/sync-token.ts";
import { nameEnding, type ObjectRow } from "../../store/objects.ts";
import { ownVapidKey, type VapidKey } from "../../push/vapid.ts";
import { type Address, hrefOf } from "./address.ts";

/** The person who asks, with what all answers to them need. */
export interface Scene {
  readonly deps: Deps;
  readonly viewer: Viewer;
  /** Of the app password with which their program signs in. */
  readonly passwordId: string;
  /** The program that asks, as `clientName` has it. */
  readonly client: string;
  /** The key that signs messages to push services; null where WebDAV-Push is off. */
  readonly vapidKey: VapidKey | null;
  /** The id under which the person's principal and home stand. */
  readonly user: string;
  /** The person's mail address in events (RFC 6638 2.4.1), in lower case. */
  readonly attendee: string;
  /** The mail address that events name as their organizer. */
  readonly organizer: string;
}

/** A calendar of the person who asks. */
export interface PersonCalendar extends EditedCalendar {
  /** Its address, escaped. */
  readonly href: string;
}

/** A resource that the person may see. */
export type Resource =
  | { readonly kind: Exclude<Address["kind"], "calendar" | "object" | "subscription"> }
  | { readonly kind: "calendar"; readonly calendar: PersonCalendar }
  | { readonly kind: "object"; readonly calendar: PersonCalendar; readonly object: ObjectRow };

/** Makes the scene of a request. */
export async function makeScene(deps: Deps, { viewer, passwordId }: CalendarUser, client: string): Promise<Scene> {
  const { account } = viewer;
  return {
    deps,
    viewer,
    passwordId,
    client,
    vapidKey: await ownVapidKey(deps),
    user: account.id,
    attendee: calendarUserAddress(deps, account),
    organizer: organizerAddress(deps),
  };
}

/** Returns the address of a resource, escaped. */
export function hrefOfResource({ user }: Scene, resource: Resource): string {
  switch (resource.kind) {
    case "calendar":
      return resource.calendar.href;
    case "object":
      // UIDs have letters, digits, points and hyphens.
      return resource.calendar.href + resource.object.uid + nameEnding;
    default:
      return hrefOf({ kind: resource.kind, user });
  }
}

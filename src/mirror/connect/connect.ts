import { makeCalendar, removeEmptyCalendar, type FoundCalendar } from "../../caldav/calendars.ts";
import { makeCalendarPort } from "../../caldav/client.ts";
import { discover } from "../../caldav/discover.ts";
import { googleHost } from "../../caldav/auth/google.ts";
import type { CalendarPort } from "../../caldav/port.ts";
import { type Preset, choosePreset, findPreset, presets, discoveryStart } from "../../caldav/presets.ts";
import { type LoginCredentials, makeSigner, type Trust } from "../../caldav/auth/signer.ts";
import type { Connection } from "../../caldav/wire.ts";
import type { Deps } from "../../deps.ts";
import { AppError } from "../../errors.ts";
import { open, seal, unlessSealed } from "../../security/seal.ts";
import { replaceSealed } from "../../store/accounts/sealed.ts";
import type { TargetRow } from "../../store/targets.ts";
import { creationError, failureError, connectError } from "./error.ts";
import { type GoogleCredentials, googleSigner } from "./google.ts";
import { guardedFetch } from "./guarded.ts";
import { limitGuesses } from "./guesses.ts";
import { meterRequests } from "../request-meter.ts";

/** A user name with a password, a token, or the consent given at Google. */
export type Credentials = LoginCredentials | GoogleCredentials;

/** Returns the user name in credentials; "" for a token, or without any. */
export function credentialsUsername(credentials: Credentials | null): string {
  return credentials === null || credentials.kind === "bearer" ? "" : credentials.username;
}

/** The credentials for a calendar and the addresses that may receive them, sealed with a target. */
export interface Access {
  /** Null after the feed changed hands, until its new owner gives others. */
  readonly credentials: Credentials | null;
  readonly trust: Trust;
}

/** The place of a calendar as a person gives it. */
export interface CalendarAddress {
  /** An address, a host or a mail address; "" when the preset has it. */
  readonly text: string;
  /** Id of a preset; null: found by the address. */
  readonly preset: string | null;
  readonly credentials: Credentials;
}

/** The calendars found at an address, and the collections that can take new ones. */
export interface CalendarHome {
  readonly access: Access;
  readonly preset: Preset | null;
  readonly homes: readonly string[];
  readonly calendars: readonly FoundCalendar[];
  /** Address of the calendar that was given itself; null: the address leads to an account. */
  readonly itself: string | null;
}

/**
 * Finds the calendars behind an address that somebody gave, who is signed in with that account. Throws `bad_input` when there
 * is no CalDAV or no address, `caldav_failed` with the server's words, and `too_many` after too many wrong credentials.
 */
export async function findCalendarHome(deps: Deps, accountId: string, place: CalendarAddress): Promise<CalendarHome> {
  return limitGuesses(deps, accountId, async () => findHome(deps, place));
}

async function findHome(deps: Deps, { text, preset: asked, credentials }: CalendarAddress): Promise<CalendarHome> {
  const username = credentialsUsername(credentials);
  const preset = asked === null ? findPreset(text === "" ? username : text) : choosePreset(text, needPreset(asked));
  if (preset?.start === null) throw connectError("no-caldav", preset.hint);
  if (preset?.auth === "oauth" && credentials.kind === "password") throw connectError("oauth", preset.hint);
  const start = discoveryStart({ text, username }, preset);
  if (start === null) {
    throw connectError(
      "no-address",
      "give the address of the CalDAV server or of the calendar, such as https://dav.example.org/",
    );
  }
  // Tokens of Google are for Google alone, whatever the address.
  const origin = credentials.kind === "google" ? `https://${googleHost}` : new URL(start).origin;
  const access = { credentials, trust: { origins: [origin], domain: preset?.domain ?? null } };
  // A server may name as many homes as it likes.
  const found = await discover(start, connect(meterRequests(deps), access));
  if ("failure" in found) throw failureError(found.failure, preset);
  if ("confirm" in found) {
    throw connectError(
      "elsewhere",
      `${new URL(start).origin} leads to ${found.confirm}, which was sent no password: give that address if you trust it`,
      found.confirm,
    );
  }
  return { access, preset, ...found.found };
}

function needPreset(id: string): Preset {
  const found = presets.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new AppError("bad_input", `there is no preset ${id}; there are ${presets.map((one) => one.id).join(", ")}`);
}

/** Makes a calendar with that name in a home. Throws `caldav_failed`, and `bad_input` when programs cannot make any. */
export async function createCalendar(deps: Deps, place: CalendarHome, name: string): Promise<FoundCalendar> {
  const [home] = place.homes;
  if (place.preset?.makesCalendars === false) {
    throw connectError("makes-none", `${place.preset.name} does not let programs make calendars: ${place.preset.hint}`);
  }
  if (home === undefined) throw connectError("makes-none", "the server does not say where calendars can be made");
  const made = await makeCalendar(home, { name, colour: null }, connect(deps, place.access), deps.random);
  if ("failure" in made) throw creationError(made.failure, place.preset);
  return made.value;
}

/** Takes away a calendar that was just made and could not be used. What is in it stays, and so does the calendar then. */
export async function dropCalendar(deps: Deps, place: CalendarHome, url: string): Promise<void> {
  const gone = await removeEmptyCalendar(url, connect(deps, place.access));
  if (!gone) deps.log.warn("calendar_left", { host: new URL(url).host });
}

/** Makes a connection with these credentials. `keep` stores renewed tokens. Throws `conflict` without credentials. */
export function connect(
  deps: Deps,
  { credentials, trust }: Access,
  keep: (renewed: Access) => Promise<void> = async () => undefined,
): Connection {
  if (credentials === null) throw new AppError("conflict", "there are no credentials for this calendar; give your own");
  const signer =
    credentials.kind === "google"
      ? googleSigner(deps, credentials, trust, async (tokens) =>
          keep({ credentials: { ...credentials, tokens }, trust }),
        )
      : makeSigner(credentials, trust, deps.random);
  return { guarded: guardedFetch(deps), signer, now: deps.now };
}

/** Makes a connection to the server of a target. Keeps renewed tokens unless others were given meanwhile. Throws `seal_broken`. */
export async function connectTarget(deps: Deps, target: Pick<TargetRow, "id" | "credentials">): Promise<Connection> {
  let sealed = target.credentials;
  return connect(deps, await openAccess(deps, target), async (renewed) => {
    const next = await sealAccess(deps, target.id, renewed);
    await deps.sql.batch([replaceSealed(accessPlace(target.id), sealed, next)]);
    sealed = next;
  });
}

/** Makes the port to the calendar of a target. Throws `seal_broken`. */
export async function openCalendar(
  deps: Deps,
  target: Pick<TargetRow, "id" | "calendarUrl" | "credentials">,
): Promise<CalendarPort> {
  return makeCalendarPort(target.calendarUrl, await connectTarget(deps, target));
}

/** Opens the sealed credentials of a target. Throws `seal_broken`. */
export async function openAccess(deps: Deps, target: Pick<TargetRow, "id" | "credentials">): Promise<Access> {
  const access: Access = JSON.parse(await open(deps.keys, accessPlace(target.id), target.credentials));
  return access;
}

/** Opens the sealed credentials of a target; null when no key opens them. */
export async function tryOpenAccess(deps: Deps, target: Pick<TargetRow, "id" | "credentials">): Promise<Access | null> {
  return unlessSealed(openAccess(deps, target));
}

/** Returns the access to the calendar of a target; one without credentials, for its own server, when no key opens what it had. */
export async function accessOrNone(
  deps: Deps,
  target: Pick<TargetRow, "id" | "credentials" | "calendarUrl">,
): Promise<Access> {
  const trust = { origins: [new URL(target.calendarUrl).origin], domain: null };
  return (await tryOpenAccess(deps, target)) ?? { credentials: null, trust };
}

/** Seals the credentials of a target. */
export async function sealAccess(deps: Deps, targetId: string, access: Access): Promise<string> {
  return seal(deps.keys, accessPlace(targetId), JSON.stringify(access), deps.random);
}

function accessPlace(targetId: string) {
  return { table: "targets", row: targetId, column: "credentials" } as const;
}

import { makeCalendar, type FoundCalendar } from "../caldav/calendars.ts";
import { makeCalendarPort } from "../caldav/client.ts";
import { discover } from "../caldav/discover.ts";
import { googleHost } from "../caldav/auth/google.ts";
import type { CalendarPort } from "../caldav/port.ts";
import { type Preset, findPreset, presets, discoveryStart } from "../caldav/presets.ts";
import { type LoginCredentials as ShownCredentials, makeSigner, type Trust } from "../caldav/auth/signer.ts";
import type { Connection } from "../caldav/wire.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { open, seal } from "../security/seal.ts";
import { replaceSealed } from "../store/sealed.ts";
import type { TargetRow } from "../store/targets.ts";
import { failureError, connectError } from "./connect-error.ts";
import { type GoogleCredentials, googleSigner } from "./google.ts";
import { guardedFetch } from "./guarded.ts";
import { meterRequests } from "./request-meter.ts";

/** What a person gives to be let in: a user with a password, a token, or consent at Google. */
export type Credentials = ShownCredentials | GoogleCredentials;

/** Who the credentials say it is; "" where a token does not tell, or there are none. */
export function credentialsUsername(credentials: Credentials | null): string {
  return credentials === null || credentials.kind === "bearer" ? "" : credentials.username;
}

/** How to get into a calendar: what is sealed with a target. */
export interface Access {
  /** Null: those of whoever had the feed before were thrown away, and no others are given yet. */
  readonly credentials: Credentials | null;
  readonly trust: Trust;
}

/** What a person says of where their calendar is. */
export interface CalendarAddress {
  /** An address, a host or a mail address; "" where the preset knows it. */
  readonly text: string;
  /** Id of a preset; null: found by the address. */
  readonly preset: string | null;
  readonly credentials: Credentials;
}

/** What is there. */
export interface CalendarHome {
  readonly access: Access;
  readonly preset: Preset | null;
  readonly homes: readonly string[];
  readonly calendars: readonly FoundCalendar[];
}

/**
 * The calendars behind what a person gave. Throws `bad_input` where there is no CalDAV or the address is none, and
 * `caldav_failed` with what the server said.
 */
export async function findCalendarHome(
  deps: Deps,
  { text, preset: asked, credentials }: CalendarAddress,
): Promise<CalendarHome> {
  const username = credentialsUsername(credentials);
  const preset = asked === null ? findPreset(text === "" ? username : text) : needPreset(asked);
  if (preset?.start === null) throw connectError("no-caldav", preset.hint);
  if (preset?.auth === "oauth" && credentials.kind === "password") throw connectError("oauth", preset.hint);
  const start = discoveryStart({ text, username }, preset);
  if (start === null) {
    throw connectError(
      "no-address",
      "give the address of the CalDAV server or of the calendar, such as https://dav.example.org/",
    );
  }
  // What Google gave us is for Google, whatever the address says.
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

/** Makes a calendar of that name at a place. Throws `caldav_failed`, `bad_input` where calendars are made elsewhere. */
export async function createCalendar(deps: Deps, place: CalendarHome, name: string): Promise<FoundCalendar> {
  const [home] = place.homes;
  if (place.preset?.makesCalendars === false) {
    throw connectError("makes-none", `${place.preset.name} lets no program make calendars: ${place.preset.hint}`);
  }
  if (home === undefined) throw connectError("makes-none", "the server does not say where calendars can be made");
  const made = await makeCalendar(home, { name, colour: null }, connect(deps, place.access), deps.random);
  if ("failure" in made) throw failureError(made.failure, place.preset);
  return made.value;
}

/** What leads to a server with these credentials. `keep` stores tokens that were renewed on the way. Throws `conflict` without any. */
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

/** What leads to the server of a target. Renewed tokens are kept, unless others were given meanwhile. Throws `seal_broken`. */
export async function connectTarget(deps: Deps, target: Pick<TargetRow, "id" | "credentials">): Promise<Connection> {
  let sealed = target.credentials;
  return connect(deps, await openAccess(deps, target), async (renewed) => {
    const next = await sealAccess(deps, target.id, renewed);
    await deps.sql.batch([replaceSealed(accessPlace(target.id), sealed, next)]);
    sealed = next;
  });
}

/** The calendar of a target, ready to be asked. Throws `seal_broken`. */
export async function openCalendar(
  deps: Deps,
  target: Pick<TargetRow, "id" | "calendarUrl" | "credentials">,
): Promise<CalendarPort> {
  return makeCalendarPort(target.calendarUrl, await connectTarget(deps, target));
}

/** What was sealed with a target. Throws `seal_broken`. */
export async function openAccess(deps: Deps, target: Pick<TargetRow, "id" | "credentials">): Promise<Access> {
  const access: Access = JSON.parse(await open(deps.keys, accessPlace(target.id), target.credentials));
  return access;
}

/** The same; null when no key opens it. */
export async function tryOpenAccess(deps: Deps, target: Pick<TargetRow, "id" | "credentials">): Promise<Access | null> {
  try {
    return await openAccess(deps, target);
  } catch (error) {
    if (error instanceof AppError && error.code === "seal_broken") return null;
    throw error;
  }
}

/** The text that a target keeps of how to get in. */
export async function sealAccess(deps: Deps, targetId: string, access: Access): Promise<string> {
  return seal(deps.keys, accessPlace(targetId), JSON.stringify(access), deps.random);
}

function accessPlace(targetId: string) {
  return { table: "targets", row: targetId, column: "credentials" } as const;
}

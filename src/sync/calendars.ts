import { makeCalendar, type FoundCalendar } from "../caldav/calendars.ts";
import { makeCalendarPort } from "../caldav/client.ts";
import { discover } from "../caldav/discover.ts";
import type { CalendarPort, Failure } from "../caldav/port.ts";
import { type Preset, presetOf, presets, startOf } from "../caldav/presets.ts";
import { type Credentials, makeSigner, type Trust } from "../caldav/signer.ts";
import type { Line } from "../caldav/wire.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { makeGuarded } from "../security/guard.ts";
import { rulesOf } from "../security/outside.ts";
import { open, seal } from "../security/seal.ts";
import type { TargetRow } from "../store/targets.ts";

export type { Credentials };

/** How to get into a calendar: what is sealed with a target. */
export interface Access {
  readonly credentials: Credentials;
  readonly trust: Trust;
}

/** What a person says of where their calendar is. */
export interface Address {
  /** An address, a host or a mail address; "" where the preset knows it. */
  readonly text: string;
  /** Id of a preset; null: found by the address. */
  readonly preset: string | null;
  readonly credentials: Credentials;
}

/** What is there. */
export interface Place {
  readonly access: Access;
  readonly preset: Preset | null;
  readonly homes: readonly string[];
  readonly calendars: readonly FoundCalendar[];
}

/**
 * The calendars behind what a person gave. Throws `bad_input` where there is no CalDAV or the address is none, and
 * `caldav_failed` with what the server said.
 */
export async function findPlace(deps: Deps, { text, preset: asked, credentials }: Address): Promise<Place> {
  const username = credentials.kind === "password" ? credentials.username : "";
  const preset = asked === null ? presetOf(text === "" ? username : text) : needPreset(asked);
  if (preset?.start === null) throw new AppError("bad_input", preset.hint);
  if (preset?.auth === "oauth" && credentials.kind === "password") throw new AppError("bad_input", preset.hint);
  const start = startOf({ text, username }, preset);
  if (start === null) {
    throw new AppError(
      "bad_input",
      "give the address of the CalDAV server or of the calendar, such as https://dav.example.org/",
    );
  }
  const access = { credentials, trust: { origins: [new URL(start).origin], domain: preset?.domain ?? null } };
  const found = await discover(start, lineOf(deps, access));
  if ("failure" in found) throw failedAs(found.failure, preset);
  if ("confirm" in found) {
    throw new AppError(
      "bad_input",
      `${new URL(start).origin} leads to ${found.confirm}, which was sent no password: give that address if you trust it`,
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
export async function addCalendar(deps: Deps, place: Place, name: string): Promise<FoundCalendar> {
  const [home] = place.homes;
  if (place.preset?.makesCalendars === false) {
    throw new AppError("bad_input", `${place.preset.name} lets no program make calendars: ${place.preset.hint}`);
  }
  if (home === undefined) throw new AppError("bad_input", "the server does not say where calendars can be made");
  const made = await makeCalendar(home, { name, colour: null }, lineOf(deps, place.access), deps.random);
  if ("failure" in made) throw failedAs(made.failure, place.preset);
  return made.value;
}

/** What leads to a server with these credentials. */
export function lineOf(deps: Deps, { credentials, trust }: Access): Line {
  const guarded = makeGuarded({ outside: deps.outside, deadline: deps.deadline, rules: rulesOf(deps.config) });
  return { guarded, signer: makeSigner(credentials, trust, deps.random), now: deps.now };
}

/** The calendar of a target, ready to be asked. Throws `seal_broken`. */
export async function openCalendar(
  deps: Deps,
  target: Pick<TargetRow, "id" | "calendarUrl" | "credentials">,
): Promise<CalendarPort> {
  return makeCalendarPort(target.calendarUrl, lineOf(deps, await openAccess(deps, target)));
}

/** What was sealed with a target. Throws `seal_broken`. */
export async function openAccess(deps: Deps, target: Pick<TargetRow, "id" | "credentials">): Promise<Access> {
  const access: Access = JSON.parse(await open(deps.keys, accessPlace(target.id), target.credentials));
  return access;
}

/** The text that a target keeps of how to get in. */
export async function sealAccess(deps: Deps, targetId: string, access: Access): Promise<string> {
  return seal(deps.keys, accessPlace(targetId), JSON.stringify(access), deps.random);
}

function accessPlace(targetId: string) {
  return { table: "targets", row: targetId, column: "credentials" };
}

/** What a server's refusal is to the person who asked. */
export function failedAs(failure: Failure, preset: Preset | null): AppError {
  const said = [failure.status === null ? "" : String(failure.status), failure.text]
    .filter((part) => part !== "")
    .join(": ");
  const hint = preset === null ? "" : ` ${preset.hint}`;
  switch (failure.kind) {
    case "unauthorized":
      return new AppError("bad_input", `the server does not take this user name and password.${hint}`);
    case "blocked":
      return new AppError("bad_input", `this address is not asked: ${failure.text}`);
    case "missing":
      return new AppError("bad_input", `there is no calendar at this address (${said}).${hint}`);
    case "read-only":
      return new AppError("bad_input", `this calendar cannot be written to (${said})`);
    default:
      return new AppError("caldav_failed", `the calendar's server did not do it (${said || failure.kind})`);
  }
}

import { livePeriods } from "../../decision/beside.ts";
import { joinPeriods } from "../../calendar/period.ts";
import { awaitsOrder, bookingStatus, eventStatus, isDecidable } from "../../calendar/status.ts";
import type { Config } from "../../config/config.ts";
import { senderMailbox } from "../../config/sender.ts";
import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { domainOf } from "../../lib/mail-address.ts";
import { listBeside } from "../../store/bookings/beside.ts";
import { findLocated, type LocatedRow } from "../../store/bookings/bookings.ts";
import { listToldTo } from "../../store/mail/invitations.ts";
import { type KnownMailbox, listResourceMailboxes } from "../../store/mail/resource-mailboxes.ts";
import type { ReadSource } from "../../store/sources/readers.ts";
import { readOfferings } from "../../store/sources/sources.ts";
import { actsForProvider } from "../../waldur/roles.ts";
import { canInvite, canWrite } from "../invitation/invitees.ts";
import { listPeople, type Person } from "../people.ts";
import { type OfferedBooking, planResource, type ResourcePlan, type ResourceState } from "./plan-resource.ts";

/** Bookings of an offering that its mailbox may have to know, the soonest first. */
const mostBookings = 500;
const forEver = Number.MAX_SAFE_INTEGER;

/** The mailbox of a room or equipment, with whoever set it. */
export interface Resource {
  readonly mailbox: KnownMailbox;
  /** In whose place it answers; null: nobody's any more. */
  readonly person: Person | null;
  /** `asks`: it is asked; `rests`: for now nothing goes there; `leaves`: what it has is only put right or taken back. */
  readonly stance: "asks" | "rests" | "leaves";
}

/** Returns the domains whose mailboxes may be asked in place of people: those of MAIL_RESOURCE_DOMAINS, else that of MAIL_FROM. */
export function resourceDomains(config: Config): readonly string[] {
  const own = senderMailbox(config);
  return config.mailResourceDomains ?? (own === null ? [] : [domainOf(own.address)]);
}

/** Returns the mailboxes that are asked, and those that were. */
export async function listResources(deps: Deps): Promise<Resource[]> {
  const mailboxes = await listResourceMailboxes(deps.sql);
  const people = mailboxes.length === 0 ? [] : await listPeople(deps);
  return mailboxes.map((mailbox) => resourceOf(deps, people, mailbox));
}

/** Returns a mailbox with whoever set it. */
export function resourceOf(deps: Deps, people: readonly Person[], mailbox: KnownMailbox): Resource {
  const person = people.find(({ userUuid }) => userUuid === mailbox.userUuid) ?? null;
  const { address, endedAt, paused } = mailbox;
  const asks =
    endedAt === null && person !== null && canInvite(deps) && resourceDomains(deps.config).includes(domainOf(address));
  // While Waldur does not take the token nobody knows of the role: what it was told stays.
  const rests = paused || !canWrite(deps) || (asks && person.account.refusedAt !== null);
  return { mailbox, person, stance: rests ? "rests" : asks ? "asks" : "leaves" };
}

/** A mailbox with all that it was told and should hold, and the bookings as they are stored. */
export interface ResourceReading extends Resource {
  readonly located: ReadonlyMap<string, LocatedRow>;
  readonly state: ResourceState;
  readonly plan: ResourcePlan;
}

/** Reads what a mailbox was told and should hold, from all lists of its offering. */
export async function readResource(
  deps: Deps,
  resource: Resource,
  sources: readonly ReadSource[],
): Promise<ResourceReading> {
  const { mailbox, person, stance } = resource;
  const { offeringUuid } = mailbox;
  const nowAt = epochSeconds(deps);
  const asks = stance === "asks";
  const told = await listToldTo(deps.sql, mailbox.id, nowAt);
  const sourceIds = sources.filter((one) => readOfferings(one.offerings).has(offeringUuid)).map(({ id }) => id);
  const questions = sourceIds.map((sourceId) => ({ uuid: "", sourceId, offeringUuid, fromAt: nowAt, toAt: forEver }));
  const offered = asks ? (await listBeside(deps.sql, questions, mostBookings)).get("") : [];
  const uuids = [
    ...new Set([
      ...(offered ?? []).map(({ uuid }) => uuid),
      ...told.flatMap((row) => (row.open ? [row.bookingUuid] : [])),
    ]),
  ];
  const located = uuids.length === 0 ? new Map<string, LocatedRow>() : await findLocated(deps.sql, sourceIds, uuids);
  const bookings = [...located.values()]
    .filter(({ unseen }) => unseen !== true)
    .map((found) => offeredBooking(person, found, nowAt));
  const state = { bookings, told, asks, keyIds: deps.keys.ids, nowAt };
  return { ...resource, located, state, plan: planResource(state) };
}

function offeredBooking(person: Person | null, found: LocatedRow, nowAt: number): OfferedBooking {
  const { uuid, createdMicros } = found.booking;
  const periods = joinPeriods(livePeriods(found.slots)).filter(({ end }) => end > nowAt);
  const acts = person !== null && actsForProvider(person.account, found.booking);
  const status = bookingStatus(found);
  const open = acts && isDecidable(status) && periods.length > 0;
  const state =
    eventStatus[status] === "CONFIRMED" ? "standing" : !open ? "none" : awaitsOrder(found, nowAt) ? "soon" : "open";
  return { uuid, createdMicros, periods, state, acts };
}

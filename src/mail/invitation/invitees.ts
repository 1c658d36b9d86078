import type { Config } from "../../config/config.ts";
import { senderMailbox } from "../../config/sender.ts";
import type { Deps } from "../../deps.ts";
import { domainOf } from "../../lib/mail-address.ts";
import { listOpenAttendees } from "../../store/mail/invitations.ts";
import { type KnownMailbox, listResourceMailboxes, type ResourceMailbox } from "../../store/mail/resource-mailboxes.ts";
import { askedId } from "../reply/answer-address.ts";
import { mailboxOf, listPeople, type Person } from "../people.ts";

/**
 * Somebody who gets requests as invitations, or got some that still stand in their calendar; or the mailbox of a room or equipment
 * that gets them in that person's place.
 */
export interface Invitee extends Person {
  /** The way they go. */
  readonly address: string;
  /** False: they want no more, and what they have is only put right or taken back. */
  readonly invited: boolean;
  /** null: the person. */
  readonly resource: ResourceMailbox | null;
}

type Settings = Pick<Deps, "config" | "mail" | "keys">;

/** Returns true when invitations can be written: mail is on, and answers have an address. */
function canWrite({ config, mail, keys }: Settings): boolean {
  return mail !== null && config.mailFrom !== null && keys.lost === "" && config.mailAnswers !== null;
}

/** Returns true when requests can be sent as invitations: they can be written, and answers are taken. */
export function canInvite(deps: Settings): boolean {
  return canWrite(deps) && deps.config.mailDecisions !== "off";
}

/** Returns true when a person gets requests as invitations. */
export function isInvited(deps: Settings, { notices: { wishes } }: Pick<Person, "notices">): boolean {
  return wishes.kinds.request && wishes.invitations && canInvite(deps);
}

/** Returns the domains whose mailboxes may be asked in place of people: those of MAIL_RESOURCE_DOMAINS, else that of MAIL_FROM. */
export function resourceDomains(config: Config): readonly string[] {
  const own = senderMailbox(config);
  return config.mailResourceDomains ?? (own === null ? [] : [domainOf(own.address)]);
}

/** Returns everybody who gets requests as invitations, and those who have some of before they chose otherwise. */
export async function listInvitees(deps: Settings & Pick<Deps, "sql">): Promise<Invitee[]> {
  if (!canWrite(deps)) return [];
  const people = await listPeople(deps);
  const resources = (await listResourceMailboxes(deps.sql)).flatMap((one) => resourceInvitee(deps, people, one) ?? []);
  const invitees = [...people.flatMap((person) => inviteeOf(deps, person) ?? []), ...resources];
  if (invitees.every(({ invited }) => invited)) return invitees;
  const open = new Set((await listOpenAttendees(deps.sql)).map((attendee) => askedId({ attendee })));
  return invitees.filter((one) => one.invited || open.has(inviteeId(one)));
}

/** Returns the id under which an invitee is asked: the uuid of the user in Waldur, or that of the resource mailbox. */
export function inviteeId({ userUuid, resource }: Pick<Invitee, "userUuid" | "resource">): string {
  return resource?.id ?? userUuid;
}

/** Returns who is asked under this id, if they are asked now. */
export async function findInvitee(deps: Settings & Pick<Deps, "sql">, id: string): Promise<Invitee | null> {
  return (await listInvitees(deps)).find((one) => one.invited && inviteeId(one) === id) ?? null;
}

/** Returns a person as an invitee; null for one without an address. */
function inviteeOf(deps: Settings, person: Person): Invitee | null {
  const address = mailboxOf(person)?.address ?? null;
  return address === null ? null : { ...person, address, invited: isInvited(deps, person), resource: null };
}

/** Returns the same invitee with what is known now of the person; null for one who is none any more. */
export function renewInvitee(deps: Settings, before: Invitee, person: Person): Invitee | null {
  const { resource, address, invited } = before;
  return resource === null ? inviteeOf(deps, person) : { ...person, address, invited, resource };
}

/** Returns a mailbox as the invitee in place of whoever set it; null where nothing goes there, or nobody stands behind it. */
function resourceInvitee(deps: Settings, people: readonly Person[], resource: KnownMailbox): Invitee | null {
  const person = people.find(({ userUuid }) => userUuid === resource.userUuid);
  if (person === undefined || resource.paused) return null;
  const { address, endedAt } = resource;
  const invited = endedAt === null && canInvite(deps) && resourceDomains(deps.config).includes(domainOf(address));
  return { ...person, address, invited, resource };
}

import type { Deps } from "../../deps.ts";
import { listOpenAttendees } from "../../store/mail/invitations.ts";
import { mailboxOf, listPeople, type Person } from "../people.ts";

/** Somebody who gets requests as invitations, or got some that still stand in their calendar. */
export interface Invitee extends Person {
  /** The way they go. */
  readonly address: string;
  /** False: they want no more, and what they have is only put right or taken back. */
  readonly invited: boolean;
}

type Settings = Pick<Deps, "config" | "mail" | "keys">;

/** Returns true when invitations can be written: mail is on, and answers have an address. */
export function canWrite({ config, mail, keys }: Settings): boolean {
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

/** Returns everybody who gets requests as invitations, and those who have some of before they chose otherwise. */
export async function listInvitees(deps: Settings & Pick<Deps, "sql">): Promise<Invitee[]> {
  if (!canWrite(deps)) return [];
  const invitees = (await listPeople(deps)).flatMap((person) => inviteeOf(deps, person) ?? []);
  if (invitees.every(({ invited }) => invited)) return invitees;
  const open = new Set(await listOpenAttendees(deps.sql));
  return invitees.filter((one) => one.invited || open.has(one.userUuid));
}

/** Returns who is asked under this id, if they are asked now. */
export async function findInvitee(deps: Settings & Pick<Deps, "sql">, id: string): Promise<Invitee | null> {
  return (await listInvitees(deps)).find((one) => one.invited && one.userUuid === id) ?? null;
}

/** Returns a person as an invitee; null for one without an address. */
export function inviteeOf(deps: Settings, person: Person): Invitee | null {
  const address = mailboxOf(person)?.address ?? null;
  return address === null ? null : { ...person, address, invited: isInvited(deps, person) };
}

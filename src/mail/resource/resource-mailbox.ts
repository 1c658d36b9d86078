import { selectBookingSources, listSources, type Viewer } from "../../account/access.ts";
import { cleanName } from "../../calendar/foreign-text.ts";
import { senderMailbox } from "../../config/sender.ts";
import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { domainOf, plainAddress } from "../../lib/mail-address.ts";
import { hex, sha256 } from "../../security/hash.ts";
import { forgetBounces } from "../../store/mail/bounces.ts";
import {
  askMailbox,
  endMailbox,
  type KnownMailbox,
  listResourceMailboxes,
} from "../../store/mail/resource-mailboxes.ts";
import { readOfferings } from "../../store/sources/sources.ts";
import { actingScopes } from "../../waldur/roles.ts";
import { listPeople } from "../people.ts";
import { canInvite } from "../invitation/invitees.ts";
import { listResources, resourceDomains } from "./read-resource.ts";

/** An offering about whose requests somebody may decide. */
export interface DecidedOffering {
  readonly uuid: string;
  readonly name: string;
  /** The mailbox that is set to be asked in place of people; null: none. */
  readonly mailbox: KnownMailbox | null;
  /** It is asked now. */
  readonly asked: boolean;
}

/** Returns the offerings about whose requests the viewer may decide, by name. Staff only where they have a role themselves. */
export async function listDecidedOfferings(deps: Deps, viewer: Viewer): Promise<DecidedOffering[]> {
  const { account, operator } = viewer;
  // The operator is nobody in Waldur in whose name a mailbox could decide.
  const scopes = operator || account.refusedAt !== null ? [] : actingScopes(account);
  const found = new Map<string, { name: string; providerUuid: string }>();
  for (const { source } of selectBookingSources(viewer, await listSources(deps))) {
    if (source.kind !== "provider" && source.kind !== "offering") continue;
    for (const [uuid, { name }] of readOfferings(source.offerings)) {
      const providerUuid = source.customerUuid;
      if (scopes.includes(providerUuid) || scopes.includes(uuid))
        found.set(uuid, { name: cleanName(name), providerUuid });
    }
  }
  const resources = (await listResources(deps)).filter(({ mailbox }) => mailbox.endedAt === null);
  return [...found]
    .map(([uuid, { name, providerUuid }]) => {
      const resource = resources.find(({ mailbox }) => mailbox.offeringUuid === uuid);
      const scopesOf = resource?.stance === "asks" ? actingScopes(resource.person?.account ?? { roles: [] }) : [];
      const asked = scopesOf.includes(uuid) || scopesOf.includes(providerUuid);
      return { uuid, name, mailbox: resource?.mailbox ?? null, asked };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

/** The outcome of a choice: why it is refused, or that it counts. */
export type MailboxChoice =
  | "saved"
  | "ended"
  | "off" // requests are not sent as invitations
  | "offering" // the viewer may not decide about it
  | "bad" // no mail address
  | "domain" // of none of the domains that the operator lets in
  | "person" // somebody's own, who chooses for themselves
  | "taken"; // of another offering: one calendar is one thread of questions

/**
 * Has the mailbox of a room or equipment asked about the requests of an offering in the viewer's place; "" has none asked. Its
 * address is proven by nothing but its domain: nobody reads it. Throws `store_failed`.
 */
export async function chooseMailbox(
  deps: Deps,
  viewer: Viewer,
  offeringUuid: string,
  typed: string,
): Promise<MailboxChoice> {
  const { sql, config, log } = deps;
  const { account } = viewer;
  const offering = (await listDecidedOfferings(deps, viewer)).find(({ uuid }) => uuid === offeringUuid);
  if (offering === undefined || account.userUuid === null) return "offering";
  const nowAt = epochSeconds(deps);
  if (typed.trim() === "") {
    await sql.batch([endMailbox(offeringUuid, nowAt)]);
    log.info("mailbox_ended", { offering: offeringUuid, account: account.id });
    return "ended";
  }
  if (!canInvite(deps)) return "off";
  const address = plainAddress(typed);
  if (address === "") return "bad";
  if (!resourceDomains(config).includes(domainOf(address))) return "domain";
  const own = plainAddress(senderMailbox(config)?.address ?? "");
  const people = (await listPeople(deps)).flatMap((one) => [one.account.email, one.notices.email]);
  if (address === own || people.some((one) => plainAddress(one) === address)) return "person";
  const others = await listResourceMailboxes(sql);
  if (others.some((one) => one.address === address && one.offeringUuid !== offeringUuid && one.endedAt === null)) {
    return "taken";
  }
  const id = hex((await sha256(JSON.stringify(["resource", offeringUuid, address]))).subarray(0, 16));
  const row = { id, offeringUuid, offeringName: offering.name, address, userUuid: account.userUuid, setAt: nowAt };
  await sql.batch([...askMailbox({ ...row, endedAt: null }), forgetBounces(account.userUuid, address)]);
  log.info("mailbox_set", { offering: offeringUuid, account: account.id });
  return "saved";
}

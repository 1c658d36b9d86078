import PostalMime from "postal-mime";
import type { RoleName } from "../../../src/demo/people.ts";
import { type Invitation, invitationIn } from "../../mail/invitation/invited.ts";
import type { Answer } from "../../mail/reply/replies.ts";
import { makeFormClient } from "./form-client.ts";
import { runCli } from "./process.ts";
import { adminToken, type Running, runtimes } from "./runtimes.ts";
import type { ServedSample } from "./sample.ts";

/** Settings of a service that sends invitations and lets answers decide, besides those of the way in and out. */
export const invitationSettings = {
  MAIL_FROM: "Waldur calendar <calendar@example.org>",
  MAIL_ANSWERS: "*@rsvp.example.org",
  MAIL_DECISIONS: "on",
} as const;

/** Makes somebody an approver at a service, who gets requests as invitations and nothing else by mail; returns their browser. */
export async function addApprover(
  url: string,
  { sample }: ServedSample,
  role: RoleName = "providerOwner",
): Promise<ReturnType<typeof makeFormClient>> {
  const added = await runCli(["feeds", "add", "--provider", sample.providerUuid, "--server", url], {
    ADMIN_TOKEN: adminToken,
  });
  if (added.code !== 0) throw new Error(added.stderr);
  const client = makeFormClient(() => url);
  await client.submit(await client.send("/sign-in"), /sign-in/, { token: sample.tokens[role] });
  const saved = await client.submit(await client.send("/notices"), /name="reminderHours"/, {
    kinds: ["request", "invitations"],
    reminderHours: "24",
    digestHour: "8",
  });
  if (saved.status !== 303) throw new Error(`the choice was not taken: ${saved.status} ${saved.note}`);
  return client;
}

/** Starts the built program with such an approver; `settings` name the ways in and out. */
export async function openInviting(waldur: ServedSample, settings: Readonly<Record<string, string>>): Promise<Running> {
  const node = runtimes.find(({ runtime }) => runtime === "Node");
  if (node === undefined) throw new Error("there is no Node");
  const service = await node.open(waldur.url, waldur.sample.tokens.providerOwner, {
    ...invitationSettings,
    ...settings,
  });
  await addApprover(service.url, waldur);
  return service;
}

/** Returns the invitations to a booking among mails, in order. */
export async function invitationsTo(
  bookingUuid: string,
  mails: readonly { readonly raw: string; readonly to: string }[],
): Promise<Invitation[]> {
  const read = await Promise.all(
    mails.map(async ({ raw, to }) => invitationIn(await PostalMime.parse(raw, { attachmentEncoding: "utf8" }), to)),
  );
  return read.filter((one) => one !== null).filter(({ uid }) => uid.startsWith(bookingUuid));
}

/** The answer of whoever got an invitation. */
export function answerTo({ uid, organizer, attendee, sequence }: Invitation, partstat: string): Answer {
  const stamp = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  return { uid, mailbox: organizer, attendee, partstat, sequence, stamp };
}

import PostalMime, { type Email } from "postal-mime";
import type { Config } from "../../../src/config/config.ts";
import { people, type RoleName } from "../../../src/demo/people.ts";
import { chooseNotices, findNotices } from "../../../src/store/mail/notices.ts";
import { receiveMail, type Received } from "../../../src/mail/reply/receive.ts";
import { requestTo } from "../../waldur-answers.ts";
import { visitor } from "../../web/visitor.ts";
import { makeWorld } from "../../world.ts";
import { openPostOffice } from "../post-office.ts";
import type { Answer } from "../reply/replies.ts";

/** The name by which the mail server calls itself that takes mail in these worlds. */
const authservId = "mx.example.org";

/** A calendar part as it came by mail. */
export interface Invitation {
  readonly method: string;
  readonly uid: string;
  readonly organizer: string;
  readonly attendee: string;
  readonly sequence: number;
  readonly status: string;
  readonly text: string;
  readonly subject: string;
  readonly to: string;
}

/** The calendar part of a mail that was read with `attachmentEncoding: "utf8"`; "" for none. */
export function calendarText(mail: Pick<Email, "attachments">): string {
  const content = mail.attachments.find(({ mimeType }) => mimeType === "text/calendar")?.content ?? "";
  return typeof content === "string" ? content : "";
}

/** The invitation, or its cancellation, in a mail that was read with `attachmentEncoding: "utf8"`; null for none. */
export function invitationIn(mail: Email, to: string): Invitation | null {
  if (calendarText(mail) === "") return null;
  const text = calendarText(mail).replaceAll(/\r?\n[ \t]/g, "");
  const value = (name: string): string => new RegExp(`^${name}(?:;.*?)?:(.*)$`, "m").exec(text)?.[1] ?? "";
  return {
    method: value("METHOD"),
    uid: value("UID"),
    organizer: /^ORGANIZER.*:mailto:(.*)$/m.exec(text)?.[1] ?? "",
    attendee: /^ATTENDEE.*:mailto:(.*)$/m.exec(text)?.[1] ?? "",
    sequence: Number(value("SEQUENCE")),
    status: value("STATUS"),
    text,
    subject: mail.subject ?? "",
    to,
  };
}

/** A world with a request that an approver got as an invitation, and a post office. */
export async function makeInvited(config: Partial<Config> = {}, role: RoleName = "providerOwner") {
  const { office, transport } = openPostOffice();
  const world = await makeWorld({
    bookings: 8,
    mail: transport,
    config: {
      mailFrom: "Waldur calendar <calendar@example.org>",
      mailAnswers: "*@rsvp.example.org",
      mailDecisions: "on",
      mailAuthservId: authservId,
      ...config,
    },
  });
  const { deps } = world;
  await world.addFeed();
  await world.tick();
  const choose = async (uuid: string, email: string, invitations: boolean): Promise<void> => {
    const { wishes } = await findNotices(deps.sql, uuid);
    await deps.sql.batch([chooseNotices(uuid, { email, wishes: { ...wishes, reminderHours: 1, invitations } })]);
  };
  /** Signs a person in who wants invitations at this address. */
  const invite = async (who: RoleName, email: string): Promise<string> => {
    await visitor(world).signIn(world.sample.tokens[who]);
    // Signing in starts a run.
    await world.settle();
    const { uuid } = people[who];
    await choose(uuid, email, true);
    return uuid;
  };
  const userUuid = await invite(role, "mari.tamm@example.edu");
  /** Lets a minute pass and reads the mails of it. */
  const run = async () => {
    world.wait(60);
    await world.tick();
    await world.settle();
    return Promise.all(
      office.taken.splice(0).map(async ({ raw, envelope }) => ({
        mail: await PostalMime.parse(raw, { attachmentEncoding: "utf8" }),
        envelope,
      })),
    );
  };
  const invitations = async (): Promise<Invitation[]> =>
    (await run()).flatMap(({ mail, envelope }) => invitationIn(mail, envelope.to) ?? []);
  // What was there before is of no interest.
  await run();
  const booking = requestTo(world.sample, {});
  const [invitation] = await invitations();
  if (invitation === undefined) throw new Error("nobody was invited");
  const answer: Answer = {
    uid: invitation.uid,
    mailbox: invitation.organizer,
    attendee: invitation.attendee,
    partstat: "ACCEPTED",
    sequence: invitation.sequence,
    stamp: "20270104T100500Z",
  };
  return {
    world,
    office,
    invite,
    /** Sets columns of the approver's account. */
    change: async (set: string): Promise<void> =>
      void (await deps.sql.run(`UPDATE accounts SET ${set} WHERE user_uuid = ?1`, userUuid)),
    /** Has the approver left alone in these hours. */
    hush: async (quiet: { from: number; to: number } | null): Promise<void> => {
      const { wishes } = await findNotices(deps.sql, userUuid);
      await deps.sql.batch([chooseNotices(userUuid, { wishes: { ...wishes, quiet } })]);
    },
    /** Changes what the approver wants. */
    want: async (email: string, invitations: boolean): Promise<void> => choose(userUuid, email, invitations),
    booking,
    invitation,
    answer,
    run,
    invitations,
    state: (): string => world.sample.find(booking.uuid)?.state ?? "gone",
    /** Hands a mail to the program as it came in. */
    receive: async (
      raw: string,
      envelope: { sender?: string; recipients?: readonly string[] } = {},
    ): Promise<Received> => {
      const { sender = "mari.tamm@example.edu", recipients = [invitation.organizer] } = envelope;
      return receiveMail(deps, { verifyDkim: null }, { raw: new TextEncoder().encode(raw), sender, recipients });
    },
  };
}

/** Puts the word of the mail server above a mail, as it does with what is from that domain. */
export function proven(raw: string, domain = "example.edu", server = authservId): string {
  return `Authentication-Results: ${server}; dmarc=pass header.from=${domain}\r\n${raw}`;
}

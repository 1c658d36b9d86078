import { people, type RoleName, tokens } from "../../../src/demo/people.ts";
import type { SampleBooking } from "../../../src/demo/bookings.ts";
import { viewerOf } from "../../../src/account/access.ts";
import type { Config } from "../../../src/config/config.ts";
import { chooseMailbox } from "../../../src/mail/resource/resource-mailbox.ts";
import { findUser } from "../../../src/store/accounts/accounts.ts";
import { visitor } from "../../web/visitor.ts";
import { requestTo } from "../../waldur-answers.ts";
import { type Invitation, invitationIn, makeInvited, proven } from "../invitation/invited.ts";
import type { Answer } from "../reply/replies.ts";
import { rooms } from "./room-replies.ts";
import { openRoom } from "./simulated-room.ts";

export const domain = "rooms.example.edu";
export const room = `aurora@${domain}`;
export const hour = 3600;

/** Returns a period of a sample booking, of so many hours. */
export function slot(start: number, hours = 1, n = 0): SampleBooking["slots"][number] {
  return { start, end: start + hours * hour, backendId: `slot_${n}` };
}

/** A world in which mail decides, whose bookings before are of no interest, and an owner who gets no invitations. */
export async function makeOffice(config: Partial<Config> = {}) {
  const invited = await makeInvited({ mailResourceDomains: [domain], waldurDecisionToken: tokens.staff, ...config });
  const { world, booking } = invited;
  for (const { uuid } of world.sample.bookings.slice()) world.sample.unlink(uuid);
  await world.deps.sql.run("DELETE FROM bookings");
  await invited.want("mari.tamm@example.edu", false);
  world.wait(700);
  await invited.run();
  const chooseAs = async (who: RoleName, address: string, offering = booking.offering.uuid) => {
    if ((await findUser(world.deps.sql, "person", people[who].uuid)) === null) {
      await visitor(world).signIn(world.sample.tokens[who]);
      await world.settle();
    }
    const account = await findUser(world.deps.sql, "person", people[who].uuid);
    if (account === null) throw new Error("nobody signed in");
    return chooseMailbox(world.deps, await viewerOf(world.deps, account), offering, address);
  };
  let second = 0;
  const answerOf = (one: Invitation | undefined, partstat: string): Answer => ({
    uid: one?.uid ?? "",
    mailbox: one?.organizer ?? "",
    attendee: one?.attendee ?? room,
    partstat,
    sequence: one?.sequence ?? 0,
    stamp: new Date(world.deps.now() + (second += 1000)).toISOString().replaceAll(/[-:]|\.\d+/g, ""),
  });
  return {
    ...invited,
    chooseAs,
    choose: async (address: string, offering?: string) => chooseAs("providerOwner", address, offering),
    answerOf,
    /** Has a room answer, as Exchange writes it. */
    reply: async (one: Invitation | undefined, partstat: string) =>
      invited.receive(proven(rooms["Exchange"]?.(answerOf(one, partstat)) ?? "", domain), {
        sender: one?.attendee ?? room,
        recipients: [one?.organizer ?? ""],
      }),
    /** Lets a minute pass; returns what rooms are sent, and the texts of what people are. */
    run: async () => {
      const mails = await invited.run();
      const asked = mails.flatMap(({ mail, envelope }) =>
        envelope.to.endsWith(domain) ? (invitationIn(mail, envelope.to) ?? []) : [],
      );
      const told = mails.filter(({ envelope }) => !envelope.to.endsWith(domain)).map(({ mail }) => mail.text ?? "");
      return { asked, told };
    },
    /** Makes a request of these periods, that a run sees. */
    request: (slots: SampleBooking["slots"], change: Parameters<typeof requestTo>[1] = {}): SampleBooking =>
      Object.assign(requestTo(world.sample, change), { slots }),
    stateOf: ({ uuid }: { readonly uuid: string }): string => world.sample.find(uuid)?.state ?? "gone",
    /** A time that no other test of the world has. */
    later: (days = 90): number => Math.floor(world.deps.now() / 1000 / hour) * hour + days * 24 * hour,
  };
}

/** The same with a room that is asked about the offering, and that answers at once what it is sent. */
export async function makeRoom(config: Partial<Config> = {}) {
  const office = await makeOffice(config);
  if ((await office.choose(room)) !== "saved") throw new Error("no room");
  await office.run();
  const calendar = openRoom();
  return {
    ...office,
    calendar,
    /** Lets time pass until new requests are told, and a run; the room takes what it is sent, and answers if it is to. */
    minute: async (answering = true) => {
      office.world.wait(700);
      const { asked, told } = await office.run();
      const results: string[] = [];
      for (const one of asked) {
        const says = calendar.take(one);
        if (says !== null && answering) results.push(await office.reply(one, says));
      }
      return { asked, told, results };
    },
  };
}

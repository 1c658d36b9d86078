import nodemailer from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Invitation, proven } from "../mail/invitation/invited.ts";
import { openMailServer } from "../mail/mail-server.ts";
import { programs } from "../mail/reply/replies.ts";
import { rooms } from "../mail/resource/room-replies.ts";
import { requestTo } from "../waldur-answers.ts";
import { until } from "../until.ts";
import { answerTo, invitationsTo, openInviting } from "./support/approver.ts";
import { makeFormClient } from "./support/form-client.ts";
import type { Running } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

describe("requests by mail, with the built program", () => {
  let server: Awaited<ReturnType<typeof openMailServer>>;
  let waldur: ServedSample;
  let service: Running;

  beforeAll(async () => {
    server = await openMailServer();
    waldur = await serveSample(6);
    service = await openInviting(waldur, {
      MAIL_URL: `smtp://127.0.0.1:${server.port}`,
      MAIL_AUTHSERV_ID: "mx.example.org",
      MAIL_LISTEN: "smtp://127.0.0.1:0",
    });
  });
  afterAll(async () => {
    await service?.close();
    await waldur?.close();
    await server?.close();
  });

  /** Resolves to the invitations to a booking that were sent, when there are so many. */
  const sent = async (bookingUuid: string, count: number): Promise<readonly Invitation[]> =>
    until(
      async () => {
        const mails = server.taken.map(({ raw, envelope }) => ({ raw, to: envelope.to }));
        const found = await invitationsTo(bookingUuid, mails);
        return found.length >= count && found;
      },
      () => service.logs(),
    );

  it.each([
    ["ACCEPTED", "OK", { method: "REQUEST", status: "CONFIRMED", sequence: 1 }],
    ["DECLINED", "Terminated", { method: "CANCEL", status: "CANCELLED", sequence: 1 }],
  ])(
    "go out as invitations; an answer that is %s comes in and decides, and the update goes out",
    async (partstat, state, update) => {
      const booking = requestTo(waldur.sample, { own: true });
      const [invitation] = await sent(booking.uuid, 1);
      if (invitation === undefined) throw new Error("there is none");
      expect(invitation).toMatchObject({ method: "REQUEST", status: "TENTATIVE", to: "maria.naidis@example.org" });
      const port = Number(/"event":"mail_listening".*?"port":(\d+)/.exec(service.logs())?.[1]);
      const way = nodemailer.createTransport({ host: "127.0.0.1", port, ignoreTLS: true });
      const raw = proven(programs["Thunderbird"]?.(answerTo(invitation, partstat)) ?? "", "example.org");
      await way.sendMail({ envelope: { from: invitation.attendee, to: invitation.organizer }, raw });
      expect(waldur.sample.find(booking.uuid)?.state).toBe(state);
      const { uid, organizer } = invitation;
      expect(await sent(booking.uuid, 2)).toMatchObject([invitation, { ...update, uid, organizer }]);
    },
  );

  it("go to the mailbox of a room that somebody set, and its answer decides in their name", async () => {
    const client = makeFormClient(() => service.url);
    await client.submit(await client.send("/sign-in"), /sign-in/, { token: waldur.sample.tokens.providerOwner });
    const booking = requestTo(waldur.sample, { own: true });
    const [own] = await sent(booking.uuid, 1);
    const set = { offering: booking.offering.uuid, address: "aurora@example.org" };
    const saved = await client.submit(await client.send("/notices/mailboxes"), /name="address"/, set);
    expect(saved.status).toBe(303);
    const [, room] = await sent(booking.uuid, 2);
    if (own === undefined || room === undefined) throw new Error("nobody was asked");
    expect(room).toMatchObject({ method: "REQUEST", to: "aurora@example.org", status: "CONFIRMED" });
    const port = Number(/"event":"mail_listening".*?"port":(\d+)/.exec(service.logs())?.[1]);
    const way = nodemailer.createTransport({ host: "127.0.0.1", port, ignoreTLS: true });
    const raw = proven(rooms["Exchange"]?.(answerTo(room, "ACCEPTED")) ?? "", "example.org");
    await way.sendMail({ envelope: { from: "", to: room.organizer }, raw });
    expect(waldur.sample.find(booking.uuid)?.state).toBe("OK");
    expect((await client.send("/history")).html).toContain("Maria Näidis, by the mailbox aurora@example.org");
    // Nothing more goes to the room; the person's own invitation follows.
    const [, , update] = await sent(booking.uuid, 3);
    expect(update).toMatchObject({ uid: own.uid, status: "CONFIRMED" });
  });
});

import nodemailer from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Invitation, proven } from "../mail/invitation/invited.ts";
import { programs } from "../mail/reply/replies.ts";
import { authservId, canServeMail, openMailDomains } from "../mail/servers/domains.ts";
import { requestTo } from "../waldur-answers.ts";
import { until } from "../until.ts";
import { addApprover, answerTo, invitationsTo, openInviting } from "./support/approver.ts";
import type { Running } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

const approver = "maria.naidis";
const ways = ["listener", "mailbox"] as const;

describe.runIf(canServeMail())("requests by mail over Postfix, OpenDKIM and Dovecot", () => {
  let domains: Awaited<ReturnType<typeof openMailDomains>>;
  let waldur: ServedSample;
  beforeAll(async () => {
    domains = await openMailDomains([approver]);
    waldur = await serveSample(6);
  });
  afterAll(async () => {
    await waldur?.close();
    await domains?.close();
  });

  /** Hands a mail to a server as a mail program or another mail server does; resolves to what it says. */
  const send = async (port: number, raw: string, to: string): Promise<string> => {
    const way = nodemailer.createTransport({ host: "127.0.0.1", port, ignoreTLS: true });
    try {
      return (await way.sendMail({ envelope: { from: `${approver}@example.org`, to }, raw })).response;
    } catch (error) {
      return String(error);
    }
  };

  describe.each(ways)("with answers that come to a %s", (way) => {
    let service: Running;
    beforeAll(async () => {
      service = await openInviting(waldur, domains.settings[way]);
    });
    afterAll(async () => service?.close());

    /** Resolves to what `find` returns; throws with what the mail servers have logged. */
    const found = async <T>(find: () => Promise<T | undefined> | T | undefined): Promise<T> =>
      until(
        async () => find(),
        () => service.logs(),
      ).catch(async (error: unknown) => {
        throw new Error(await domains.log(), { cause: error });
      });
    const invited = async (bookingUuid: string, status: string): Promise<Invitation> =>
      found(async () => {
        const mails = (await domains.mails(approver)).map((raw) => ({ raw, to: "" }));
        return (await invitationsTo(bookingUuid, mails)).find((one) => one.status === status);
      });
    const results = (): string[] =>
      [...service.logs().matchAll(/"event":"mail_received","result":"([a-z-]+)"/g)].map(([, result = ""]) => result);

    it("decides by an answer whose sender DKIM proves, and not by one that only says so", async () => {
      const booking = requestTo(waldur.sample, { own: true });
      const invitation = await invited(booking.uuid, "TENTATIVE");
      const raw = programs["Gmail"]?.(answerTo(invitation, "ACCEPTED")) ?? "";
      const { ports } = domains;
      if (way === "listener") {
        const other = `${invitation.organizer.startsWith("a") ? "b" : "a"}${invitation.organizer.slice(1)}`;
        expect(await send(ports.service, raw, other)).toContain("550");
      }
      const forged = proven(raw, "example.org", authservId);
      expect(await send(ports.service, forged, invitation.organizer)).toMatch(/^250/);
      await found(() => results()[0]);
      expect([results(), waldur.sample.find(booking.uuid)?.state]).toEqual([["explained"], "Creating"]);

      expect(await send(ports.organisation, raw, invitation.organizer)).toMatch(/^250/);
      await found(() => (waldur.sample.find(booking.uuid)?.state === "OK" ? true : undefined));
      const update = { method: "REQUEST", uid: invitation.uid, sequence: 1 };
      expect(await invited(booking.uuid, "CONFIRMED")).toMatchObject(update);
    });

    if (way === "mailbox") return;

    it("says of an address that mails came back from it, and sends it no more", async () => {
      // Nobody has this mailbox.
      const client = await addApprover(service.url, waldur, "providerManager");
      for (const count of [1, 2]) {
        requestTo(waldur.sample);
        await found(() => results().filter((result) => result === "bounce")[count - 1]);
      }
      expect((await client.send("/notices")).html).toContain("Two mails to your address came back");
    });
  });
});

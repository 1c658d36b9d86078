import { generateKeyPairSync } from "node:crypto";
import { buffer } from "node:stream/consumers";
import DKIM from "nodemailer/lib/dkim";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Invitation, proven } from "../mail/invitation/invited.ts";
import { programs } from "../mail/reply/replies.ts";
import { requestTo } from "../waldur-answers.ts";
import { until } from "../until.ts";
import { addApprover, answerTo, invitationSettings, invitationsTo } from "./support/approver.ts";
import { type MailingWorker, openMailingWorker } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** Signs a mail as its author's mail server does (RFC 6376). */
async function sign(raw: string): Promise<string> {
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const dkim = new DKIM({ domainName: "example.org", keySelector: "k1", privateKey: key });
  return (await buffer(dkim.sign(raw))).toString();
}

describe("requests by mail, with a Worker", () => {
  let waldur: ServedSample;
  let service: MailingWorker;

  beforeAll(async () => {
    waldur = await serveSample(6);
    service = await openMailingWorker(waldur.url, waldur.sample.tokens.providerOwner, {
      ...invitationSettings,
      MAIL_AUTHSERV_ID: "mx.example.org",
      POLL_SECONDS: "1",
      // With the small budget notices and invitations have their turn in every other minute: test/mail/invitation/budget.test.ts.
      WORKERS_PLAN: "paid",
    });
    await addApprover(service.url, waldur);
    // What is open when somebody is first seen is not told.
    await service.turn();
  });
  afterAll(async () => {
    await service?.close();
    await waldur?.close();
  });

  const sent = async (bookingUuid: string, count: number): Promise<readonly Invitation[]> => {
    for (let turns = 0; turns < 6; turns += 1) {
      const found = await invitationsTo(bookingUuid, await service.sent());
      if (found.length >= count) return found;
      await service.turn();
    }
    throw new Error(`they do not come: ${service.logs().slice(-3000)}`);
  };

  const texts = async (): Promise<string[]> =>
    Promise.all((await service.sent()).map(async ({ raw }) => (await PostalMime.parse(raw)).text ?? ""));

  it("go out through the binding; an answer that DKIM alone proves brings the page, one that a mail server proves decides", async () => {
    const booking = requestTo(waldur.sample, { own: true });
    const [invitation] = await sent(booking.uuid, 1);
    if (invitation === undefined) throw new Error("there is none");
    const { attendee, organizer, uid } = invitation;
    expect(invitation).toMatchObject({ method: "REQUEST", status: "TENTATIVE", to: "maria.naidis@example.org" });
    const state = () => waldur.sample.find(booking.uuid)?.state;
    const raw = programs["Gmail"]?.(answerTo(invitation, "ACCEPTED")) ?? "";

    const other = organizer.startsWith("a") ? `b${organizer.slice(1)}` : `a${organizer.slice(1)}`;
    expect(await service.bring({ from: attendee, to: other, raw })).toBe("5.1.1 no such address");

    expect(await service.bring({ from: attendee, to: organizer, raw: await sign(raw) })).toBeNull();
    expect(state()).toBe("Creating");
    const page = `https://calendar.example/bookings/${booking.uuid}`;
    const told = await until(async () => {
      await service.turn();
      return (await texts()).find((text) => text.includes("not decided yet"));
    });
    expect(told).toContain(page);

    expect(await service.bring({ from: attendee, to: organizer, raw: proven(raw, "example.org") })).toBeNull();
    expect(state()).toBe("OK");
    const update = { method: "REQUEST", status: "CONFIRMED", sequence: 1, uid, organizer };
    expect(await sent(booking.uuid, 2)).toMatchObject([invitation, update]);
  });
});

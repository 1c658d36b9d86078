import fc from "fast-check";
import nodemailer from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverVerdict } from "../../src/mail/reply/authenticity.ts";
import { readMail, valuesOf } from "../../src/mail/reply/read-mail.ts";
import { oddForgeries, plainForgeries } from "../mail/reply/forged-fields.ts";
import { programs } from "../mail/reply/replies.ts";
import { authservId, canServeMail, openMailDomains } from "../mail/servers/domains.ts";
import { requestTo } from "../waldur-answers.ts";
import { until } from "../until.ts";
import { answerTo, invitationsTo, openInviting } from "./support/approver.ts";
import type { Running } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

const approver = "maria.naidis";
const domain = "example.org";
const plain = Object.entries(plainForgeries(authservId, domain));
const odd = Object.entries(oddForgeries(authservId, domain));
const lines = (fields: readonly string[]): string =>
  fields.map((field) => `Authentication-Results: ${field}\r\n`).join("");

describe.runIf(canServeMail())("Authentication-Results that come in with a mail, over Postfix and OpenDKIM", () => {
  let domains: Awaited<ReturnType<typeof openMailDomains>>;
  beforeAll(async () => {
    domains = await openMailDomains([approver]);
  });
  afterAll(async () => domains?.close());

  const send = async (port: number, raw: string, to: string): Promise<string> => {
    const way = nodemailer.createTransport({ host: "127.0.0.1", port, ignoreTLS: true });
    const envelope = { from: "mallory@evil.example", to };
    return (await way.sendMail({ envelope, raw: Buffer.from(raw) })).response;
  };

  describe("in a mailbox", () => {
    let sent = 0;
    /** Resolves to the fields of a mail that had these above its From, in order. */
    const fieldsLeft = async (port: number, above: string): Promise<string[]> => {
      sent += 1;
      const subject = `Subject: ${sent}\r\n`;
      const raw = `${above}From: ${approver}@${domain}\r\nTo: x@inbox.calendar.example\r\n${subject}\r\nx\r\n`;
      await send(port, raw, "x@inbox.calendar.example");
      const mail = await until(
        async () =>
          (await domains.mails("answers")).find((one) => one.replaceAll("\r", "").includes(`\nSubject: ${sent}\n`)),
        () => "",
      );
      const read = await readMail({ raw: new TextEncoder().encode(mail), sender: null, recipients: [] });
      return valuesOf(read?.headers ?? [], "authentication-results");
    };
    /** Returns those that would prove an author by themselves. */
    const believed = (fields: readonly string[]): string[] =>
      fields.filter(
        (value) =>
          serverVerdict({ from: `${approver}@${domain}`, headers: [["authentication-results", value]] }, authservId) ===
          "pass",
      );

    it("prove nothing where OpenDKIM left them, and its own stands above", async () => {
      const fields = await fieldsLeft(domains.ports.unchecked, lines([...odd, ...plain].map(([, field]) => field)));
      expect(fields[0]).toContain(`${authservId}; dkim=none`);
      expect(fields.length).toBeGreaterThan(20);
      expect(believed(fields)).toEqual([]);
    });

    it("prove nothing where OpenDKIM left them, however they are put together", async () => {
      const words = [
        "dmarc=pass",
        "dkim=pass",
        `header.from=${domain}`,
        ` header.d=${domain}`,
        "header.x",
        "reason=a.b",
      ];
      const values = ['""', '"("', '"a b"', "a.b", "a=b", "SRS0=x=y@z", "2001:db8::1", "a/b+c", "none"];
      const marks = [...';=.()"@\\', "; ", " ", " (", ") ", " (a;b) ", "\t", "\r\n ", "\u00A0", "/1", "[x]", " 1"];
      const bit = fc.constantFrom(...words, ...values, ...marks);
      const field = fc
        .array(bit, { maxLength: 12 })
        .map((bits) => `${authservId}; dmarc=pass header.from=${domain}${bits.join("")}`)
        .filter((text) => !/\r\n\s*(?:\r\n|$)/.test(text));
      const fields = await fieldsLeft(domains.ports.unchecked, lines(fc.sample(field, { numRuns: 400, seed: 1 })));
      expect(fields.length).toBeGreaterThan(100);
      expect(believed(fields)).toEqual([]);
    });

    it("with the server's name are taken out by Postfix, also where OpenDKIM looks at nothing", async () => {
      const fields = lines(plain.map(([, field]) => field));
      expect(await fieldsLeft(domains.ports.service, `DKIM-Signature: x\r\n${fields}`)).toEqual([]);
      expect(await fieldsLeft(domains.ports.service, fields)).toHaveLength(1);
    });
  });

  describe("at the service", () => {
    let waldur: ServedSample;
    let service: Running;
    beforeAll(async () => {
      waldur = await serveSample(6);
      service = await openInviting(waldur, domains.settings.listener);
    });
    afterAll(async () => {
      await service?.close();
      await waldur?.close();
    });

    it("decide nothing, whatever spelling they have", async () => {
      const booking = requestTo(waldur.sample, { own: true });
      const logs = (): string => service.logs();
      const invitation = await until(async () => {
        const mails = (await domains.mails(approver)).map((raw) => ({ raw, to: "" }));
        return (await invitationsTo(booking.uuid, mails))[0];
      }, logs);
      const answer = programs["Gmail"]?.(answerTo(invitation, "ACCEPTED")) ?? "";
      const forged = [...odd, ...plain].map(([, field]) => lines([field]));
      for (const above of [...forged, ...forged.slice(-plain.length).map((field) => `DKIM-Signature: x\r\n${field}`)]) {
        expect(await send(domains.ports.service, above + answer, invitation.organizer)).toMatch(/^250/);
      }
      const results = await until(() => {
        const found = [...logs().matchAll(/"event":"mail_received","result":"([a-z-]+)"/g)];
        return found.length < forged.length + plain.length ? undefined : found.map(([, result]) => result);
      }, logs);
      expect([new Set(results), waldur.sample.find(booking.uuid)?.state]).toEqual([new Set(["explained"]), "Creating"]);
    });
  });
});

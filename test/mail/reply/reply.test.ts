import { describe, expect, it } from "vitest";
import { readMail } from "../../../src/mail/reply/read-mail.ts";
import { readReply } from "../../../src/mail/reply/reply.ts";
import { type Answer, answer, itip, programs, rawReply, tnefReply } from "./replies.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function read(text: string) {
  const mail = await readMail({ raw: bytes(text), sender: null, recipients: [] });
  if (mail === null) throw new Error("the mail cannot be read");
  return { mail, reply: readReply(mail) };
}

async function replyOf(text: string) {
  const { reply } = await read(text);
  if (typeof reply === "string") throw new Error(`no reply: ${reply}`);
  return reply;
}

describe.each(Object.entries(programs))("a reply of %s", (name, write) => {
  it.each(["ACCEPTED", "DECLINED", "TENTATIVE"])("says %s", async (partstat) => {
    const given: Answer = { ...answer, partstat, sequence: 3 };
    const { mail, reply } = await read(write(given));
    expect(mail).toMatchObject({ from: given.attendee, recipients: [given.mailbox], nature: "person" });
    const attendees = name.includes("names no attendee") ? [] : [{ address: given.attendee, partstat }];
    expect(reply).toMatchObject({ method: "REPLY", uid: given.uid, sequence: 3, attendees });
    expect(reply).toHaveProperty("stampAt", Date.UTC(2027, 0, 4, 9, 15) / 1000);
  });
});

describe("readReply", () => {
  it("reads what the attendee wrote", async () => {
    const { comment } = await replyOf(programs["Outlook on a phone, with a comment"]?.(answer) ?? "");
    expect(comment).toBe("Jään hiljaks, umbes 10 minutit");
  });

  it("tells Outlook's own form from a mail without any answer", async () => {
    expect((await read(tnefReply(answer))).reply).toBe("tnef");
    const plain = rawReply(answer, "Hello").replace("text/calendar; method=REPLY", "text/plain");
    expect((await read(plain)).reply).toBe("no-calendar");
  });

  it.each(["REQUEST", "CANCEL", "PUBLISH", "DECLINECOUNTER", ""])("takes METHOD:%s for no reply", async (method) => {
    const text = rawReply(answer, itip(answer, { prodid: "x", method }));
    expect((await read(text)).reply).toBe("other-method");
  });

  it("knows a proposal of another time, and who is meant among all guests", async () => {
    const attendees = ["other@example.edu", answer.attendee].map((one) => `ATTENDEE;PARTSTAT=TENTATIVE:mailto:${one}`);
    const reply = await replyOf(rawReply(answer, itip(answer, { prodid: "x", method: "COUNTER", attendees })));
    expect(reply.method).toBe("COUNTER");
    expect(reply.attendees.map(({ address }) => address)).toEqual(["other@example.edu", answer.attendee]);
  });

  it("refuses an answer about several events, and one about none", async () => {
    const calendar = itip(answer, { prodid: "x" });
    const [, event = ""] = /(BEGIN:VEVENT.*END:VEVENT\r\n)/s.exec(calendar) ?? [];
    const two = calendar.replace("END:VCALENDAR", `${event.replace(answer.uid, "other")}END:VCALENDAR`);
    expect((await read(rawReply(answer, two))).reply).toBe("malformed");
    expect((await read(rawReply(answer, calendar.replace(/UID:.*\r\n/, "")))).reply).toBe("malformed");
    const instances = calendar.replace("END:VCALENDAR", `${event}END:VCALENDAR`);
    expect((await replyOf(rawReply(answer, instances))).attendees).toHaveLength(1);
  });

  it("takes the time of the mail where the event has none, and 0 for a missing SEQUENCE", async () => {
    const bare = itip(answer, { prodid: "x" }).replace(/(?:DTSTAMP|SEQUENCE):.*\r\n/g, "");
    const reply = await replyOf(rawReply(answer, bare));
    expect(reply).toMatchObject({ sequence: 0, stampAt: Date.UTC(2027, 0, 4, 9, 15, 3) / 1000 });
  });

  it.each(["mailto:mari%2Btest@example.edu", "MAILTO:Mari+Test@Example.EDU", "mailto:mari test@example.edu"])(
    "takes %s for the same address",
    async (uri) => {
      const text = itip(answer, { prodid: "x", attendees: [`ATTENDEE;PARTSTAT=ACCEPTED:${uri}`] });
      expect((await replyOf(rawReply(answer, text))).attendees).toEqual([
        { address: "mari+test@example.edu", partstat: "ACCEPTED" },
      ]);
    },
  );
});

describe("readMail", () => {
  const person = programs["Gmail"]?.(answer) ?? "";
  const withHeader = (line: string): string => person.replace("MIME-Version: 1.0", `MIME-Version: 1.0\r\n${line}`);

  it.each([
    ["Auto-Submitted: auto-replied", "replied"],
    ["Auto-Submitted: no", "person"],
    ["Auto-Submitted: auto-generated (rule)", "generated"],
    ["Precedence: bulk", "list"],
    ["Precedence: auto_reply", "replied"],
    ["X-Autoreply: yes", "replied"],
    ["List-Id: <staff.example.edu>", "list"],
  ])("takes a mail with %s for %s", async (line, nature) => {
    expect((await read(withHeader(line))).mail.nature).toBe(nature);
  });

  it("takes a mail with the null sender for a program's, and every report for a bounce", async () => {
    const unsigned = await readMail({ raw: bytes(person), sender: "", recipients: [] });
    expect(unsigned?.nature).toBe("replied");
    const report = person.replace("multipart/mixed", "multipart/report; report-type=delivery-status");
    expect((await read(report)).mail.nature).toBe("bounce");
  });

  it.each([
    ["two authors", (text: string) => text.replace(/^From: .*$/m, "From: a@example.edu, b@example.edu")],
    ["two fields", (text: string) => text.replace(/^From: .*$/m, "$&\r\nFrom: b@example.edu")],
    ["no author", (text: string) => text.replace(/^From: .*\r\n/m, "")],
    [
      "an address in the name",
      (text: string) => text.replace(/^From: .*$/m, "From: a@example.edu <b@example.edu>, c@x.y"),
    ],
  ])("knows no author of a mail with %s", async (_, change) => {
    expect((await read(change(person))).mail.from).toBeNull();
  });

  it("takes the recipients of the envelope before those of the headers", async () => {
    const mail = await readMail({ raw: bytes(person), sender: "x@y.z", recipients: ["Other@RSVP.example.org"] });
    expect(mail?.recipients).toEqual(["other@rsvp.example.org"]);
  });

  it("reads nothing that is too large or nested too deep", async () => {
    const raw = bytes(person + "x".repeat(1_000_000));
    expect(await readMail({ raw, sender: null, recipients: [] })).toBeNull();
    let deep = "Content-Type: text/plain\r\n\r\nx";
    for (let depth = 0; depth < 40; depth += 1) {
      deep = `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n${deep}\r\n--b${depth}--`;
    }
    expect(await readMail({ raw: bytes(deep), sender: null, recipients: [] })).toBeNull();
  });
});

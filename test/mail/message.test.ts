import fc from "fast-check";
import PostalMime from "postal-mime";
import { describe, expect, it } from "vitest";
import { composeMessage, type Mail } from "../../src/mail/message.ts";

const mail: Mail = {
  messageId: "abc@calendar.example",
  from: { name: "Waldur calendar", address: "calendar@calendar.example" },
  to: { name: "Liis Saar", address: "liis@example.org" },
  subject: "New request",
  text: "A request.\n",
  html: "<p>A request.</p>",
  headers: {},
};
const at = Date.UTC(2027, 0, 4, 9) / 1000;

const parse = async (raw: string) => new PostalMime({ rfc822Attachments: true }).parse(raw);
/** The header of a message, unfolded, as names and values. */
const headerOf = (raw: string): string[] =>
  raw
    .slice(0, raw.indexOf("\r\n\r\n"))
    .replace(/\r\n[ \t]/g, " ")
    .split("\r\n");

describe("a message", () => {
  it("is read back as it was meant", async () => {
    const read = await parse(composeMessage({ ...mail, replyTo: { name: "", address: "r@example.org" } }, at));
    expect(read).toMatchObject({
      messageId: "<abc@calendar.example>",
      date: "2027-01-04T09:00:00.000Z",
      from: mail.from,
      to: [mail.to],
      replyTo: [{ address: "r@example.org" }],
      subject: "New request",
      html: "<p>A request.</p>",
    });
    expect(read.text?.trim()).toBe("A request.");
  });

  it("with an invitation has it in the alternative and as an attachment, with one method", async () => {
    const text = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";
    const raw = composeMessage({ ...mail, calendar: { method: "REQUEST", text } }, at);
    const types = [...raw.matchAll(/^Content-Type: ([^\r;]+)/gm)].map(([, type]) => type);
    expect(types).toEqual([
      "multipart/mixed",
      "multipart/alternative",
      "text/plain",
      "text/html",
      "text/calendar",
      "application/ics",
    ]);
    expect(raw).toContain("Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n");
    // SOGo takes a copy without it for ASCII.
    expect(raw).toContain('Content-Type: application/ics; charset=utf-8; name="invite.ics"\r\n');
    const { attachments } = await parse(raw);
    const contents = attachments.map(({ content }) =>
      typeof content === "string" ? content : new TextDecoder().decode(content),
    );
    expect(contents.map((content) => content.replaceAll(/\r?\n/g, "\r\n"))).toEqual([text, text]);
  });

  it("is 7-bit lines of bounded length, whatever stands in it, and is read back", async () => {
    const words = fc.string({ unit: "binary", maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(words, words, words, async (subject, name, text) => {
        const raw = composeMessage(
          { ...mail, subject, text, to: { ...mail.to, name }, headers: { "X-Any": name } },
          at,
        );
        const lines = raw.split("\r\n");
        expect(lines.filter((line) => !/^[\x20-\x7e]{0,998}$/.test(line))).toEqual([]);
        expect(headerOf(raw).map((line) => line.slice(0, line.indexOf(":")))).toEqual(
          "Message-ID Date From To Subject X-Any MIME-Version Content-Type".split(" "),
        );
        const read = await parse(raw);
        expect(read.to).toMatchObject([{ address: mail.to.address }]);
        expect(read.from).toMatchObject({ address: mail.from.address });
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["Re: Tere, õpetaja Jõgi!"],
    ["=?utf-8?B?QmNjOiBhQGI=?="],
    ["a".repeat(200)],
    ["Łódź 会議室 🎉".repeat(20)],
    ['"quoted" \\ (comment), <x@y>'],
  ])("keeps the subject %s", async (subject) => {
    const raw = composeMessage({ ...mail, subject, to: { ...mail.to, name: subject } }, at);
    const read = await parse(raw);
    expect(read.subject).toBe(subject);
    expect(read.to?.[0]?.name).toBe(subject);
  });

  it.each(["x", "a@b\r\nBcc: c@d", "<a@b>", "a b@c", "a@b, c@d", "a@-b"])("is not written to %j", (address) => {
    expect(() => composeMessage({ ...mail, to: { name: "", address } }, at)).toThrow("no such mail address");
  });
});

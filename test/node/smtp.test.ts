import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { defaultConfig } from "../../src/config/config.ts";
import { composeMessage } from "../../src/mail/message.ts";
import { openSmtp } from "../../src/node/smtp.ts";
import { openMailServer } from "../mail/mail-server.ts";

const raw = composeMessage(
  {
    messageId: "abc@calendar.example",
    from: { name: "", address: "calendar@calendar.example" },
    to: { name: "", address: "liis@example.org" },
    subject: "Tere",
    text: ".\n..\nõ\n",
    html: "<p>õ</p>",
    headers: {},
  },
  1_800_000_000,
);
const envelope = { from: "calendar@calendar.example", to: "liis@example.org" };

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function mailServer(...options: Parameters<typeof openMailServer>) {
  const server = await openMailServer(...options);
  opened.push(server);
  return server;
}

/** A server that answers each line by that, and closes after a null. */
async function scripted(answers: readonly (string | null)[]): Promise<number> {
  const server: Server = createServer((socket) => {
    const left = [...answers];
    const answer = (): void => {
      const next = left.shift();
      if (next === null || next === undefined) socket.destroy();
      else socket.write(`${next}\r\n`);
    };
    let data = false;
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      if (data && !chunk.toString().endsWith("\r\n.\r\n")) return;
      data = chunk.toString().startsWith("DATA");
      answer();
    });
    answer();
  });
  opened.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const send = async (url: string, settings: object = {}) =>
  openSmtp({ ...defaultConfig, mailUrl: url, mailFrom: "calendar@calendar.example", ...settings })?.send(raw, envelope);

describe("a mail over SMTP", () => {
  it("arrives as it was written", async () => {
    const { port, taken } = await mailServer();
    expect(await send(`smtp://127.0.0.1:${port}`)).toMatchObject({
      result: "sent",
      answer: expect.stringMatching(/^250/),
    });
    expect(taken).toEqual([{ raw, envelope, secure: false }]);
  });

  it("goes over STARTTLS where the server has it, with user and password", async () => {
    const logins: unknown[] = [];
    const { port, taken } = await mailServer({
      authOptional: false,
      disabledCommands: [],
      onAuth({ username, password }, _session, callback) {
        logins.push([username, password]);
        callback(null, password === "p@ss" ? { user: username } : undefined);
      },
    });
    const query = "tls.rejectUnauthorized=false";
    expect(await send(`smtp://user:p%40ss@127.0.0.1:${port}?${query}`)).toMatchObject({ result: "sent" });
    expect(taken[0]).toMatchObject({ raw, secure: true });
    expect(await send(`smtp://user:wrong@127.0.0.1:${port}?${query}`)).toMatchObject({ result: "unreachable" });
    expect(logins).toEqual([
      ["user", "p@ss"],
      ["user", "wrong"],
    ]);
  });

  it("tells in words of a server that speaks no TLS where it has to", async () => {
    const { port } = await mailServer({ disabledCommands: [] });
    const delivery = { result: "unreachable", answer: "TLS: wrong version number" };
    expect(await send(`smtps://127.0.0.1:${port}`)).toEqual(delivery);
  });

  it("does not go to a server whose certificate is not good", async () => {
    const { port, taken } = await mailServer({ disabledCommands: [] });
    expect(await send(`smtp://127.0.0.1:${port}`)).toMatchObject({ result: "unreachable" });
    expect(taken).toEqual([]);
  });

  it("is signed with the operator's key", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const mailDkimKey = privateKey.export({ type: "pkcs8", format: "pem" }).toString().replaceAll("\n", "\\n");
    const { port, taken } = await mailServer();
    await send(`smtp://127.0.0.1:${port}`, { mailDkimKey, mailDkimSelector: "cal" });
    const [mail] = taken;
    expect(mail?.raw).toMatch(
      /^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=calendar\.example;\s+q=dns\/txt; s=cal;/,
    );
    expect(mail?.raw.endsWith(raw)).toBe(true);
  });

  const hello = ["220 x", "250 x"];
  const data = [...hello, "250 from", "250 to", "354 go"];
  it.each([
    ["550 no such user", [...hello, "250 from", "550 no such user"], { result: "refused", forEver: true }],
    ["451 greylisted", [...hello, "250 from", "451 greylisted"], { result: "refused", forEver: false }],
    [
      "554 5.7.1 to RCPT",
      [...hello, "250 from", "554 5.7.1 <x>: Relay access denied"],
      { result: "refused", forEver: false },
    ],
    ["552 5.2.2 to RCPT", [...hello, "250 from", "552 5.2.2 mailbox full"], { result: "refused", forEver: false }],
    ["550 5.1.1 to RCPT", [...hello, "250 from", "550 5.1.1 no such user"], { result: "refused", forEver: true }],
    ["550 5.7.1 to the message", [...data, "550 5.7.1 spam"], { result: "refused", forEver: true }],
    ["552 too big", [...data, "552 too big"], { result: "refused", forEver: true }],
    ["421 busy", ["421 busy"], { result: "unreachable" }],
    ["554 instead of a greeting", ["554 no service"], { result: "unreachable" }],
    ["550 to EHLO and HELO", ["220 x", "550 not you", "550 not you"], { result: "unreachable" }],
    ["502 to STARTTLS", ["220 x", "250-x\r\n250 STARTTLS", "502 no"], { result: "unreachable" }],
    ["550 to MAIL FROM", [...hello, "550 not from you"], { result: "unreachable" }],
    ["452 to MAIL FROM", [...hello, "452 disk full"], { result: "unreachable" }],
    ["554 to DATA", [...hello, "250 from", "250 to", "554 no"], { result: "refused", forEver: true }],
    ["421 in the middle", [...hello, "421 busy"], { result: "unreachable" }],
    ["a cut before the greeting", [null], { result: "unreachable" }],
    ["a cut before DATA", [...hello, "250 from", null], { result: "unreachable" }],
    ["a cut after the message", [...data, null], { result: "unclear" }],
    ["a message taken", [...data, "250 taken"], { result: "sent" }],
  ])("ends by %s", async (_name, answers, outcome) => {
    expect(await send(`smtp://127.0.0.1:${await scripted(answers)}`)).toMatchObject(outcome);
  });

  it("finds nobody where nobody listens, and is off without an address", async () => {
    const { port, close } = await openMailServer();
    await close();
    expect(await send(`smtp://127.0.0.1:${port}`)).toMatchObject({ result: "unreachable" });
    expect(openSmtp(defaultConfig)).toBeNull();
  });
});

import { once } from "node:events";
import { createConnection } from "node:net";
import nodemailer from "nodemailer";
import { afterEach, describe, expect, it } from "vitest";
import { listenForMail, type MailListener } from "../../src/node/mail-listener.ts";
import { makeInvited, proven } from "../mail/invitation/invited.ts";
import { programs } from "../mail/reply/replies.ts";

const listeners: MailListener[] = [];
afterEach(async () => {
  for (const one of listeners.splice(0)) await one.close();
});

async function listening(protocol: "smtp" | "lmtp") {
  const invited = await makeInvited();
  const { deps } = invited.world;
  const listener = await listenForMail(deps, { verifyDkim: null }, `${protocol}://127.0.0.1:0`);
  listeners.push(listener);
  const transport = nodemailer.createTransport({
    host: "127.0.0.1",
    port: listener.port,
    lmtp: protocol === "lmtp",
    ignoreTLS: true,
  });
  const send = async (raw: string, to = invited.answer.mailbox, from = "mari.tamm@example.edu"): Promise<string> => {
    try {
      return (await transport.sendMail({ envelope: { from, to }, raw })).response ?? "";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  };
  return {
    ...invited,
    listener,
    send,
    raw: proven(programs["a CalDAV server, without any multipart"]?.(invited.answer) ?? ""),
  };
}

describe.each(["smtp", "lmtp"] as const)("answers over %s", (protocol) => {
  it("decide", async () => {
    const { send, raw, state } = await listening(protocol);
    expect(await send(raw)).toMatch(/^250/);
    expect(state()).toBe("OK");
  });

  it("are refused for every address that nobody has, and never once they are taken", async () => {
    const { send, raw, state, answer, run } = await listening(protocol);
    const other = `${answer.mailbox.startsWith("a") ? "b" : "a"}${answer.mailbox.slice(1)}`;
    for (const to of ["calendar@example.org", "postmaster@rsvp.example.org", other]) {
      expect(await send(raw, to)).toContain("550");
    }
    expect(await send(raw.replace("METHOD:REPLY", "METHOD:PUBLISH"), answer.mailbox, "victim@example.net")).toMatch(
      /^250/,
    );
    expect(state()).toBe("Creating");
    expect(await run()).toEqual([]);
  });

  it("that are too large are not read", async () => {
    const { send, raw, state } = await listening(protocol);
    expect(await send(raw + `${"x".repeat(76)}\r\n`.repeat(13_000))).toMatch(/^250/);
    expect(state()).toBe("Creating");
  });

  it("are taken whatever size is announced, so that nobody is written to", async () => {
    const { listener } = await listening(protocol);
    const socket = createConnection(listener.port, "127.0.0.1");
    await once(socket, "data");
    let last = "";
    for (const line of [protocol === "smtp" ? "EHLO x" : "LHLO x", "MAIL FROM:<victim@example.net> SIZE=90000000"]) {
      socket.write(`${line}\r\n`);
      [last = ""] = (await once(socket, "data")).map(String);
    }
    socket.destroy();
    expect(last).toMatch(/^250/);
  });

  it("come again when the database does not answer", async () => {
    const { send, raw, state, world } = await listening(protocol);
    const { sql } = world.deps;
    const all = async (): Promise<never> => {
      throw new Error("no answer");
    };
    Object.assign(world.deps, { sql: { ...sql, all } });
    expect(await send(raw)).toContain("451");
    Object.assign(world.deps, { sql });
    expect(await send(raw)).toMatch(/^250/);
    expect(state()).toBe("OK");
  });
});

it("outlives clients that speak nonsense or go away in the middle", async () => {
  const { listener, send, raw, state, answer } = await listening("smtp");
  for (const words of [
    "\u0000\u0001\r\n",
    `EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<${answer.mailbox}>\r\nDATA\r\nFrom: `,
  ]) {
    const socket = createConnection(listener.port, "127.0.0.1");
    await once(socket, "data");
    socket.write(words);
    await once(socket, "data");
    socket.destroy();
  }
  expect(await send(raw)).toMatch(/^250/);
  expect(state()).toBe("OK");
});

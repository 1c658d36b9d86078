import fc from "fast-check";
import PostalMime from "postal-mime";
import { beforeAll, describe, expect, it } from "vitest";
import { languages } from "../../src/calendar/profile.ts";
import { composeMessage, type Mail } from "../../src/mail/message.ts";
import { noticeMail } from "../../src/mail/notices/notice-mail.ts";
import type { Person } from "../../src/mail/people.ts";
import { requestContent, requestsContent } from "../../src/mail/notices/request-text.ts";
import { findAccount } from "../../src/store/accounts/accounts.ts";
import { findNotices } from "../../src/store/mail/notices.ts";
import { actAsOperator } from "../../src/account/find-source.ts";
import { hostileKnown } from "../calendar/hostile.ts";
import { makeWorld, type World } from "../world.ts";
import { openPostOffice } from "./post-office.ts";

const ours = "https://calendar.example/";
const fields =
  "message-id date from to subject list-id list-unsubscribe list-unsubscribe-post auto-submitted x-auto-response-suppress mime-version content-type";
/** The texts that a mail program makes links of. */
const linked = /(?:[a-z][a-z0-9+.-]*:\/\/|www\.|mailto:)[^\s<>"]+/giu;

describe("a mail about a request of somebody hostile", () => {
  let world: World;
  let person: Person;
  beforeAll(async () => {
    const config = { mailFrom: "Waldur <calendar@calendar.example>" };
    world = await makeWorld({ bookings: 0, mail: openPostOffice().transport, config });
    await actAsOperator(world.deps);
    const account = await findAccount(world.deps.sql, "environment");
    if (account === null) throw new Error("there is no account");
    const notices = await findNotices(world.deps.sql, "u");
    person = {
      userUuid: "u",
      account: { ...account, email: "maria@example.org" },
      accounts: [account],
      notices,
      paused: false,
      language: "en",
      zone: "Europe/Tallinn",
    };
  });

  it(
    "has our fields, our recipient and our links alone, and the words of others last",
    { timeout: 900_000 },
    async () => {
      const kind = fc.constantFrom("request" as const, "reminder" as const);
      await fc.assert(
        fc.asyncProperty(
          hostileKnown,
          kind,
          fc.constantFrom(...languages),
          fc.boolean(),
          async (known, kind, language, one) => {
            const row = { ...known, sourceId: "s", rev: 1 };
            const reader = { ...person, language };
            const content = one
              ? requestContent(world.deps, row, reader, kind)
              : requestsContent(world.deps, [row, row], 3, reader, kind);
            const occasion = { cause: `request:${row.booking.uuid}`, recipient: "u" };
            const { message } = await noticeMail(world.deps, reader, occasion, kind, content, []);
            const mail: Mail = JSON.parse(message ?? "");
            const raw = composeMessage(mail, 1_800_000_000);
            expect(raw.split("\r\n").filter((line) => !/^[\x20-\x7e]{0,998}$/.test(line))).toEqual([]);
            const read = await PostalMime.parse(raw);
            expect(read.headers.map(({ key }) => key).join(" ")).toBe(fields);
            expect(read.to).toEqual([{ name: "", address: "maria@example.org" }]);
            expect([read.cc, read.bcc, read.attachments]).toEqual([undefined, undefined, []]);
            const { text = "", html = "" } = read;
            for (const part of [text, html.replaceAll(/<[^>]*>/g, " ")]) {
              expect([...part.matchAll(linked)].map(([link]) => link).filter((link) => !link.startsWith(ours))).toEqual(
                [],
              );
            }
            expect(
              [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].filter(([, link]) => !link?.startsWith(ours)),
            ).toEqual([]);
            const tags = new Set([...html.matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag));
            for (const tag of "!doctype html head meta title body p br div a hr blockquote".split(" "))
              tags.delete(tag);
            expect([...tags]).toEqual([]);
            const quoted = text.search(/^> /m);
            if (quoted >= 0) {
              expect(
                text
                  .slice(quoted)
                  .split("\n")
                  .filter((line) => line !== "" && !line.startsWith(">")),
              ).toEqual([]);
              expect(text.slice(quoted)).not.toContain(ours);
            }
          },
        ),
        { numRuns: Number(process.env["MAIL_HOSTILE"] ?? 1000) },
      );
    },
  );
});

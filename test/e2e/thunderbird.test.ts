import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installed } from "../installed.ts";
import { canServeMail, openMailDomains } from "../mail/servers/domains.ts";
import { requestTo } from "../waldur-answers.ts";
import { until } from "../until.ts";
import { openInviting } from "./support/approver.ts";
import type { Running } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";
import { type InvitationBar, openThunderbird, type Thunderbird } from "./support/thunderbird.ts";

// Half a minute, and a gigabyte of programs: on demand only, with THUNDERBIRD=1. PICTURES: a folder for pictures of the window.
const wanted = process.env["THUNDERBIRD"] === "1";
const pictures = process.env["PICTURES"] ?? "";
const programs = ["thunderbird", "Xvfb", "xdotool"];
const there = wanted && installed(programs, "apt-get install thunderbird xvfb xdotool") && canServeMail();

describe.runIf(there)("Thunderbird", () => {
  let domains: Awaited<ReturnType<typeof openMailDomains>>;
  let waldur: ServedSample;
  let thunderbird: Thunderbird;
  beforeAll(async () => {
    domains = await openMailDomains(["maria.naidis"]);
    waldur = await serveSample(6);
    thunderbird = await openThunderbird({
      user: "maria.naidis",
      address: "maria.naidis@example.org",
      imapPort: domains.imapPort,
      smtpPort: domains.ports.organisation,
    });
  });
  afterAll(async () => {
    await thunderbird?.close();
    await waldur?.close();
    await domains?.close();
  });

  const keep = async (name: string): Promise<void> => {
    if (pictures === "") return;
    await mkdir(pictures, { recursive: true });
    await writeFile(join(pictures, `${name}.png`), await thunderbird.picture());
  };

  describe.each(["listener", "mailbox"] as const)("with answers that come to a %s", (way) => {
    let service: Running;
    beforeAll(async () => {
      service = await openInviting(waldur, domains.settings[way]);
    });
    afterAll(async () => service?.close());

    const bar = async (words: string, holds: (shown: InvitationBar) => boolean): Promise<InvitationBar> =>
      until(
        async () => {
          const shown = await thunderbird.show(words);
          return shown !== null && holds(shown) && shown;
        },
        () => service.logs().slice(-2000),
      ).catch(async (error: unknown) => {
        await keep(`${way} failed`);
        throw error;
      });

    it.each([
      ["Accept", "OK", "an update to an existing event"],
      ["Decline", "Terminated", "an event cancellation"],
    ])("shows an invitation; %s is pressed, decides, and the update is shown", async (name, state, says) => {
      const words = `${name} by ${way}`;
      const booking = requestTo(waldur.sample, { own: true, name: words });
      const id = `imip${name}Button`;
      const asked = await bar(words, ({ buttons }) => buttons.some((one) => one.id === id));
      await keep(`${way} ${name} 1 asked`);
      await thunderbird.press(asked, id);
      await until(
        () => waldur.sample.find(booking.uuid)?.state === state,
        () => service.logs().slice(-2000),
      ).catch(async (error: unknown) => {
        await keep(`${way} failed`);
        throw error;
      });
      // The bar may say for a moment what it said of the message before.
      const told = await bar(words, ({ subject, label }) => subject !== asked.subject && label.includes(says));
      await keep(`${way} ${name} 2 told`);
      expect([asked.label, told.label]).toEqual([
        "This message contains an invitation to an event.",
        `This message contains ${says}.`,
      ]);
    });
  });
});

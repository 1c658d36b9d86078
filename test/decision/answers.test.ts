import { describe, expect, it } from "vitest";
import { listDecisions } from "../../src/store/decisions.ts";
import { sentence, stateAfter, waldurAnswers } from "../waldur-answers.ts";
import { type Case, makeBrowser, makeCase } from "./decided.ts";

const actions = ["accept", "reject"] as const;
const modes = ["sign-in", "signed"] as const;

/** A browser in which the page's buttons work, in either mode. */
async function ready(one: Case, mode: (typeof modes)[number], link: string) {
  if (mode === "sign-in") return one.signedIn("providerOwner", link);
  const browser = makeBrowser(one.world);
  return { browser, page: await browser.open(link) };
}

describe.each(modes)("a click on a page of the kind %s", (mode) => {
  describe.each(actions)("to %s", (action) => {
    it.each(waldurAnswers)("when Waldur answers $name", async (answer) => {
      const one = await makeCase({ mode });
      const { world } = one;
      const { booking, link } = await one.request({ own: true });
      const { browser, page } = await ready(one, mode, link);
      const interfere = answer.interfere(world.sample, booking, action);
      world.fault((request) => {
        const done = interfere(request);
        if (done === "hang") return Object.assign(new Error("too late"), { name: "TimeoutError" });
        return done === "cut" ? new Error("socket hang up") : done;
      });
      const { status, note, html } = await browser.decide(page, action);
      expect({ status, note }).toEqual({
        status: answer.status,
        note: expect.stringContaining(sentence(answer, action)),
      });
      expect(html).not.toMatch(/undefined|Error:|\bat \/|stack/);
      expect(world.sample.find(booking.uuid)?.state ?? "gone").toBe(stateAfter(answer, action));
      const [kept] = await listDecisions(world.deps.sql, booking.uuid, 1);
      expect(kept).toMatchObject({ action, via: mode, username: "maria.naidis", address: "192.0.2.0" });
    });
  });
});

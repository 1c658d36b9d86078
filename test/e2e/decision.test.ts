import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { type Action, type DecisionMode, actions } from "../../src/calendar/profile.ts";
import type { SampleBooking } from "../../src/demo/bookings.ts";
import { newKey, parseKeyRing } from "../../src/security/keys.ts";
import { seal } from "../../src/security/seal.ts";
import { addUser } from "../../src/store/accounts/accounts.ts";
import { readUser } from "../../src/waldur/schema.ts";
import { sealedTokenPlace } from "../../src/account/client.ts";
import { requestTo, sentence, stateAfter, type WaldurAnswer, waldurAnswers } from "../waldur-answers.ts";
import { linkIn } from "../decision/decided.ts";
import { makeFormClient } from "./support/form-client.ts";
import { runCli } from "./support/process.ts";
import { adminToken, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";
import { setColumns } from "../rows.ts";

const modes = ["sign-in", "signed"] as const satisfies readonly DecisionMode[];
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const ring = newKey(random);

describe.each(runtimes)("deciding on $runtime", ({ open }) => {
  let waldur: ServedSample;
  let service: Running;
  const addresses = new Map<string, string>();
  /** One pending request for each case, all made beforehand, so that the service reads them together. */
  const waiting = new Map<string, SampleBooking>();
  const texts = new Map<string, string>();

  const cli = async (...args: string[]) => runCli([...args, "--server", service.url], { ADMIN_TOKEN: adminToken });
  const calendar = async (mode: string): Promise<string> => {
    const text = await (await fetch(service.url + new URL(addresses.get(mode) ?? "").pathname)).text();
    expect(lintCalendar(text)).toEqual([]);
    return text;
  };
  const pathOf = (mode: string, uuid: string): string => new URL(linkIn(texts.get(mode) ?? "", uuid)).pathname;
  const nameOf = (mode: string, action: string, name: string): string => `${mode} ${action} ${name}`;

  beforeAll(async () => {
    waldur = await serveSample(6);
    for (const mode of modes) {
      for (const action of actions) {
        for (const { name } of waldurAnswers)
          waiting.set(nameOf(mode, action, name), requestTo(waldur.sample, { own: true }));
      }
    }
    waiting.set("api", requestTo(waldur.sample));
    // Each at a time of its own: what is accepted beside a page that is open would count.
    const hour = 3600;
    const firstAt = Math.ceil(Date.now() / 1000 / hour) * hour + 48 * hour;
    for (const [index, booking] of [...waiting.values()].entries()) {
      const period = { start: firstAt + index * hour, end: firstAt + (index + 1) * hour };
      const place = <T>(all: readonly T[]): T[] => all.slice(0, 1).map((one) => ({ ...one, ...period }));
      Object.assign(booking, { schedules: place(booking.schedules), slots: place(booking.slots) });
    }
    service = await open(waldur.url, waldur.sample.tokens.providerOwner, {
      SECRET_KEYS: ring,
      SIGNED_DECISIONS: "on",
      // Long enough for a busy machine: whoever does not answer is waited for so long, in one test.
      REQUEST_SECONDS: "10",
      // Nothing else asks Waldur while a test has put something between.
      POLL_SECONDS: "1",
    });
    for (const mode of modes) {
      const refused =
        mode === "signed"
          ? await cli("feeds", "add", "--provider", waldur.sample.providerUuid, "--decisions", mode)
          : null;
      // The account of the environment may have no such feed; somebody who signed in may.
      if (refused !== null)
        expect([refused.code, refused.stderr]).toEqual([
          2,
          expect.stringContaining("never for staff or the service's own account"),
        ]);
      const added = await cli("feeds", "add", "--provider", waldur.sample.providerUuid, "--name", mode);
      addresses.set(mode, added.stdout.trim());
    }
    await becomePerson();
    const { feeds } = JSON.parse((await cli("feeds", "list", "--json")).stdout);
    const id = feeds.find(({ name }: { name: string }) => name === "signed")?.id ?? "";
    expect((await cli("feeds", "set", id, "--decisions", "signed")).code).toBe(0);
    for (let turns = 0; turns < 8; turns += 1) {
      await service.turn();
      for (const mode of modes) texts.set(mode, await calendar(mode));
      const all = [...waiting.values()].every(
        ({ uuid }) =>
          linkIn(texts.get("signed") ?? "", uuid).includes("/a/d") && linkIn(texts.get("sign-in") ?? "", uuid) !== "",
      );
      if (all) return;
    }
    throw new Error(`the feeds do not show all requests: ${service.logs().slice(-2000)}`);
  });
  afterAll(async () => {
    await service.close();
    await waldur.close();
  });

  /** Gives the feeds to the account of a person who signed in. */
  async function becomePerson(): Promise<void> {
    const shown = waldur.sample.tokens.providerOwner;
    const token = await seal(parseKeyRing(ring), sealedTokenPlace("person"), shown, random);
    const me = await fetch(`${waldur.url}/api/users/me/`, { headers: { Authorization: `Token ${shown}` } });
    const read = readUser(await me.json(), 1);
    if (!("value" in read)) throw new Error("the sample told no user");
    await addUser(service.sql, { id: "person", kind: "person", token }, read.value, 1);
    for (const table of ["feeds", "readers"]) await setColumns(service.sql, table, { account_id: "person" });
  }

  const clients = { "sign-in": makeFormClient(() => service.url), signed: makeFormClient(() => service.url) };

  /** Opens the page of a request by a mode; resolves to what decides it, and to what is checked after. */
  async function begin(mode: (typeof modes)[number], action: Action, answer: WaldurAnswer) {
    const booking = waiting.get(nameOf(mode, action, answer.name));
    if (booking === undefined) throw new Error("it was not prepared");
    const client = clients[mode];
    const path = pathOf(mode, booking.uuid);
    let page = await client.send(path);
    if (mode === "sign-in" && !page.html.includes('value="accept"')) {
      await client.submit(page, /sign-in/, { token: waldur.sample.tokens.providerOwner });
      page = await client.send(path);
    }
    return {
      booking,
      interfere: answer.interfere(waldur.sample, booking, action),
      decide: async (): Promise<void> => {
        expect([mode, action, answer.name, await client.submit(page, /value="accept"/, { action })]).toEqual([
          mode,
          action,
          answer.name,
          expect.objectContaining({
            status: answer.status,
            note: expect.stringContaining(sentence(answer, action)),
          }),
        ]);
        expect(waldur.sample.find(booking.uuid)?.state ?? "gone").toBe(stateAfter(answer, action));
      },
    };
  }

  describe.each(modes)("by %s", (mode) => {
    describe.each(actions)("to %s", (action) => {
      it.each(waldurAnswers.filter(({ silent }) => !silent))("when Waldur answers $name", async (answer) => {
        const { booking, interfere, decide } = await begin(mode, action, answer);
        // The service's own runs read other addresses, and are let through.
        waldur.interfere((request) =>
          /users\/me|booking-resources\/\w{32}/.test(request.url) ? interfere(request) : null,
        );
        await decide();
        waldur.interfere(null);
        // The feeds show it at once, before the next run.
        if (answer.name === "200") {
          for (const each of modes) {
            const text = (await calendar(each)).replaceAll(/\r\n[ \t]/g, "");
            const event = text.split("BEGIN:VEVENT").find((one) => one.includes(`UID:${booking.uuid}-1\r\n`));
            expect(event).toContain(action === "accept" ? "STATUS:CONFIRMED" : "STATUS:CANCELLED");
          }
        }
      });
    });
  });

  it("when Waldur does not answer for as long as it is waited for, all at once", async () => {
    const begun: Awaited<ReturnType<typeof begin>>[] = [];
    for (const mode of modes)
      for (const action of actions)
        for (const answer of waldurAnswers.filter(({ silent }) => silent))
          begun.push(await begin(mode, action, answer));
    waldur.interfere(
      (request) => begun.find(({ booking }) => request.url.includes(booking.uuid))?.interfere(request) ?? null,
    );
    await Promise.all(begun.map(async ({ decide }) => decide()));
    waldur.interfere(null);
    expect(begun).toHaveLength(12);
  });

  it("the operator decides on the command line, and sees who did what", async () => {
    const uuid = waiting.get("api")?.uuid ?? "";
    const accepted = await cli("accept", uuid);
    expect([accepted.code, accepted.stdout]).toEqual([
      0,
      expect.stringContaining("Accepted. The booking is confirmed"),
    ]);
    expect(await calendar("sign-in")).toContain("STATUS:CONFIRMED");
    const late = await cli("reject", uuid);
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("decided otherwise")]);
    const listed = JSON.parse((await cli("decisions", "--booking", uuid, "--json")).stdout);
    const network = {
      Authorization: `Bearer ${adminToken}`,
      "X-Forwarded-For": "203.0.113.9",
      "CF-Connecting-IP": "203.0.113.9",
    };
    await fetch(`${service.url}/api/v1/bookings/${uuid}/accept`, { method: "POST", headers: network });
    const found = await fetch(`${service.url}/api/v1/decisions?limit=2`, { headers: network });
    const { decisions }: { decisions: { address: string }[] } = JSON.parse(await found.text());
    // A repeated accept is the same decision: it is answered again, not recorded again.
    expect(decisions.map(({ address }) => address)).not.toContain("203.0.113.0");
    await fetch(`${service.url}/api/v1/bookings/${uuid}/reject`, { method: "POST", headers: network });
    const newest = await fetch(`${service.url}/api/v1/decisions?limit=1`, { headers: network });
    expect(JSON.parse(await newest.text()).decisions[0].address).toBe("203.0.113.0");
    expect(listed.decisions).toMatchObject([
      { action: "reject", result: "other", via: "api" },
      { action: "accept", result: "done", via: "api", username: "maria.naidis" },
    ]);
    expect((await cli("decisions", "--limit", "3")).stdout.trim().split("\n")).toHaveLength(4);
    expect((await cli("accept", "0".repeat(32))).code).toBe(3);
    expect((await cli("accept", "no-uuid")).code).toBe(2);
    const token = pathOf("signed", uuid).split("/")[2] ?? "";
    expect(service.logs()).not.toContain(token);
  });
});

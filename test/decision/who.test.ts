import { describe, expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import type { Deps } from "../../src/deps.ts";
import { findUser } from "../../src/store/accounts/accounts.ts";
import { listDecisions } from "../../src/store/decisions.ts";
import { makeBrowser, makeCase, writesOf } from "./decided.ts";
import { setColumns } from "../rows.ts";

const actions = ["accept", "reject"] as const;

describe("who may decide", () => {
  it("owners and managers of the provider accept; everybody else hears who can, and Waldur is not asked", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request();
    for (const role of ["outsider", "otherProviderOwner", "requester", "consumerOwner"] as const) {
      const { browser, page } = await one.signedIn(role, link);
      world.requests();
      const nonced = { ...page, html: page.html.replace('value="reject"', 'value="accept"') };
      const refused = await browser.decide(nonced, "accept");
      expect([role, refused.status >= 403, writesOf(world)]).toEqual([role, true, []]);
    }
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    const manager = await one.signedIn("providerManager", link);
    expect((await manager.browser.decide(manager.page, "accept")).status).toBe(200);
  });

  it("nobody accepts for themselves because they also manage the customer", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request({ requester: people.consumerOwner });
    // Waldur itself would let them: seen on a real one.
    const { browser, page } = await one.signedIn("consumerOwner", link);
    expect(page.buttons).toEqual(["reject"]);
    const refused = await browser.decide(page, "accept");
    expect([refused.status, refused.note]).toEqual([403, expect.stringContaining("does not represent the provider")]);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    // To withdraw it is theirs.
    expect((await browser.decide(page, "reject")).status).toBe(200);
    expect(world.sample.find(booking.uuid)?.state).toBe("Terminated");
  });

  it("a reject that Waldur refuses says who can, and shows the way", async () => {
    const one = await makeCase();
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const refused = await browser.decide(page, "reject");
    expect([refused.status, refused.note]).toEqual([403, expect.stringContaining(booking.project.customer.name)]);
    expect(refused.html).toContain(`https://homeport.example.org/resource-details/${booking.uuid}/`);
  });

  it("with the operator's token a provider rejects, Waldur is told by the operator, our audit names the person", async () => {
    const one = await makeCase({ config: { waldurDecisionToken: "sample-staff" } });
    const { world } = one;
    const { booking, link } = await one.request();
    const told: string[] = [];
    world.fault((request) => {
      if (request.method === "POST") told.push(request.headers.get("Authorization") ?? "");
      return null;
    });
    const { browser, page } = await one.signedIn("providerManager", link);
    expect(page.html).toContain("Waldur’s own log will name that account, ours names you");
    const rejected = await browser.decide(page, "reject");
    expect([rejected.status, rejected.note]).toEqual([200, expect.stringContaining("operator’s account")]);
    expect(told).toEqual(["Token sample-provider-manager", "Token sample-staff"]);
    expect([world.sample.find(booking.uuid)?.state, await one.status(booking.uuid)]).toEqual([
      "Terminated",
      "CANCELLED",
    ]);
    const [kept] = await listDecisions(world.deps.sql, booking.uuid, 1);
    expect(kept).toMatchObject({ username: "sam.sample", byOperator: true, result: "done", action: "reject" });
  });

  it("the operator's token is used for nobody else, for nothing else, and not for whoever holds a link", async () => {
    for (const role of ["outsider", "otherProviderOwner"] as const) {
      const one = await makeCase({ config: { waldurDecisionToken: "sample-staff" } });
      const { booking, link } = await one.request();
      const { browser, page } = await one.signedIn(role, link);
      for (const action of actions) expect((await browser.decide(page, action)).status).toBeGreaterThanOrEqual(403);
      expect(one.world.sample.find(booking.uuid)?.state).toBe("Creating");
    }
    const signed = await makeCase({ mode: "signed", config: { waldurDecisionToken: "sample-staff" } });
    const { booking, link } = await signed.request();
    const browser = makeBrowser(signed.world);
    expect((await browser.decide(await browser.open(link), "reject")).status).toBe(403);
    expect(signed.world.sample.find(booking.uuid)?.state).toBe("Creating");
  });

  it("an operator's token that does not work is a refusal to the person, and an error in the log", async () => {
    const one = await makeCase({ config: { waldurDecisionToken: "sample-nobody-knows" } });
    const { link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    expect((await browser.decide(page, "reject")).status).toBe(403);
    expect(one.world.log.entries.map(({ event }) => event)).toContain("decision_token_refused");
  });

  it("a token that Waldur does not take any more marks the account, and the page asks for another", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link, booking } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    world.sample.expireToken("providerOwner");
    const refused = await browser.decide(page, "accept");
    expect([refused.status, refused.note]).toEqual([401, expect.stringContaining("Maria Näidis")]);
    expect(refused.html).toContain("Your Waldur token");
    const account = async () => findUser(world.deps.sql, "decider", people.providerOwner.uuid);
    expect((await account())?.refusedAt).toBe(Math.floor(world.clock.ms / 1000));
    world.sample.renewToken("providerOwner");
    const again = await browser.signIn(refused, "sample-provider-owner");
    expect((await account())?.refusedAt).toBeNull();
    expect((await browser.decide(again, "accept")).status).toBe(200);
    expect(world.sample.find(booking.uuid)?.state).toBe("OK");
  });

  it("a link that decides at once stops to when the operator or the feed takes that back, or the account becomes staff", async () => {
    const one = await makeCase({ mode: "signed" });
    const { world } = one;
    const { link } = await one.request();
    const open = async (deps: Deps = world.deps) => makeBrowser({ ...world, deps }).open(link);
    expect(await open()).toMatchObject({ buttons: ["accept", "reject"] });
    expect((await open()).html).toContain("Anyone with this link decides as Maria Näidis");
    const forbidden = { ...world.deps, config: { ...world.deps.config, signedDecisions: false } };
    expect(await open(forbidden)).toMatchObject({ status: 200, buttons: [] });
    // Not the sample: the account of the environment never.
    expect(await open({ ...world.deps, sample: false })).toMatchObject({ status: 200, buttons: [] });
    await setColumns(world.deps.sql, "accounts", { is_staff: 1 });
    expect(await open()).toMatchObject({ status: 200, buttons: [] });
  });
});

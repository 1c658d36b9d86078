import { describe, expect, it } from "vitest";
import { listDecisions } from "../../src/store/decisions.ts";
import { requestTo } from "../waldur-answers.ts";
import { formsOf, makeCase } from "./decided.ts";

describe("a form from elsewhere", () => {
  const foreign: readonly (readonly [string, Record<string, string>, boolean])[] = [
    ["without Origin", { Origin: "" }, true],
    ["with the Origin null, from another site", { Origin: "null", "Sec-Fetch-Site": "cross-site" }, true],
    ["with the Origin null, in a frame", { Origin: "null", "Sec-Fetch-Dest": "iframe" }, true],
    ["of a foreign Origin", { Origin: "https://evil.example" }, true],
    ["of our name on http", { Origin: "http://calendar.example" }, true],
    ["from another site, as Sec-Fetch-Site says", { "Sec-Fetch-Site": "cross-site" }, true],
    ["from another host of our site", { "Sec-Fetch-Site": "same-site" }, true],
    ["in a frame", { "Sec-Fetch-Dest": "iframe" }, true],
    ["by a script", { "Sec-Fetch-Dest": "empty" }, true],
    ["without the cookie", {}, false],
  ];

  it.each(foreign)("%s decides nothing", async (_, headers, withCookie) => {
    const { world, request, signedIn } = await makeCase();
    const { link, booking } = await request();
    const { browser, page } = await signedIn("providerOwner", link);
    if (!withCookie)
      for (const name of browser.cookies.keys()) if (name.startsWith("__Host-form")) browser.cookies.delete(name);
    const refused = await browser.decide(page, "accept", headers);
    expect([refused.status, refused.note]).toEqual([403, expect.stringContaining("not sent from this page")]);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    expect(await listDecisions(world.deps.sql, null, 10)).toEqual([]);
    // The page that says so has what a click on it needs.
    expect((await browser.decide(refused, "accept")).status).toBe(200);
  });

  it("with a wrong field, or that of another form or booking, decides nothing", async () => {
    const { world, request, signedIn } = await makeCase();
    const one = await request();
    const other = await request();
    const { browser, page } = await signedIn("providerOwner", one.link);
    const beside = await browser.open(other.link);
    const { action = "", hidden = {} } = formsOf(page).find(({ html }) => html.includes('value="accept"')) ?? {};
    const nonces = [
      "",
      "made.up",
      `${hidden["nonce"] ?? ""}A`,
      formsOf(page).find((form) => form.action.endsWith("/forget"))?.hidden["nonce"] ?? "",
      formsOf(beside).find(({ html }) => html.includes('value="accept"'))?.hidden["nonce"] ?? "",
    ];
    for (const nonce of nonces) {
      expect((await browser.submit(page, action, { action: "accept", nonce })).status).toBe(403);
    }
    expect(world.sample.find(one.booking.uuid)?.state).toBe("Creating");
  });

  it("is none when several requests are open side by side", async () => {
    const { request, signedIn } = await makeCase();
    const [one, two] = [await request(), await request()];
    const { browser, page } = await signedIn("providerOwner", one.link);
    const second = await browser.open(two.link);
    expect([(await browser.decide(page, "accept")).status, (await browser.decide(second, "accept")).status]).toEqual([
      200, 200,
    ]);
  });
});

describe("a form that shows what is no more", () => {
  const day = 86_400;

  it.each(["accept", "reject"] as const)("to %s asks again where the time has moved", async (action) => {
    const { world, request, signedIn } = await makeCase();
    const { link, booking } = await request({ own: true });
    const { browser, page } = await signedIn("providerOwner", link);
    world.sample.moveSlot(booking.uuid, day);
    world.wait(60);
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const asked = await browser.decide(page, action);
    expect([asked.status, asked.note]).toEqual([409, expect.stringContaining("have changed since you saw it")]);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    // In Waldur alone.
    world.sample.moveSlot(booking.uuid, day);
    const again = await browser.decide(asked, action);
    expect([again.status, again.note]).toEqual([409, expect.stringContaining("have changed since you saw it")]);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    await world.settle();
    await browser.decide(await browser.open(link), action);
    expect(world.sample.find(booking.uuid)?.state).not.toBe("Creating");
  });

  it("asks again where another was confirmed for the time, but not to reject", async () => {
    const { world, request, signedIn } = await makeCase();
    const { link, booking } = await request({ own: true });
    const other = requestTo(world.sample, { name: "Other" });
    Object.assign(other, { schedules: booking.schedules, slots: booking.slots });
    world.wait(60);
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const { browser, page } = await signedIn("providerOwner", link);
    expect(page.html).toContain("also requested");
    world.sample.accept(other.uuid);
    world.wait(60);
    await world.tick();
    const asked = await browser.decide(page, "accept");
    expect([asked.status, asked.html.includes("already confirmed")]).toEqual([409, true]);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    await browser.decide(page, "reject");
    expect(world.sample.find(booking.uuid)?.state).not.toBe("Creating");
  });
});

import { describe, expect, it } from "vitest";
import { listDecisions } from "../../src/store/decisions.ts";
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

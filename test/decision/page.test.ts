import { describe, expect, it } from "vitest";
import { makeBrowser, makeCase } from "./decided.ts";

describe("the page", () => {
  it("tells what, who, when and beside what, with the headers of a page that nobody may embed or keep", async () => {
    const { world, request } = await makeCase({ zone: "Europe/Tallinn" });
    const { link, booking } = await request({ name: "Cells & more, n < 5" });
    world.requests();
    const { html, headers, status, buttons } = await makeBrowser(world).open(link);
    expect(status).toBe(200);
    expect(html).toContain("Cells &amp; more, n &lt; 5");
    for (const text of [booking.offering.name, booking.project.customer.name, booking.requester.username]) {
      expect(html).toContain(text);
    }
    expect(html).toContain("(Europe/Tallinn)");
    expect(html).toContain("(UTC)");
    expect(html).toContain(`https://homeport.example.org/resource-details/${booking.uuid}/`);
    // Who the reader is decides; until then there are no buttons.
    expect(buttons).toEqual([]);
    expect(html).not.toContain("<script");
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "same-origin",
      "x-robots-tag": "noindex, nofollow, noarchive",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
      "content-security-policy": expect.stringMatching(
        /default-src 'none'.*form-action 'self'; frame-ancestors 'none'/,
      ),
    });
    // Nobody signed in: Waldur is not asked anything.
    expect(world.requests()).toEqual([]);
  });

  it("shows the requester's words last and quoted, and no name as an address", async () => {
    const { request, signedIn } = await makeCase();
    const description = "Sign in again:\nhttps://evil.example/a/sign-in\u2028<b>Accept</b>";
    const { link } = await request({ name: "Accept: https://evil.example/a", description });
    const { page } = await signedIn("providerOwner", link);
    expect(page.html).toContain("Accept: https: //evil. example/a</h1>");
    const message = page.html.indexOf("Message from the requester:");
    expect(page.html.lastIndexOf("<button", message)).toBeGreaterThan(0);
    expect(page.html.slice(0, message)).not.toContain("https://evil.example");
    expect(page.html.slice(message)).toMatch(
      /^[^<]*<\/p><blockquote[^>]*>Sign in again:\nhttps:\/\/evil\.example\/a\/sign-in\n‹b&gt;Accept‹\/b&gt;<\/blockquote>/,
    );
  });

  it("speaks the reader's language, the feed's where the reader tells none", async () => {
    const { world, request } = await makeCase();
    const { link } = await request();
    const browser = makeBrowser(world);
    const { pathname } = new URL(link);
    expect((await browser.send(pathname, { headers: { "Accept-Language": "et-EE,en;q=0.5" } })).html).toContain(
      "Otsustamiseks logi sisse",
    );
    expect((await browser.send(pathname)).html).toContain("Sign in to decide");
  });

  it("has the button first that the link is for", async () => {
    const { request, signedIn } = await makeCase();
    const { link } = await request();
    const { browser, page } = await signedIn("providerOwner", link);
    expect(page.buttons).toEqual(["accept", "reject"]);
    expect((await browser.send(`${new URL(link).pathname}/reject`)).buttons).toEqual(["reject", "accept"]);
  });

  it("names bookings beside it only to who stands for the provider", async () => {
    const { world, request, signedIn } = await makeCase();
    const { booking, link } = await request({ name: "First" });
    const beside = world.sample.request({ name: "Second, beside it" });
    const moved = world.sample.find(beside.uuid);
    if (moved === undefined) throw new Error("the sample lost it");
    Object.assign(moved, {
      offering: booking.offering,
      slots: booking.slots.map((slot) => ({ ...slot, backendId: "other" })),
    });
    world.wait(600);
    await world.tick();
    const nobody = await makeBrowser(world).open(link);
    expect(nobody.html).toContain("also requested");
    expect(nobody.html).not.toContain("Second, beside it");
    const outsider = await signedIn("outsider", link);
    expect(outsider.page.html).not.toContain("Second, beside it");
    const owner = await signedIn("providerOwner", link);
    expect(owner.page.html).toContain("Second, beside it");
  });

  it("of a decided booking has no buttons, is 200, and says by whom only to who stands for the provider", async () => {
    const { world, request, signedIn } = await makeCase();
    const { link } = await request();
    const outsider = await signedIn("outsider", link);
    const { browser, page } = await signedIn("providerOwner", link);
    await browser.decide(page, "accept");
    const nobody = await makeBrowser(world).open(link);
    expect([nobody.status, nobody.buttons, nobody.html.includes("Maria")]).toEqual([200, [], false]);
    expect(nobody.html).toContain("decided in Waldur");
    const again = await browser.open(link);
    expect([again.status, again.buttons]).toEqual([200, []]);
    expect(again.html).toContain("Accepted by Maria Näidis through this calendar");
    expect((await outsider.browser.open(link)).html).not.toContain("by Maria");
  });

  it("of a booking whose time is over has no buttons, and takes no decision", async () => {
    const { world, request, signedIn } = await makeCase();
    const { link, booking } = await request();
    const { browser, page } = await signedIn("providerOwner", link);
    const end = Math.max(...booking.slots.map((slot) => slot.end));
    world.wait(end - world.clock.ms / 1000);
    const late = await browser.decide(page, "accept");
    expect([late.status, late.note]).toEqual([409, expect.stringContaining("is over")]);
    const { status, buttons, html } = await browser.open(link);
    expect([status, buttons]).toEqual([200, []]);
    expect(html).toContain("is over");
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
  });

  it("tells what the account may not do before it tries", async () => {
    const { request, signedIn } = await makeCase();
    const { link, booking } = await request();
    const owner = await signedIn("providerOwner", link);
    expect(owner.page.html).toContain("Waldur will probably not let your account reject");
    expect(owner.page.html).toContain(booking.project.customer.name);
    const outsider = await signedIn("outsider", link);
    expect(outsider.page.html).toContain("does not represent the provider");
    expect(outsider.page.buttons).toEqual(["reject"]);
  });

  it("answers OPTIONS, and refuses what is neither reading nor a form", async () => {
    const { world, request } = await makeCase();
    const { link } = await request();
    const browser = makeBrowser(world);
    const { pathname } = new URL(link);
    expect((await browser.send(pathname, { method: "OPTIONS" })).status).toBe(204);
    for (const method of ["PUT", "PATCH", "DELETE", "PROPFIND"]) {
      const refused = await browser.send(pathname, { method });
      expect([method, refused.status, refused.headers.get("Allow")]).toEqual([method, 405, "GET, HEAD, POST, OPTIONS"]);
    }
  });
});

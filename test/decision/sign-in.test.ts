import { describe, expect, it } from "vitest";
import { findSessionAccount } from "../../src/account/sign-in.ts";
import { formsOf, makeBrowser, makeCase, origin, type Seen } from "./decided.ts";

/** The cookie of a page's forms. */
function formCookieOf({ headers }: Seen): [name: string, value: string] {
  const [line = ""] = headers.getSetCookie();
  const [name = "", value = ""] = line.split(";", 1)[0]?.split("=") ?? [];
  return [name, value];
}

describe("signing in to decide", () => {
  it("takes a token once; after that one click is enough, until ninety days after the last visit", async () => {
    const { world, request, signedIn, status } = await makeCase();
    const first = await request();
    const { browser, page } = await signedIn("providerManager", first.link);
    expect(page.html).toContain("Signed in as Sam Sample");
    expect((await browser.decide(page, "accept")).note).toContain("Accepted");
    expect(await status(first.booking.uuid)).toBe("CONFIRMED");
    const second = await request();
    const opened = await browser.open(second.link);
    expect((await browser.decide(opened, "accept")).status).toBe(200);
    expect(world.sample.find(second.booking.uuid)?.state).toBe("OK");
    world.wait(89 * 86_400);
    const third = await request();
    expect((await browser.open(third.link)).buttons).toEqual(["accept", "reject"]);
    world.wait(91 * 86_400);
    const fourth = await request();
    expect((await browser.open(fourth.link)).buttons).toEqual([]);
  });

  it("ends in one browser with every copy of its cookie, and in no other but by signing out", async () => {
    const { world, request, signedIn } = await makeCase();
    const { link } = await request();
    const buttons = async (browser: ReturnType<typeof makeBrowser>) => (await browser.open(link)).buttons.length;
    const copyOf = (browser: ReturnType<typeof makeBrowser>) => {
      const copy = makeBrowser(world);
      for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
      return copy;
    };
    const other = (await signedIn("providerManager", link)).browser;
    for (const end of ["forget", "sign in again", "sign out"]) {
      const browser = makeBrowser(world);
      const form = await browser.open(link);
      await browser.signIn(form, "sample-provider-manager");
      const copy = copyOf(browser);
      // A copy that was used, and so prolonged, is one too.
      expect(await buttons(copy)).toBe(2);
      const page = await browser.open(link);
      if (end === "forget") await browser.submit(page, "/forget", { which: "here" });
      else if (end === "sign in again") await browser.signIn(form, "sample-provider-manager");
      else {
        const home = await browser.submit(await browser.send("/sign-in"), "/sign-in", {
          token: world.sample.tokens.providerManager,
        });
        await browser.submit(home, "/sign-out", {});
      }
      expect([end, await buttons(copy), await buttons(other)]).toEqual([end, 0, end === "sign out" ? 0 : 2]);
    }
  });

  it("knows who is signed in on the other pages, and leads there and back", async () => {
    const { world, request } = await makeCase();
    const { booking, link } = await request();
    const browser = makeBrowser(world);
    const signIn = await browser.send(`${new URL(link).pathname}/login`);
    expect(formsOf(signIn).map(({ action }) => action)).toEqual(["/sign-in"]);
    const back = await browser.submit(signIn, "/sign-in", { token: world.sample.tokens.providerManager });
    expect(back.html).toContain("Signed in as Sam Sample");
    expect((await browser.decide(back, "accept")).note).toContain("Accepted");
    expect(world.sample.find(booking.uuid)?.state).toBe("OK");
    const gone = await browser.submit(await browser.open((await request()).link), "/forget", { which: "here" });
    expect([gone.buttons, [...browser.cookies.keys()].includes("__Host-session")]).toEqual([[], false]);
  });

  it("does not take the operator for a person, and leads to no other site", async () => {
    const adminToken = "a-token-for-the-operator-only";
    const { world, request } = await makeCase({ config: { adminToken } });
    const { link } = await request();
    const browser = makeBrowser(world);
    const signIn = await browser.send("/sign-in");
    browser.cookies.set("__Host-next", "//elsewhere.example/a/0123456789012345678901234567890123456789");
    const home = await browser.submit(signIn, "/sign-in", { token: adminToken });
    expect(home.html).toContain("Requests");
    expect((await browser.open(link)).buttons).toEqual([]);
  });

  it("sets cookies for this host only, that no script reads, and never shows the token again", async () => {
    const { world, request } = await makeCase();
    const { link } = await request();
    const browser = makeBrowser(world);
    const page = await browser.open(link);
    const form = formsOf(page).find(({ action }) => action.endsWith("/sign-in"));
    const response = await world.app.fetch(
      new Request(`${origin}${form?.action ?? ""}`, {
        method: "POST",
        headers: { Origin: origin, Cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
        body: new URLSearchParams({ ...form?.hidden, token: "sample-provider-owner" }),
      }),
      world.deps,
    );
    const [cookie = ""] = response.headers.getSetCookie();
    expect([response.status, response.headers.get("Location")]).toEqual([303, new URL(link).pathname]);
    expect(cookie).toMatch(/^__Host-decide=v1\.[\w.-]+; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(page.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-form-\w{8}=[\w-]{32}; .*SameSite=Strict$/),
    ]);
    const after = await browser.signIn(page, "sample-provider-owner");
    expect(after.html).not.toContain('sample-provider-owner"');
    expect(JSON.stringify(world.log.entries)).not.toContain("sample-provider-owner");
  });

  it.each([
    ["a token that is none", "short", 400, "This is not a token"],
    ["one that Waldur does not know", "sample-nobody-at-all", 401, "does not accept this token"],
  ])("refuses %s", async (_, token, status, text) => {
    const { world, request } = await makeCase();
    const { link } = await request();
    const browser = makeBrowser(world);
    const refused = await browser.signIn(await browser.open(link), token);
    expect([refused.status, refused.note, refused.buttons]).toEqual([status, expect.stringContaining(text), []]);
    expect(refused.html).not.toContain(token);
  });

  it("says when Waldur is silent, and takes a right token at once after forty wrong ones from the same network", async () => {
    const { world, request } = await makeCase();
    const { link } = await request();
    const browser = makeBrowser(world);
    const page = await browser.open(link);
    world.fault(() => new Error("down"));
    expect((await browser.signIn(page, "sample-provider-owner")).note).toContain("did not answer");
    world.fault(null);
    for (let tries = 0; tries < 40; tries += 1)
      expect((await browser.signIn(page, `wrong-token-${tries}`)).status).toBe(401);
    const slept = world.clock.ms;
    expect((await browser.signIn(page, "wrong-token-40")).status).toBe(401);
    expect(world.clock.ms - slept).toBe(2000);
    expect((await browser.signIn(page, "sample-provider-owner")).status).toBe(200);
    expect(world.clock.ms - slept).toBe(2000);
  });

  it("can be ended in this browser, or in all browsers of the person", async () => {
    const { request, signedIn } = await makeCase();
    const { link } = await request();
    const one = await signedIn("providerOwner", link);
    const two = await signedIn("providerOwner", link);
    const gone = await one.browser.submit(one.page, "/forget", { which: "this" });
    expect([gone.buttons, one.browser.cookies.has("__Host-decide")]).toEqual([[], false]);
    expect((await two.browser.open(link)).buttons).toEqual(["accept", "reject"]);
    const three = await signedIn("providerOwner", link);
    await three.browser.submit(three.page, "/forget", { which: "all" });
    expect((await two.browser.open(link)).buttons).toEqual([]);
  });

  it("ends everywhere, on the pages too, but for nobody else", async () => {
    const adminToken = "a-token-for-the-operator-only";
    const { world, request, signedIn } = await makeCase({ config: { adminToken } });
    const { link } = await request();
    const onPages = async (token: string) => {
      const browser = makeBrowser(world);
      await browser.submit(await browser.send("/sign-in"), "/sign-in", { token });
      return browser;
    };
    const [own, other, operator] = [
      await onPages(world.sample.tokens.providerOwner),
      await onPages(world.sample.tokens.providerManager),
      await onPages(adminToken),
    ];
    // The operator's account is of the same user of Waldur.
    const { browser, page } = await signedIn("providerOwner", link);
    await browser.submit(page, "/forget", { which: "all" });
    expect((await own.send("/")).html).toContain("<h1>Sign in</h1>");
    expect((await other.send("/")).html).toContain("<title>Requests");
    expect((await operator.send("/")).html).toContain("<title>Requests");
    // From the pages' session alone as well.
    const again = await onPages(world.sample.tokens.providerOwner);
    const deciding = await signedIn("providerOwner", link);
    await again.submit(await again.open(link), "/forget", { which: "all" });
    expect((await again.send("/")).html).toContain("<h1>Sign in</h1>");
    expect((await deciding.browser.open(link)).buttons).toEqual([]);
  });

  it("ends in all browsers on signing out of the pages, even after that session has expired", async () => {
    const { world, request, signedIn } = await makeCase();
    const { link } = await request();
    for (const hours of [0, 9]) {
      const elsewhere = await signedIn("providerOwner", link);
      const { browser } = await signedIn("providerOwner", link);
      await browser.submit(await browser.send("/sign-in"), "/sign-in", { token: world.sample.tokens.providerOwner });
      const first = await browser.send("/");
      expect(first.html).toContain("<title>Requests");
      world.wait(hours * 3600);
      expect((await browser.submit(first, "/sign-out", {})).html).toContain("<h1>Sign in</h1>");
      expect([...browser.cookies.keys()].filter((name) => /decide|session/.test(name))).toEqual([]);
      for (const one of [browser, elsewhere.browser]) expect((await one.open(link)).buttons).toEqual([]);
    }
  });

  it.each([
    ["on the pages", "/sign-in", "providerManager", "Sam Sample", "__Host-decide"],
    ["to decide", null, "providerManager", "Sam Sample", "__Host-session"],
  ] as const)(
    "belongs to one person in a browser: it gives way when another signs in %s",
    async (_, path, role, name, gone) => {
      const { world, request, signedIn } = await makeCase();
      const { link } = await request();
      const { browser } = await signedIn("providerOwner", link);
      await browser.submit(await browser.send("/sign-in"), "/sign-in", { token: world.sample.tokens.providerOwner });
      expect([...browser.cookies.keys()]).toEqual(expect.arrayContaining(["__Host-decide", "__Host-session"]));
      const token = world.sample.tokens[role];
      if (path !== null) await browser.submit(await browser.send(path), path, { token });
      else {
        // The form that a browser without a session has got.
        const form = await makeBrowser(world).open(link);
        browser.cookies.set(...formCookieOf(form));
        await browser.signIn(form, token);
      }
      expect(browser.cookies.has(gone)).toBe(false);
      expect((await browser.open(link)).html).toContain(`Signed in as ${name}`);
    },
  );

  it("and the other session are one person: a second click through either says the same", async () => {
    const { world, request, signedIn } = await makeCase();
    const { link } = await request();
    const { browser, page } = await signedIn("providerManager", link);
    const pages = makeBrowser(world);
    await pages.submit(await pages.send("/sign-in"), "/sign-in", { token: world.sample.tokens.providerManager });
    const open = await pages.open(link);
    expect((await browser.decide(page, "accept")).note).toContain("Accepted.");
    expect((await pages.decide(open, "accept")).note).toContain("Accepted.");
  });

  it("opens no other pages", async () => {
    const { world, request, signedIn } = await makeCase();
    const { link } = await request();
    const { browser } = await signedIn("providerOwner", link);
    const cookie = browser.cookies.get("__Host-decide") ?? "";
    expect(await findSessionAccount(world.deps, "decide", cookie)).toMatchObject({
      username: "maria.naidis",
      kind: "decider",
    });
    expect(await findSessionAccount(world.deps, "pages", cookie)).toBeNull();
    expect((await browser.send("/api/v1/feeds")).status).toBe(401);
  });
});

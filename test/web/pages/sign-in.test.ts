import { describe, expect, it } from "vitest";
import { open } from "../../../src/security/seal.ts";
import { findUser } from "../../../src/store/accounts/accounts.ts";
import { sealedTokenPlace } from "../../../src/account/client.ts";
import { safeNextPath } from "../../../src/web/session/next-path.ts";
import { makeWorld, type World } from "../../world.ts";
import { listFeeds } from "../../../src/store/feeds.ts";
import { origin, type Visitor, visitor, wholeForm } from "../visitor.ts";

const session = "__Host-session";

async function personOf(world: World, token: string) {
  const me = await world.sample.fetch(
    new Request("http://sample.waldur.invalid/api/users/me/", { headers: { Authorization: `Token ${token}` } }),
  );
  const uuid = /"uuid":"([0-9a-f]{32})"/.exec(await me.text())?.[1] ?? "";
  return findUser(world.deps.sql, "person", uuid);
}

describe("signing in with a token", () => {
  it("leads to the overview, with a cookie of this host that no script sees and that lasts eight hours", async () => {
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    const done = await one.signIn(world.sample.tokens.providerOwner);
    expect([done.status, done.headers.get("Location")]).toEqual([303, "/"]);
    const line = done.headers.getSetCookie().find((cookie) => cookie.startsWith(session)) ?? "";
    const flags = line.split("; ").slice(1).toSorted();
    expect(flags).toEqual(["HttpOnly", "Max-Age=28800", "Path=/", "SameSite=Lax", "Secure"]);
    expect(await one.page("/")).toContain("Maria Näidis");
    world.wait(8 * 3600 - 1);
    expect((await one.get("/")).status).toBe(200);
    world.wait(1);
    expect((await one.get("/history")).headers.get("Location")).toBe("/sign-in?next=%2Fhistory");
  });

  it("keeps the token sealed, and shows it on no page, in no header and in no line of the log", async () => {
    const world = await makeWorld({ bookings: 8 });
    const token = world.sample.tokens.otherProviderOwner;
    const one = visitor(world);
    const answers = [await one.signIn(token), await one.get("/"), await one.get("/sign-in"), await one.get("/history")];
    for (const answer of answers) {
      expect((await answer.text()) + JSON.stringify([...answer.headers])).not.toContain(token);
    }
    expect(JSON.stringify(world.log.entries)).not.toContain(token);
    const account = await personOf(world, token);
    expect(account?.token).not.toContain(token);
    expect(await open(world.deps.keys, sealedTokenPlace(account?.id ?? ""), account?.token ?? "")).toBe(token);
  });

  it.each([
    ["nothing", "", 400, "Enter a token."],
    ["something short", "abc", 400, "This is not a token"],
    ["something with blanks", "a token with blanks", 400, "This is not a token"],
    ["markup", `<script>alert("1")</script>`, 401, "Waldur does not accept this token"],
    ["a quote", `"'><img src=x onerror=alert(1)>`, 400, "This is not a token"],
    ["control characters", "token\u0000\u0007token", 400, "This is not a token"],
    ["ten thousand characters", "x".repeat(10_000), 400, "This is not a token"],
    [
      "a token Waldur does not know",
      "0123456789abcdef0123456789abcdef01234567",
      401,
      "Waldur does not accept this token",
    ],
  ])("%s: a sentence beside the field, nothing of it repeated", async (_, token, status, sentence) => {
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    const answer = await one.signIn(token);
    const text = await answer.text();
    expect(answer.status).toBe(status);
    const fault = /<p class="fault" id="token-fault">([^<]*)<\/p>/.exec(text)?.[1];
    expect(fault).toContain(sentence);
    expect(text).toMatch(/<input id="token"[^>]*value=""[^>]*aria-invalid="true"[^>]*aria-describedby="token-fault/);
    if (token.length > 8) expect(text).not.toContain(token);
    expect(one.cookies.has(session)).toBe(false);
  });

  it("refuses to read a form larger than any of ours", async () => {
    const world = await makeWorld({ bookings: 0 });
    const answer = await visitor(world).signIn("x".repeat(70_000));
    expect(answer.status).toBe(413);
    expect(await answer.text()).toContain("larger than anything this service takes");
  });

  it("tells an outage of Waldur from a wrong token", async () => {
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    world.fault(() => new Response("down", { status: 503 }));
    const answer = await one.signIn(world.sample.tokens.providerOwner);
    expect([answer.status, await answer.text()]).toEqual([
      502,
      expect.stringContaining("Waldur answered with an error"),
    ]);
  });

  it("takes a right token at once, however many wrong ones came from the network; those wait", async () => {
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    for (let n = 0; n < 40; n += 1) expect((await one.signIn(`wrong-token-${n}`)).status).toBe(401);
    const slept = world.clock.ms;
    expect((await one.signIn("wrong-token-40")).status).toBe(401);
    expect(world.clock.ms - slept).toBe(2000);
    expect((await one.signIn(world.sample.tokens.providerOwner)).status).toBe(303);
    expect(world.clock.ms - slept).toBe(2000);
  });

  it("is offered only where a token does not travel unencrypted", async () => {
    const world = await makeWorld({ bookings: 0, config: { publicUrl: "http://calendar.example" } });
    const get = async (url: string) => (await world.app.fetch(new Request(url), world.deps)).text();
    expect(await get("http://calendar.example/sign-in")).not.toContain("<form");
    expect(await get("http://calendar.example/sign-in")).toContain("requires https");
    for (const url of ["http://127.0.0.1:8080/sign-in", "http://localhost/sign-in", "http://[::1]:1/sign-in"]) {
      expect(await get(url)).toContain('name="token"');
    }
  });

  it.each([
    ["/feeds/abc/agenda", "/feeds/abc/agenda"],
    ["/history", "/history"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example/", "/"],
    ["javascript:alert(1)", "/"],
    ["/%2f%2fevil.example", "/"],
    ["/a/../b", "/"],
    ["/x?next=y", "/x?next=y"],
    ["/?part=waiting&words=%C3%B5+a.b", "/?part=waiting&words=%C3%B5+a.b"],
    ["/x?next=//evil.example", "/"],
    ["/x?a#b", "/"],
    ["//evil.example?a", "/"],
    ["/x?a\r\nSet-Cookie: b", "/"],
    [undefined, "/"],
  ])("next %j leads to %s", async (next, expected) => {
    expect(safeNextPath(next)).toBe(expected);
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    const fields = { token: world.sample.tokens.providerOwner, ...(next !== undefined && { next }) };
    expect((await one.send("/sign-in", fields)).headers.get("Location")).toBe(expected);
  });
});

describe("a session that is over", () => {
  it.each(["/feeds/new?kind=mine", "/?part=waiting&words=%C3%B5un&order=age", "/schedule/week?date=2027-01-04"])(
    "leads back to %s with all that it asks for",
    async (path) => {
      const world = await makeWorld({ bookings: 0 });
      const one = visitor(world);
      const asked = await one.get(path);
      const [, next = ""] =
        /name="next" value="([^"]*)"/.exec(await one.page(asked.headers.get("Location") ?? "")) ?? [];
      const fields = { token: world.sample.tokens.providerOwner, next: next.replaceAll("&amp;", "&") };
      expect((await one.send("/sign-in", fields)).headers.get("Location")).toBe(path);
    },
  );

  /** Sends the form of a page of a failure as it stands. */
  const sendAgain = async (one: Visitor, html: string): Promise<Response> => {
    const [, action = "", form = ""] =
      /<form method="post" action="([^"]*)" class="card">(.*?)<\/form>/s.exec(html) ?? [];
    const fields: Record<string, string[]> = {};
    for (const [, name = "", value = ""] of form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
      fields[name] = [...(fields[name] ?? []), value];
    }
    return one.post(action.replaceAll("&amp;", "&"), fields);
  };

  it("loses nothing of a form: it is sent again once somebody has signed in", async () => {
    const world = await makeWorld({ bookings: 3 });
    const one = visitor(world);
    const { providerOwner } = world.sample.tokens;
    await one.signIn(providerOwner);
    const path = `/feeds/new?kind=provider&uuid=${world.sample.providerUuid}`;
    const nonce = await one.nonceOf(path);
    world.wait(8 * 3600);
    const typed = {
      ...wholeForm,
      kind: "provider",
      uuid: world.sample.providerUuid,
      name: "Long thought of",
      looks: ["wholeDays", "offeringColours"],
      do: "save",
    };
    const lost = await one.post(path, { nonce, ...typed });
    const page = await lost.text();
    expect([lost.status, page.includes('href="/sign-in" target="_blank"')]).toEqual([401, true]);
    await one.signIn(providerOwner);
    expect((await sendAgain(one, page)).headers.get("Location")).toMatch(/\?done=made$/);
    const [feed] = await listFeeds(world.deps.sql);
    expect(feed?.profile).toMatchObject({ name: "Long thought of", wholeDays: true, offeringColours: true });
  });

  it("keeps no secret of a form, and gives nobody else's form to whoever signs in", async () => {
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    await one.signIn(world.sample.tokens.providerOwner);
    const nonce = await one.nonceOf("/notices");
    one.cookies.delete(session);
    const secrets = { username: "me", password: "my-own-secret", token: "my-own-token" };
    const page = await (await one.post("/feeds/0123456789abcdef/targets/new/sign-in", { nonce, ...secrets })).text();
    expect(page).toContain('name="username" value="me"');
    expect(page).not.toMatch(/my-own-(?:secret|token)/);
    const lost = await (await one.post("/you", { nonce, zone: "Asia/Tokyo" })).text();
    await one.signIn(world.sample.tokens.providerManager);
    expect((await sendAgain(one, lost)).status).toBe(403);
  });

  it("is no way for another site to have its form sent from a page of ours", async () => {
    const world = await makeWorld({ bookings: 0 });
    const form = { kind: "mine", name: "Theirs" };
    const page = await visitor(world).post("/feeds/new", form, { Origin: "https://evil.example" });
    expect([page.status, (await page.text()).includes("Theirs")]).toEqual([401, false]);
    const own = await visitor(world).post("/feeds/new", form);
    expect([own.status, (await own.text()).includes("Theirs")]).toEqual([401, true]);
  });

  it("is like a Waldur that does not answer: the form is sent again once it does", async () => {
    const world = await makeWorld({ bookings: 3 });
    const one = visitor(world);
    await one.signIn(world.sample.tokens.providerOwner);
    const typed = { ...wholeForm, kind: "provider", uuid: world.sample.providerUuid, do: "save" };
    const nonce = await one.nonceOf("/notices");
    world.wait(600);
    world.fault(() => new Response(null, { status: 502 }));
    const lost = await one.post("/feeds/new", { nonce, ...typed });
    expect(lost.status).toBe(502);
    world.fault(null);
    expect((await sendAgain(one, await lost.text())).headers.get("Location")).toMatch(/\?done=made$/);
  });
});

describe("a session", () => {
  it("is new with each sign-in: a cookie planted before opens nothing", async () => {
    const world = await makeWorld({ bookings: 0 });
    const [attacker, victim] = [visitor(world), visitor(world)];
    await attacker.signIn(world.sample.tokens.otherProviderOwner);
    const planted = attacker.cookies.get(session) ?? "";
    victim.cookies.set(session, planted);
    await victim.signIn(world.sample.tokens.providerOwner);
    expect(victim.cookies.get(session)).not.toBe(planted);
    expect(await victim.page("/")).toContain("Maria Näidis");
    // What the browser held before ended, and its copies with it.
    expect((await attacker.get("/")).status).toBe(303);
  });

  it("ends in all browsers on signing out, and a copy of the cookie opens nothing", async () => {
    const world = await makeWorld({ bookings: 0 });
    const [here, there] = [visitor(world), visitor(world)];
    for (const one of [here, there]) await one.signIn(world.sample.tokens.providerOwner);
    const copy = here.cookies.get(session) ?? "";
    await here.send("/sign-out", {}, "/");
    expect(here.cookies.has(session)).toBe(false);
    here.cookies.set(session, copy);
    for (const one of [here, there]) expect((await one.get("/")).status).toBe(303);
  });

  it("opens nothing once its cookie was changed", async () => {
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    await one.signIn(world.sample.tokens.providerOwner);
    const cookie = one.cookies.get(session) ?? "";
    one.cookies.set(session, cookie.replace(/.$/, cookie.endsWith("A") ? "B" : "A"));
    expect((await one.get("/")).status).toBe(303);
  });

  it("of the operator opens with ADMIN_TOKEN, and ends once that is taken away", async () => {
    const adminToken = "the-operator-of-these-tests";
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const one = visitor(world);
    await one.signIn(adminToken);
    expect(await one.page("/")).toContain("Operator");
    const deps = { ...world.deps, config: { ...world.deps.config, adminToken: null } };
    const request = new Request(`${origin}/`, { headers: { Cookie: `${session}=${one.cookies.get(session)}` } });
    expect((await world.app.fetch(request, deps)).status).toBe(303);
  });
});

describe("the token that an account keeps", () => {
  const pat = "w_1900000000_lasting-token-of-the-provider";
  /** Takes the personal access token for the owner's. */
  const takesPat = (world: World) => async (request: Request) => {
    if (request.headers.get("Authorization") !== `Bearer ${pat}`) return null;
    const headers = { Authorization: `Token ${world.sample.tokens.providerOwner}`, Accept: "application/json" };
    return world.sample.fetch(new Request(request.url, { headers }));
  };
  const kept = async (world: World): Promise<string> => {
    const account = await personOf(world, world.sample.tokens.providerOwner);
    return open(world.deps.keys, sealedTokenPlace(account?.id ?? ""), account?.token ?? "");
  };

  it("stays the lasting one when the person signs in with a shorter one", async () => {
    const world = await makeWorld({ bookings: 0 });
    world.fault(takesPat(world));
    const one = visitor(world);
    await one.signIn(pat);
    expect(await one.page("/calendars")).toContain("expires on Sun 17 Mar 2030");
    await visitor(world).signIn(world.sample.tokens.providerOwner);
    expect(await kept(world)).toBe(pat);
    expect((await one.get("/")).status).toBe(200);
  });

  it("is replaced once Waldur no longer accepts it, and earlier sessions end", async () => {
    const world = await makeWorld({ bookings: 0 });
    world.fault(takesPat(world));
    const one = visitor(world);
    await one.signIn(pat);
    world.fault(null);
    world.wait(61);
    expect(await one.page("/")).toContain("Waldur has not accepted your token since");
    await visitor(world).signIn(world.sample.tokens.providerOwner);
    expect(await kept(world)).toBe(world.sample.tokens.providerOwner);
    expect((await one.get("/")).status).toBe(303);
  });
});

describe("Log in with Waldur, against a stand-in", () => {
  const code = "exchange-code-good-once";
  async function standIn() {
    const world = await makeWorld({ bookings: 0 });
    const exchanged: string[] = [];
    world.fault(async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/identity-providers/") {
        return Response.json([
          { provider: "keycloak", label: "University", is_active: true },
          { provider: "tara", label: "TARA", is_active: false },
        ]);
      }
      if (pathname !== "/api-auth/token-exchange/") return null;
      const shown = /^\{"code":"([^"]*)"\}$/.exec(await request.text())?.[1] ?? "";
      exchanged.push(shown);
      return shown === code && exchanged.length === 1
        ? Response.json({ token: world.sample.tokens.providerOwner })
        : Response.json({ code: ["Invalid code."] }, { status: 400 });
    });
    return { world, one: visitor(world), exchanged };
  }

  it("goes to Waldur, comes back, says who signed in, and goes on with a button", async () => {
    const { world, one } = await standIn();
    expect(await one.page("/sign-in")).toContain("Log in with Waldur (University)");
    expect(await one.page("/sign-in")).not.toContain("TARA");
    const begun = await one.get("/sign-in/waldur/keycloak");
    expect(begun.headers.get("Location")).toBe(
      "http://sample.waldur.invalid/api-auth/keycloak/init/?return_url=https%3A%2F%2Fcalendar.example",
    );
    const back = await one.get(`/oauth_login_completed/keycloak/?code=${code}`);
    expect([back.status, back.headers.get("Location")]).toEqual([303, "/sign-in/continue"]);
    const page = await one.page("/sign-in/continue");
    expect(page).toContain("You are Maria Näidis");
    expect(page).not.toContain(code);
    expect(one.cookies.has(session)).toBe(false);
    const done = await one.send("/sign-in/continue", { me: "yes" });
    expect(done.headers.get("Location")).toBe("/");
    expect(await one.page("/")).toContain("Maria Näidis");
    expect(one.cookies.has("__Host-login")).toBe(false);
    expect(JSON.stringify(world.log.entries)).not.toContain(code);
  });

  it("does not sign in a person who chooses “This is not me”", async () => {
    const { one } = await standIn();
    await one.get("/sign-in/waldur/keycloak");
    await one.get(`/oauth_login_completed/keycloak/?code=${code}`);
    const done = await one.send("/sign-in/continue", { me: "no" });
    expect(done.headers.get("Location")).toBe("/sign-in");
    expect((await one.get("/")).status).toBe(303);
    expect((await one.get("/sign-in/continue")).status).toBe(403);
  });

  it("refuses a return that this browser did not begin, and does not use its code", async () => {
    const { one, exchanged } = await standIn();
    expect((await one.get(`/oauth_login_completed/keycloak/?code=${code}`)).status).toBe(403);
    await one.get("/sign-in/waldur/keycloak");
    expect((await one.get(`/oauth_login_completed/eduteams/?code=${code}`)).status).toBe(403);
    expect(exchanged).toEqual([]);
  });

  it("reports a missing code or one that Waldur refuses, and keeps nothing of it", async () => {
    const { one } = await standIn();
    await one.get("/sign-in/waldur/keycloak");
    const back = await one.get("/oauth_login_completed/keycloak/?code=wrong");
    expect([back.status, await back.text()]).toEqual([502, expect.stringContaining("Start again")]);
    await one.get("/sign-in/waldur/keycloak");
    expect((await one.get("/oauth_login_completed/keycloak/")).status).toBe(502);
    expect(one.cookies.has("__Host-login")).toBe(false);
  });

  it("finds no login that Waldur does not offer", async () => {
    const { one } = await standIn();
    expect((await one.get("/sign-in/waldur/evil")).status).toBe(404);
    expect((await one.get("/sign-in/waldur/tara")).status).toBe(404);
  });
});

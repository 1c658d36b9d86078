import { describe, expect, it } from "vitest";
import { findTarget } from "../../../src/store/targets.ts";
import { googleClient, googleMail, makeGoogle } from "../../dav-server/google.ts";
import { faultsOf } from "../mirrored.ts";
import { beginMirror } from "../mirrored.ts";
import { visitor } from "../visitor.ts";

const settings = { googleClientId: googleClient.clientId, googleClientSecret: googleClient.clientSecret };

async function begin() {
  const all = makeGoogle();
  const begun = await beginMirror({}, { outside: all.outside, config: settings });
  const { owner, steps } = begun;
  /** Goes to Google and agrees; resolves to the address Google sends back to. */
  const agree = async (link: string): Promise<string> => {
    const left = await owner.get(link);
    const consent = new URL(left.headers.get("Location") ?? "");
    expect(consent.origin).toBe("https://accounts.google.com");
    expect(consent.searchParams.get("login_hint")).toBe(googleMail);
    const back = new URL(consent.searchParams.get("redirect_uri") ?? "");
    expect(back.href).toBe("https://calendar.example/google/callback");
    const code = `code-${all.google.serial + 1}`;
    all.google.codes.add(code);
    return `${back.pathname}?${new URLSearchParams({ state: consent.searchParams.get("state") ?? "", code, scope: "x" })}`;
  };
  const start = async (): Promise<void> => {
    await owner.send(steps, { preset: "google", text: googleMail });
  };
  return { ...begun, ...all, agree, start };
}

type Begun = Awaited<ReturnType<typeof begin>>;

async function connected(begun: Begun) {
  const { owner, steps, start, agree, server, world } = begun;
  await start();
  expect((await owner.get(await agree(`${steps}/google`))).headers.get("Location")).toBe(`${steps}/calendar`);
  const made = await owner.send(`${steps}/calendar`, {
    calendar: server.calendarUrl(),
    edits: "mirror",
    cancelled: "delete",
  });
  const path = made.headers.get("Location")?.split("?")[0] ?? "";
  await owner.send(`${path}/resume`, {}, path);
  await world.settle();
  for (let run = 0; run < 4; run += 1) {
    world.wait(60);
    await world.tick();
  }
  const id = path.split("/")[2] ?? "";
  return { path, row: async () => findTarget(world.deps.sql, id) };
}

describe("Google", () => {
  it("is connected by consent; events are there, and no token stands in a page, log or database", async () => {
    const begun = await begin();
    const { owner, steps, server, world, google } = begun;
    expect(await owner.page(steps)).toContain('<option value="google">Google Calendar</option>');
    const { path, row } = await connected(begun);
    expect(server.bodies().size).toBeGreaterThan(5);
    expect(await row()).toMatchObject({ state: "on", account: `apidata.googleusercontent.com ${googleMail}` });
    expect(google.forms[0]).toMatchObject({ grant_type: "authorization_code", code_verifier: expect.any(String) });
    const told = [await owner.page(path), JSON.stringify(world.log.entries), JSON.stringify(await row())].join();
    for (const secret of ["refresh-1", "access-", "client-secret", "code-1"]) expect(told).not.toContain(secret);
  });

  it("a renewed token is kept, and shown at the next run without asking for another", async () => {
    const begun = await begin();
    const { row } = await connected(begun);
    const { world, google, user } = begun;
    Object.assign(user, { token: "ended-by-google" });
    const before = (await row())?.credentials;
    world.wait(1000);
    await world.tick();
    expect((await row())?.credentials).not.toBe(before);
    expect(google.forms.at(-1)).toMatchObject({ grant_type: "refresh_token", refresh_token: "refresh-1" });
    const asked = google.forms.length;
    world.wait(1000);
    await world.tick();
    expect(google.forms.length).toBe(asked);
    expect(await row()).toMatchObject({ state: "on", failure: "" });
  });

  it("a permission that was taken back stops it in words; given again, it goes on", async () => {
    const begun = await begin();
    const { path, row } = await connected(begun);
    const { world, google, user, owner, agree } = begun;
    google.revoked = true;
    Object.assign(user, { token: "ended-by-google" });
    world.wait(1000);
    await world.tick();
    expect(await row()).toMatchObject({ state: "stopped", stopCode: "credentials" });
    const page = await owner.page(path);
    expect(page).toContain("Google no longer lets this service in");
    expect(page).toContain(`href="${path}/google"`);
    expect(page).not.toContain('name="password"');
    const back = await owner.get(await agree(`${path}/google`));
    expect(back.headers.get("Location")).toBe(`${path}?done=credentials`);
    expect(await row()).toMatchObject({ state: "on", stopCode: "" });
    await world.settle();
    expect(await owner.page(path)).toContain("Up to date as of");
  });

  it("an outage of its token endpoint is waited for", async () => {
    const begun = await begin();
    const { row } = await connected(begun);
    const { world, google, user } = begun;
    google.down = true;
    Object.assign(user, { token: "ended-by-google" });
    world.wait(1000);
    await world.tick();
    expect(await row()).toMatchObject({ state: "on", failure: expect.stringContaining("Google gave no new token") });
    google.down = false;
    world.wait(1000);
    await world.tick();
    expect(await row()).toMatchObject({ state: "on", failure: "" });
  });

  it("says why there is no permission", async () => {
    const begun = await begin();
    const { owner, steps, agree, start, google } = begun;
    await start();
    const denied = new URL(await agree(`${steps}/google`), "https://calendar.example");
    denied.searchParams.delete("code");
    denied.searchParams.set("error", "access_denied");
    const told = await owner.get(denied.pathname + denied.search);
    expect(told.headers.get("Location")).toBe(`${steps}/sign-in?fault=denied`);
    expect(await owner.page(`${steps}/sign-in?fault=denied`)).toContain("Google gave no permission.");
    google.scope = "openid";
    const partial = await owner.get(await agree(`${steps}/google`));
    expect(partial.headers.get("Location")).toBe(`${steps}/sign-in?fault=denied`);
    google.down = true;
    const failed = await owner.get(await agree(`${steps}/google`));
    expect(failed.headers.get("Location")).toBe(`${steps}/sign-in?fault=failed`);
  });

  it("the way back is refused in another browser, with another state, or a second time", async () => {
    const begun = await begin();
    const { owner, steps, agree, start, world, google } = begun;
    await start();
    const back = await agree(`${steps}/google`);
    const other = visitor(world);
    await other.signIn(world.sample.tokens.providerManager);
    expect((await other.get(back)).status).toBe(403);
    other.cookies.set("__Host-google", owner.cookies.get("__Host-google") ?? "");
    expect((await other.get(back)).status).toBe(403);
    expect((await owner.get(back.replace(/state=[^&]*/, "state=forged"))).status).toBe(403);
    expect((await owner.get(back)).status).toBe(403);
    expect(google.forms).toEqual([]);
    const again = await agree(`${steps}/google`);
    expect((await owner.get(again)).headers.get("Location")).toBe(`${steps}/calendar`);
    expect((await owner.get(again)).status).toBe(403);
  });

  it("wants a Google mail address first, and takes no detour over other hosts", async () => {
    const { owner, steps, google } = await begin();
    for (const text of ["", "https://evil.example/", "not a mail"]) {
      const answer = await owner.send(steps, { preset: "google", text });
      expect([answer.status, faultsOf(await answer.text())["text"]]).toEqual([400, "Enter your Google email address."]);
    }
    expect((await owner.get(`${steps}/google`)).headers.get("Location")).toBe(steps);
    expect(google.authorizations).toEqual([]);
  });

  it("gets its permission back when its last mirror is removed", async () => {
    const begun = await begin();
    const { path, row } = await connected(begun);
    const { owner, google } = begun;
    await owner.send(`${path}/remove`, { sure: "yes", events: "leave" }, path);
    expect(await row()).toBe(null);
    expect(google.forms.at(-1)).toEqual({ token: "refresh-1" });
    expect(google.revoked).toBe(true);
  });

  it("gets its permission back when a colleague takes the calendar over, who is led to one of their own", async () => {
    const begun = await begin();
    const { path, row } = await connected(begun);
    const { world, google, feedId, server } = begun;
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    await colleague.send(`/feeds/${feedId}/take-over`, {}, "/");
    expect(google.forms.at(-1)).toEqual({ token: "refresh-1" });
    expect(google.revoked).toBe(true);
    expect(await row()).toMatchObject({ stopCode: "owner" });
    const page = await colleague.page(path);
    expect(page).toContain("Remove the mirror, then connect a Google calendar of your own.");
    for (const hidden of [`${path}/google`, googleMail, server.calendarUrl(), 'name="password"']) {
      expect(page).not.toContain(hidden);
    }
    expect((await colleague.get(`${path}/google`)).status).toBe(404);
  });

  it("is not offered where the operator has not set it up, and the page says who can", async () => {
    const { owner, steps } = await beginMirror();
    const page = await owner.page(steps);
    expect(page).not.toContain('value="google"');
    expect(page).toContain("Google is not available: the operator of this service must first register it");
  });
});

import { describe, expect, it } from "vitest";
import { listTargets } from "../../../src/store/targets.ts";
import { resetBefore, status, throttled } from "../../dav-server/faults.ts";
import { beginMirror, connectThere, faultsOf, login, signInThere } from "../mirrored.ts";
import { visitor } from "../visitor.ts";

const secrets = [login.password];

describe("connecting a calendar", () => {
  it("goes step by step; nothing is written before it is turned on, and the password stands nowhere", async () => {
    const begun = await beginMirror();
    const { owner, steps, caldav, world } = begun;
    const told: string[] = [];
    const keep = async (response: Response): Promise<string> => {
      const text = await response.text();
      told.push(text, JSON.stringify([...response.headers]));
      return text;
    };
    expect(await keep(await owner.get(`/feeds/${begun.feedId}`))).toContain(`href="${steps}"`);
    const where = await keep(await owner.get(steps));
    expect(where).toContain("Microsoft 365 and Proton have no CalDAV");
    const first = await owner.send(steps, { preset: "", text: "caldav.example.org" });
    expect([first.status, first.headers.get("Location")]).toEqual([303, `${steps}/sign-in`]);
    await keep(first);
    await keep(await owner.get(`${steps}/sign-in`));
    const second = await owner.send(`${steps}/sign-in`, login);
    expect([second.status, second.headers.get("Location")]).toEqual([303, `${steps}/calendar`]);
    await keep(second);
    const third = await keep(await owner.get(`${steps}/calendar`));
    expect(third).toContain("Work");
    const before = caldav.bodies();
    const made = await owner.send(`${steps}/calendar`, {
      calendar: caldav.calendarUrl(),
      edits: "mirror",
      cancelled: "keep",
    });
    expect(made.headers.get("Location")).toMatch(/^\/targets\/[0-9a-f]{16}\?done=tried$/);
    await keep(made);
    const path = made.headers.get("Location") ?? "";
    const page = await keep(await owner.get(path));
    expect(page).toContain("Tested and ready. Turn it on.");
    expect(page).toContain("never overwritten");
    await world.tick();
    expect(caldav.bodies()).toEqual(before);
    const [plain = ""] = path.split("?");
    await keep(await owner.send(`${plain}/resume`, {}, plain));
    await world.settle();
    expect(await keep(await owner.get(plain))).toContain("Up to date as of");
    expect(caldav.bodies().size).toBeGreaterThan(5);
    expect(caldav.unconditional).toEqual([]);
    expect(await keep(await owner.get(`/feeds/${begun.feedId}`))).toContain(`href="${plain}"`);
    // The draft's cookie is gone, and no step is open any more.
    expect((await owner.get(`${steps}/calendar`)).headers.get("Location")).toBe(steps);
    for (const secret of secrets) {
      expect(told.join()).not.toContain(secret);
      expect(JSON.stringify(world.log.entries)).not.toContain(secret);
      expect(JSON.stringify(await world.deps.sql.all("SELECT * FROM targets"))).not.toContain(secret);
    }
  });

  it.each([
    ["nothing at all", { preset: "", text: "" }, "text", "Enter the address of your server"],
    ["a sentence", { preset: "", text: "my calendar at work" }, "text", "No server can be found"],
    ["another scheme", { preset: "", text: "javascript:alert(1)" }, "text", "No server can be found"],
    ["an oversized address", { preset: "", text: `https://${"a".repeat(600)}/` }, "text", "too long"],
    ["Outlook", { preset: "", text: "me@outlook.com" }, "text", "have no CalDAV"],
    ["Proton by its id", { preset: "proton", text: "" }, "preset", "Choose one"],
    ["an unknown provider", { preset: "<script>", text: "" }, "preset", "Choose one"],
    ["Nextcloud without its host", { preset: "nextcloud", text: "" }, "text", "such as cloud.example.org"],
    ["Google where it is not set up", { preset: "google", text: "me@gmail.com" }, "text", "first register it"],
    ["Google by its mail domain", { preset: "", text: "me@gmail.com" }, "text", "first register it"],
    ["Google by its page", { preset: "", text: "https://calendar.google.com/" }, "text", "first register it"],
    ["Microsoft by its page", { preset: "", text: "https://outlook.office365.com/owa/" }, "text", "have no CalDAV"],
  ])("%s: a sentence beside the field, what was typed is kept", async (_, fields, name, sentence) => {
    const { owner, steps } = await beginMirror();
    const response = await owner.send(steps, fields);
    const page = await response.text();
    expect(response.status).toBe(400);
    expect(Object.keys(faultsOf(page))).toEqual([name]);
    expect(faultsOf(page)[name]).toContain(sentence);
    // The list above the form leads to it.
    expect(page).toContain(`<a href="#${name}">`);
    if (fields.text.length < 500) expect(page).toContain(`value="${fields.text}"`);
    expect(page).not.toContain("<script>");
  });

  it.each([
    ["no user name", { username: "", password: "x" }, "username", "Enter a user name"],
    ["no password", { username: "alice", password: "" }, "password", "Enter a password"],
    ["a wrong password", { username: "alice", password: "wrong-one" }, "password", "does not accept this user name"],
    ["an oversized password", { username: "alice", password: "p".repeat(600) }, "password", "at most 500"],
    ["an oversized name", { username: "a".repeat(400), password: "x" }, "username", "at most 320"],
    ["a hostile name", { username: '"><script>alert(1)</script>', password: "x" }, "password", "does not accept"],
  ])("%s: a sentence beside the field; the name is kept, the password is not", async (_, fields, name, sentence) => {
    const { owner, steps, world } = await beginMirror();
    await owner.send(steps, { preset: "", text: "https://caldav.example.org/" });
    const response = await owner.send(`${steps}/sign-in`, fields);
    const page = await response.text();
    expect([response.status, Object.keys(faultsOf(page))]).toEqual([400, [name]]);
    expect(faultsOf(page)[name]).toContain(sentence);
    if (fields.username === "alice") expect(page).toMatch(/name="username"[^>]*value="alice"/);
    expect(page).toMatch(/name="password"[^>]*value=""/);
    expect(page).not.toContain("<script>");
    expect(await listTargets(world.deps.sql)).toEqual([]);
  });

  it("a server that does not answer is told beside its address, not beside the password", async () => {
    const { owner, steps, caldav } = await beginMirror();
    caldav.script(resetBefore, () => true, 100);
    await owner.send(steps, { preset: "", text: "https://caldav.example.org/" });
    const response = await owner.send(`${steps}/sign-in`, login);
    const page = await response.text();
    expect([response.status, faultsOf(page)]).toEqual([502, { text: expect.stringContaining("did not answer") }]);
    expect(page).not.toContain("ECONNRESET");
    expect(page).toContain('value="https://caldav.example.org/"');
  });

  it.each([
    ["fastmail", "https://caldav.example.org/", "Sign in to caldav.example.org", false],
    ["fastmail", "caldav.example.org", "Sign in to caldav.example.org", false],
    ["fastmail", "", "Sign in to Fastmail (caldav.fastmail.com)", true],
    ["", "me@fastmail.com", "Sign in to Fastmail (caldav.fastmail.com)", true],
    ["nextcloud", "https://caldav.example.org", "Sign in to caldav.example.org", false],
    ["", "https://caldav.example.org/some/where", "Sign in to caldav.example.org", false],
  ])("%j with %j: the heading names the server that gets the password", async (preset, text, heading, hinted) => {
    const { owner, steps, caldav } = await beginMirror();
    await owner.send(steps, { preset, text });
    const page = await owner.page(`${steps}/sign-in`);
    expect(page).toContain(`<h2 class="long">${heading}</h2>`);
    expect(page.includes("Manage app passwords")).toBe(hinted);
    if (hinted) return;
    await owner.send(`${steps}/sign-in`, login);
    expect(caldav.requests.some(({ headers }) => headers.has("Authorization"))).toBe(true);
  });

  it.each([
    ["an address inside", "https://localhost/", "forbid this address"],
    ["our own", "https://calendar.example/", "forbid this address"],
    ["an address of metadata", "https://169.254.169.254/", "forbid this address"],
    ["one without TLS", "http://dav.example.org/", "The address must start with https://"],
    ["a path where nothing is", "https://caldav.example.org/nothing/", "no calendar at this address"],
  ])("%s: led back to the address, with a sentence beside it", async (_, text, sentence) => {
    const { owner, steps, caldav } = await beginMirror();
    if (text.includes("/nothing/")) caldav.script(status(404), () => true, 100);
    await owner.send(steps, { preset: "", text });
    const response = await owner.send(`${steps}/sign-in`, login);
    const page = await response.text();
    expect(response.status).toBe(400);
    expect(faultsOf(page)["text"]).toContain(sentence);
    expect(page).toContain(`value="${text}"`);
    expect(page).not.toContain(login.password);
  });

  it("tells when the server does not answer, and counts wrong passwords", async () => {
    const { owner, steps, caldav } = await beginMirror();
    await owner.send(steps, { preset: "", text: "https://caldav.example.org/" });
    caldav.script(throttled(503, "60"), () => true, 100);
    const failed = await owner.send(`${steps}/sign-in`, login);
    expect([failed.status, await failed.text()]).toEqual([502, expect.stringContaining("did not do what was asked")]);
    caldav.heal();
    for (let tries = 0; tries < 20; tries += 1) {
      await owner.send(`${steps}/sign-in`, { username: "alice", password: `guess-${tries}` });
    }
    expect((await owner.send(`${steps}/sign-in`, login)).status).toBe(429);
  });

  it.each([
    ["nothing chosen", { calendar: "" }, "calendar", "Choose one"],
    ["a calendar that is not there", { calendar: "https://evil.example/c/" }, "calendar", "Choose one"],
    ["a policy that is none", { edits: "sometimes" }, "calendar", "Choose one"],
    ["a new one without a name", { calendar: "new", name: " " }, "name", "Enter a name"],
    ["a new one with an oversized name", { calendar: "new", name: "n".repeat(200) }, "name", "Enter a name"],
  ])("%s: a sentence beside the field", async (_, fields, name, sentence) => {
    const begun = await beginMirror();
    await signInThere(begun);
    const { owner, steps, caldav, world } = begun;
    const whole = { calendar: caldav.calendarUrl(), name: "Bookings", edits: "mirror", cancelled: "keep", ...fields };
    const response = await owner.send(`${steps}/calendar`, whole);
    expect(response.status).toBe(400);
    const faults = faultsOf(await response.text());
    expect([Object.keys(faults), faults[name]]).toEqual([[name], expect.stringContaining(sentence)]);
    expect(await listTargets(world.deps.sql)).toEqual([]);
  });

  it("makes a calendar of that name, and says so when it mirrors there already", async () => {
    const begun = await beginMirror();
    await signInThere(begun);
    const { owner, steps, caldav } = begun;
    const made = await owner.send(`${steps}/calendar`, {
      calendar: "new",
      name: "Bookings & more",
      edits: "respect",
      cancelled: "delete",
    });
    const page = await owner.page(made.headers.get("Location") ?? "");
    expect(page).toContain('<h1 dir="auto">Bookings &amp; more</h1>');
    expect(page).toContain("The change is kept");
    await connectThere(begun);
    await signInThere(begun);
    const again = await owner.send(`${steps}/calendar`, {
      calendar: caldav.calendarUrl(),
      edits: "mirror",
      cancelled: "keep",
    });
    expect(faultsOf(await again.text())["calendar"]).toContain("already mirrored there");
  });

  it("refuses a server that overwrites what others wrote, in words", async () => {
    const begun = await beginMirror({ ignoresIfMatch: true });
    await signInThere(begun);
    const { owner, steps, caldav, world } = begun;
    const answer = await owner.send(`${steps}/calendar`, {
      calendar: caldav.calendarUrl(),
      edits: "mirror",
      cancelled: "keep",
    });
    expect([answer.status, faultsOf(await answer.text())["calendar"]]).toEqual([
      400,
      expect.stringContaining("overwrites an event"),
    ]);
    expect(await listTargets(world.deps.sql)).toEqual([]);
    expect(caldav.bodies().size).toBe(0);
  });

  it("what was said is good in this browser, for this feed and half an hour only", async () => {
    const adminToken = "the-operator-of-these-tests";
    const begun = await beginMirror({}, { config: { adminToken } });
    await signInThere(begun);
    const { owner, steps, world } = begun;
    const cookie = owner.cookies.get("__Host-connect") ?? "";
    expect(cookie.length).toBeGreaterThan(100);
    // Who may do the same with the feed, and has stolen the cookie.
    const operator = visitor(world);
    await operator.signIn(adminToken);
    operator.cookies.set("__Host-connect", cookie);
    expect((await operator.get(`${steps}/calendar`)).headers.get("Location")).toBe(steps);
    expect((await owner.get(`${steps}/calendar`)).status).toBe(200);
    world.wait(1801);
    expect((await owner.get(`${steps}/calendar`)).headers.get("Location")).toBe(steps);
  });

  it("speaks Estonian to who reads it", async () => {
    const { world, steps } = await beginMirror();
    const reader = visitor(world, "et");
    await reader.signIn(world.sample.tokens.providerOwner);
    expect(await reader.page(steps)).toContain("Kus on sinu kalender?");
    await reader.send(steps, { preset: "nextcloud", text: "caldav.example.org" });
    const page = await reader.page(`${steps}/sign-in`);
    expect(page).toContain("Loo uus rakenduse parool");
  });
});

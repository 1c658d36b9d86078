import { describe, expect, it } from "vitest";
import { forgetPerson } from "../../src/forget-person.ts";
import { makeWorld, type World } from "../world.ts";
import { program } from "./caldav/program.ts";
import { origin, type Visitor, visitor, wholeForm } from "./visitor.ts";

const adminToken = "the-operator-of-these-tests";

async function begin() {
  const world = await makeWorld({ bookings: 4, config: { adminToken } });
  const owner = visitor(world);
  await owner.signIn(world.sample.tokens.providerOwner);
  return { world, owner };
}

/** Makes an app password on the page, and reads off what is to be typed in a program. */
async function make(owner: Visitor, name = "Thunderbird") {
  const page = await (await owner.send("/programs", { program: name, do: "show" })).text();
  const copies = [...page.matchAll(/<code class="copy"[^>]*>([^<]*)<\/code>/g)].map(([, text]) => text ?? "");
  const [password = "", address = "", user = ""] = copies;
  const davx5 = /href="(davx5:[^"]*)"/.exec(page)?.[1] ?? "";
  return { page, password, address, user, davx5 };
}

/** The status that a calendar program gets for these credentials. */
async function statusFor(world: World, user: string, password: string, headers = {}): Promise<number> {
  const answer = await program(world, { user, password }).send("PROPFIND", "/dav/", null, { Depth: "0", ...headers });
  return answer.status;
}

async function idOf({ sql }: World["deps"]): Promise<string> {
  return String((await sql.first("SELECT account_id FROM app_passwords"))?.["account_id"]);
}

describe("app passwords", () => {
  it("are shown once, kept as a hash, and let a program in until they are revoked, each by itself", async () => {
    const { world, owner } = await begin();
    const [one, two] = [await make(owner, "Pocket"), await make(owner, "Laptop")];
    expect(one.password).toMatch(/^[a-z2-7]{7}(?:-[a-z2-7]{7}){3}$/);
    expect(one.address).toBe(`${origin}/dav/`);
    const rows = await world.deps.sql.all("SELECT * FROM app_passwords");
    expect(JSON.stringify([rows, world.log.entries])).not.toContain(one.password);
    expect(await owner.page("/programs")).not.toContain(one.password);
    expect([await statusFor(world, one.user, one.password), await statusFor(world, two.user, two.password)]).toEqual([
      207, 207,
    ]);
    const item = (await owner.page("/programs")).split("<li").find((text) => text.includes("Pocket")) ?? "";
    const [, revoke = ""] = /action="(\/programs\/\w+\/revoke)"/.exec(item) ?? [];
    expect((await owner.send(revoke, {}, "/programs")).headers.get("Location")).toBe("/programs?done=revoked");
    expect([await statusFor(world, one.user, one.password), await statusFor(world, two.user, two.password)]).toEqual([
      401, 207,
    ]);
  });

  it("are not for ADMIN_TOKEN, which they would outlive", async () => {
    const { world, owner } = await begin();
    const { user, password } = await make(owner);
    const operator = visitor(world);
    await operator.signIn(adminToken);
    const page = await operator.page("/programs");
    expect(page).toContain("Sign in with your own Waldur account");
    expect(page).not.toContain('name="program"');
    const asked = new Request(`${origin}/api/v1/app-passwords`, {
      method: "POST",
      headers: { Authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ name: "Laptop" }),
    });
    const refused = await world.app.fetch(asked, world.deps);
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining("ADMIN_TOKEN makes no app password"),
    ]);
    // One that was made before they were refused.
    expect(await statusFor(world, user, password)).toBe(207);
    await world.deps.sql.run("UPDATE accounts SET kind = 'operator' WHERE id = ?1", await idOf(world.deps));
    expect(await statusFor(world, user, password)).toBe(401);
  });

  it("go with the id, the username and the mail address, also with %40, in any case, and without the hyphens", async () => {
    const { world, owner } = await begin();
    const { user, password } = await make(owner);
    const id = await idOf(world.deps);
    await world.deps.sql.run("UPDATE accounts SET username = 'Ann', email = 'Ann.Owner@Example.org' WHERE id = ?1", id);
    const names = [id, "ann", "Ann.Owner@Example.org", "ann.owner@example.org", "ann.owner%40example.org"];
    for (const name of names) expect(await statusFor(world, name, password)).toBe(207);
    expect(await statusFor(world, id, password.replaceAll("-", "").toUpperCase())).toBe(207);
    for (const name of ["", "somebody", user]) expect(await statusFor(world, name, password)).toBe(401);
    expect(await statusFor(world, id, `${password.slice(0, -1)}1`)).toBe(401);
    expect(await statusFor(world, id, "")).toBe(401);
  });

  it("are not taken over plain http from elsewhere", async () => {
    const { world, owner } = await begin();
    const { user, password } = await make(owner);
    const headers = { Authorization: `Basic ${btoa(`${user}:${password}`)}`, Depth: "0" };
    const ask = async (url: string, publicUrl: string): Promise<number> => {
      const deps = { ...world.deps, config: { ...world.deps.config, publicUrl } };
      return (await world.app.fetch(new Request(url, { method: "PROPFIND", headers }), deps)).status;
    };
    expect(await ask("http://calendar.lan/dav/", "http://calendar.lan")).toBe(403);
    expect(await ask("http://127.0.0.1:8080/dav/", "http://127.0.0.1:8080")).toBe(207);
    expect(await ask("http://10.0.0.7/dav/", origin)).toBe(207);
  });

  it("note the program that used them at most once an hour, and have Waldur asked for the roles then", async () => {
    const { world, owner } = await begin();
    const { user, password } = await make(owner);
    const use = async (agent: string) => statusFor(world, user, password, { "User-Agent": agent });
    world.wait(3600);
    world.requests();
    await use("DAVx5/4.5 (2026/08/01; dav4jvm; okhttp/5.0.0)");
    await world.settle();
    expect(world.requests().filter((line) => line.includes("/users/me/"))).toHaveLength(1);
    expect(await owner.page("/programs")).toContain("last used by DAVx5");
    world.wait(1800);
    await use("vdirsyncer/0.19.0");
    await world.settle();
    expect(world.requests().filter((line) => line.includes("/users/me/"))).toEqual([]);
    world.wait(1800);
    await use("vdirsyncer/0.19.0");
    await world.settle();
    expect(await owner.page("/programs")).toContain("last used by vdirsyncer");
  });

  it("are slow to guess, and a right one never waits", async () => {
    const { world, owner } = await begin();
    const { user, password } = await make(owner);
    const timeOf = async (user: string, password: string, network = "198.51.100.7"): Promise<number> => {
      const before = world.clock.ms;
      await statusFor(world, user, password, { "Test-Address": network });
      return world.clock.ms - before;
    };
    for (let n = 0; n < 20; n += 1) expect(await timeOf(user, "wrong", `198.51.${n}.7`)).toBe(0);
    expect(await timeOf(user, "wrong", "203.0.113.9")).toBe(2000);
    expect(await timeOf("another", "wrong", "203.0.114.9")).toBe(0);
    for (let n = 0; n < 20; n += 1) await timeOf(`user${n}`, "wrong");
    expect(await timeOf("user99", "wrong")).toBe(2000);
    expect(await timeOf(user, password)).toBe(0);
    expect(await statusFor(world, user, password)).toBe(207);
  });

  it("stay when their person signs out, with the token that their programs need, and go when the person is forgotten", async () => {
    const { world, owner } = await begin();
    const { user, password } = await make(owner);
    const tokens = async () =>
      (await world.deps.sql.all("SELECT token FROM accounts WHERE kind = 'person'")).map(({ token }) => token !== "");
    await owner.send("/sign-out", {}, "/");
    expect([await statusFor(world, user, password), await tokens()]).toEqual([207, [true]]);
    const { username } = (await world.deps.sql.first("SELECT username FROM accounts WHERE kind = 'person'")) ?? {};
    await forgetPerson(world.deps, String(username), "leave");
    expect(await statusFor(world, user, password)).toBe(401);
    expect(await world.deps.sql.all("SELECT * FROM app_passwords")).toEqual([]);
  });

  it("need a name, and are fifty at most", async () => {
    const { owner } = await begin();
    const nameless = await owner.send("/programs", { program: "  ", do: "show" });
    expect([nameless.status, await nameless.text()]).toEqual([400, expect.stringContaining("Give it a name.")]);
    const nonce = await owner.nonceOf("/programs");
    const statuses = [];
    for (let n = 0; n < 51; n += 1) {
      statuses.push((await owner.post("/programs", { nonce, program: `P${n}`, do: "show" })).status);
    }
    expect(new Set(statuses.slice(0, 50))).toEqual(new Set([200]));
    expect(statuses[50]).toBe(403);
  });

  it("are others' neither to see nor to revoke", async () => {
    const { world, owner } = await begin();
    await make(owner, "Secret gadget");
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    expect(await colleague.page("/programs")).not.toContain("Secret gadget");
    const id = (await world.deps.sql.first("SELECT id FROM app_passwords"))?.["id"];
    expect((await colleague.send(`/programs/${String(id)}/revoke`, {}, "/programs")).status).toBe(404);
  });
});

describe("what a program is given", () => {
  it("is an address that DAVx5 opens, with the password in it", async () => {
    const { owner } = await begin();
    const { davx5, user, password } = await make(owner);
    expect(davx5).toBe(`davx5://${encodeURIComponent(user)}:${password}@calendar.example/dav/`);
  });

  it("is a profile for iPhone, iPad and Mac whose password works", async () => {
    const { world, owner } = await begin();
    const answer = await owner.send("/programs", { program: "iPhone", do: "profile" });
    expect([answer.headers.get("Content-Type"), answer.headers.get("Content-Disposition")]).toEqual([
      "application/x-apple-aspen-config; charset=utf-8",
      'attachment; filename="calendars.mobileconfig"',
    ]);
    const text = await answer.text();
    const value = (key: string) => new RegExp(`<key>${key}</key>(?:<\\w+>([^<]*)</|<(true|false)/)`).exec(text);
    expect(value("CalDAVHostName")?.[1]).toBe("calendar.example");
    expect(value("CalDAVPort")?.[1]).toBe("443");
    expect(value("CalDAVUseSSL")?.[2]).toBe("true");
    expect(text.match(/<string>[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}<\/string>/g)).toHaveLength(2);
    const [user, password] = [value("CalDAVUsername")?.[1] ?? "", value("CalDAVPassword")?.[1] ?? ""];
    expect(await statusFor(world, user, password)).toBe(207);
  });

  it("is offered on the page of a calendar, before its address", async () => {
    const { world, owner } = await begin();
    const form = `/feeds/new?kind=provider&uuid=${world.sample.providerUuid}`;
    const about = { ...wholeForm, kind: "provider", uuid: world.sample.providerUuid, do: "save" };
    const made = await owner.send("/feeds/new", about, form);
    await world.settle();
    const page = await owner.page(made.headers.get("Location")?.split("?")[0] ?? "");
    expect(page.indexOf("As a calendar account")).toBeGreaterThan(0);
    expect(page.indexOf("As a calendar account")).toBeLessThan(page.indexOf("/f/"));
  });
});

describe("app passwords over the API", () => {
  it("are made, listed and revoked by the caller", async () => {
    const { world } = await begin();
    const call = async (method: string, path: string, body?: unknown) => {
      const headers = { Authorization: `Bearer ${world.sample.tokens.providerOwner}` };
      const request = new Request(`${origin}/api/v1/app-passwords${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      const answer = await world.app.fetch(request, world.deps);
      const told: Record<string, unknown> = await answer.json();
      return { status: answer.status, told };
    };
    const made = await call("POST", "", { name: "khal" });
    expect([made.status, made.told]).toEqual([
      201,
      {
        id: expect.any(String),
        name: "khal",
        address: `${origin}/dav/`,
        userName: expect.any(String),
        password: expect.any(String),
      },
    ]);
    expect(await statusFor(world, String(made.told["userName"]), String(made.told["password"]))).toBe(207);
    expect((await call("GET", "")).told["passwords"]).toMatchObject([{ id: made.told["id"], name: "khal" }]);
    expect((await call("POST", "", { name: " " })).status).toBe(400);
    expect((await call("DELETE", `/${String(made.told["id"])}`)).told).toEqual({
      id: made.told["id"],
      state: "revoked",
    });
    expect((await call("DELETE", `/${String(made.told["id"])}`)).status).toBe(404);
    expect((await call("GET", "")).told["passwords"]).toEqual([]);
  });
});

import { Hono } from "hono";
import { beforeAll, describe, expect, it } from "vitest";
import type { Deps } from "../../../src/deps.ts";
import { dropCookie, putCookie, readCookie } from "../../../src/web/session/cookies.ts";
import type { Env } from "../../../src/web/env.ts";
import { makeWorld } from "../../world.ts";

const app = new Hono<Env>()
  .get("/cookie", (c) => {
    const before = readCookie(c, "one");
    putCookie(c, "one", "value", 60, "Lax");
    dropCookie(c, "two");
    return c.text(before);
  })
  .get("/twice", (c) => {
    putCookie(c, "one", "first", 60, "Lax");
    putCookie(c, "two", "other", 60, "Strict");
    dropCookie(c, "one");
    const dropped = readCookie(c, "one");
    putCookie(c, "one", "last", 60, "Lax");
    return c.text(`${dropped}|${readCookie(c, "one")}`);
  });

describe("cookies of ours", () => {
  let deps: Deps;
  const get = async (url: string, publicUrl: string, cookie = "") =>
    app.fetch(new Request(url, { headers: { Cookie: cookie } }), { ...deps, config: { ...deps.config, publicUrl } });

  beforeAll(async () => {
    ({ deps } = await makeWorld({ bookings: 0 }));
  });

  it.each([
    ["https://calendar.example", "https://calendar.example"],
    ["http://127.0.0.1:8080", "https://calendar.example"],
    ["http://calendar.example", "http://calendar.example"],
    ["http://127.0.0.1:8080", "http://calendar.example"],
    ["http://calendar.example", "http://127.0.0.1:8080"],
    ["http://127.evil.example", "http://127.0.0.1:8080"],
    ["http://localhost.evil.example", "http://localhost:8080"],
    ["https://localhost", "http://localhost:8080"],
  ])("are of this very host, over TLS only, at %s when PUBLIC_URL is %s", async (at, publicUrl) => {
    const answer = await get(`${at}/cookie`, publicUrl, "__Host-one=before; one=other; waldur-calendar-one=plain");
    const [one, two] = answer.headers.getSetCookie();
    expect(one).toBe("__Host-one=value; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax");
    expect(two).toMatch(/^__Host-two=; Max-Age=0; Path=\/; HttpOnly; Secure/);
    expect(await answer.text()).toBe("before");
    expect(await (await get(`${at}/cookie`, publicUrl, "one=other")).text()).toBe("");
  });

  it.each(["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "http://127.0.0.2"])(
    "have no Secure and no prefix at %s, where Safari would keep none with them",
    async (at) => {
      const answer = await get(`${at}/cookie`, "http://localhost:8080", "__Host-one=other; waldur-calendar-one=before");
      expect(answer.headers.getSetCookie()).toEqual([
        "waldur-calendar-one=value; Max-Age=60; Path=/; HttpOnly; SameSite=Lax",
        "waldur-calendar-two=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
      ]);
      expect(await answer.text()).toBe("before");
    },
  );

  it("are read as they were set, among those of others", async () => {
    const read = async (cookie: string) =>
      (await get("https://calendar.example/cookie", "https://calendar.example", cookie)).text();
    expect(await read("a=__Host-one=1; __Host-one= %2Fa%2F=b ;__Host-one=2")).toBe("/a/=b");
    expect(await read("x__Host-one=1; __Host-one2=2; one=3")).toBe("");
    expect(await read("__Host-one=%ff%41%")).toBe("%ffA%");
    expect(await read(`__Host-one=${"a".repeat(5000)}`)).toBe("");
  });

  it("go out once each, as they were set last", async () => {
    const answer = await get("https://calendar.example/twice", "https://calendar.example");
    expect(answer.headers.getSetCookie().map((line) => line.split(";")[0])).toEqual([
      "__Host-one=last",
      "__Host-two=other",
    ]);
    expect(await answer.text()).toBe("|last");
  });
});

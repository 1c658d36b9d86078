import { Hono } from "hono";
import { beforeAll, describe, expect, it } from "vitest";
import { defaultConfig } from "../../../src/config/config.ts";
import type { Deps } from "../../../src/deps.ts";
import type { Env } from "../../../src/web/env.ts";
import { codeOf } from "../../../src/errors.ts";
import { checkForm, formNonce } from "../../../src/web/request/forms.ts";
import { makeWorld } from "../../world.ts";

const own = { Origin: "https://calendar.example", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document" };

const app = new Hono<Env>()
  .get("/form/:purpose", async (c) => {
    const [one, two] = [await formNonce(c, c.req.param("purpose")), await formNonce(c, "other")];
    return c.json({ one, two });
  })
  .get("/apart", async (c) => c.text(await formNonce(c, "one", "form-2")))
  .post("/form/:purpose", async (c) => {
    try {
      await checkForm(c, c.req.param("purpose"), (await c.req.parseBody())["nonce"]);
      return c.text("ours");
    } catch (error) {
      return c.text(codeOf(error) ?? "bug", 403);
    }
  });

describe("a form of ours", () => {
  let deps: Deps;
  const get = async (path: string, headers: Record<string, string> = {}) =>
    app.fetch(new Request(`https://calendar.example${path}`, { headers }), deps);
  const post = async (headers: Record<string, string>, nonce: string, at = "https://calendar.example") =>
    (
      await app.fetch(
        new Request(`${at}/form/one`, { method: "POST", headers, body: new URLSearchParams({ nonce }) }),
        deps,
      )
    ).text();
  const cookieOf = (response: Response): string => response.headers.getSetCookie().at(-1)?.split(";")[0] ?? "";

  beforeAll(async () => {
    ({ deps } = await makeWorld({ bookings: 0 }));
  });

  it("comes back with the cookie and field that its page gave", async () => {
    const page = await get("/form/one");
    const { one, two }: { one: string; two: string } = JSON.parse(await page.text());
    const Cookie = cookieOf(page);
    expect(await post({ ...own, Cookie }, one)).toBe("ours");
    expect(await post({ ...own, Cookie }, two)).toBe("foreign_form");
    expect(await post({ ...own, Cookie: Cookie.replace(/.$/, "~") }, one)).toBe("foreign_form");
    expect(await post(own, one)).toBe("foreign_form");
    // A browser that tells less.
    expect(await post({ Origin: own.Origin, Cookie }, one)).toBe("ours");
    expect(await post({ Cookie }, one)).toBe("foreign_form");
    // Behind a proxy that adds Referrer-Policy: no-referrer.
    expect(await post({ ...own, Origin: "null", Cookie }, one)).toBe("ours");
    expect(await post({ ...own, Origin: "null", Cookie }, two)).toBe("foreign_form");
    expect(await post({ Origin: "null", Cookie }, one)).toBe("foreign_form");
    expect(await post({ ...own, Origin: "null", "Sec-Fetch-Site": "cross-site", Cookie }, one)).toBe("foreign_form");
  });

  it("has one cookie for all forms of a page, which stays from page to page", async () => {
    const page = await get("/form/one");
    const cookies = page.headers.getSetCookie();
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatch(/^__Host-form=[\w-]{32}; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const again = await get("/form/one", { Cookie: cookieOf(page) });
    expect(cookieOf(again)).toBe(cookieOf(page));
    const forged = await get("/form/one", { Cookie: "__Host-form=short" });
    expect(cookieOf(forged)).not.toContain("short");
    expect(cookieOf(await get("/apart"))).toMatch(/^__Host-form-2=/);
  });

  it("comes from PUBLIC_URL, whatever host the request names; without that setting from the host it names", async () => {
    const page = await get("/form/one");
    const { one }: { one: string } = JSON.parse(await page.text());
    const Cookie = cookieOf(page);
    const behind = "http://127.0.0.1:8080";
    expect(await post({ ...own, Cookie }, one, behind)).toBe("ours");
    expect(await post({ ...own, Origin: behind, Cookie }, one, behind)).toBe("foreign_form");
    expect(await post({ ...own, Origin: "https://evil.example", Cookie }, one, "https://evil.example")).toBe(
      "foreign_form",
    );
    const set = deps;
    try {
      deps = { ...set, config: { ...set.config, publicUrl: defaultConfig.publicUrl } };
      const named = "http://localhost:8080";
      // There the cookie has another name.
      const plain = { ...own, Cookie: Cookie.replace("__Host-", "waldur-calendar-") };
      expect(await post({ ...plain, Origin: named }, one, named)).toBe("ours");
      expect(await post({ ...plain, Origin: behind }, one, named)).toBe("ours");
      expect(await post({ ...plain, Origin: "https://other.example" }, one, named)).toBe("foreign_form");
    } finally {
      deps = set;
    }
  });
});

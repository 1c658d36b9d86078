import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { describe, expect, it } from "vitest";
import { listTargets } from "../../src/store/targets.ts";
import { addTarget } from "../../src/mirror/commands.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { makeWorld } from "../world.ts";
import { login } from "./mirrored.ts";
import { origin, visitor, wholeForm } from "./visitor.ts";

const posts = (routes: readonly { method: string; path: string }[]): string[] =>
  [...new Set(routes.filter(({ method }) => method === "POST").map(({ path }) => path))].filter(
    // Waldur's hook is no form, and shows its secret in the address. Links of mails do too, and mail programs post them.
    (path) => !/^\/(?:api|a|h|notices\/(?:stop|prove))\//.test(path),
  );

/** A request that only another site, or a frame, would send. */
const foreign: Readonly<
  Record<string, { headers?: Record<string, string>; fields?: Record<string, string>; bare?: true }>
> = {
  "from another origin": { headers: { Origin: "https://evil.example" } },
  "with a null origin, from another site": { headers: { Origin: "null", "Sec-Fetch-Site": "cross-site" } },
  "with a null origin, from a sibling host": { headers: { Origin: "null", "Sec-Fetch-Site": "same-site" } },
  "with a null origin, from no page": { headers: { Origin: "null", "Sec-Fetch-Site": "none" } },
  "with a null origin, from an old browser": { headers: { Origin: "null", "Sec-Fetch-Site": "" } },
  "with a null origin, in a frame": { headers: { Origin: "null", "Sec-Fetch-Dest": "iframe" } },
  "fetched across sites": { headers: { "Sec-Fetch-Site": "cross-site" } },
  "from a sibling host": { headers: { "Sec-Fetch-Site": "same-site" } },
  "in a frame": { headers: { "Sec-Fetch-Dest": "iframe" } },
  "without the hidden field": { fields: { nonce: "" } },
  "with a made-up hidden field": { fields: { nonce: "abc.def" } },
  "without the form's cookie": { bare: true },
};

describe("a form that did not come from our own page", () => {
  it.each(Object.keys(foreign))("%s: refused by every POST, and nothing happens", async (name) => {
    const caldav = makeCaldav({ origin: "https://caldav.example.org" });
    const world = await makeWorld({ bookings: 8, outside: caldav.fetch });
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    const about = { kind: "provider", uuid: world.sample.providerUuid };
    const form = `/feeds/new?${new URLSearchParams(about)}`;
    const made = await owner.send("/feeds/new", { ...wholeForm, ...about, do: "save" }, form);
    const feedId = /^\/feeds\/([0-9a-f]+)/.exec(made.headers.get("Location") ?? "")?.[1] ?? "";
    await world.settle();
    const credentials = { kind: "password", ...login } as const;
    const where = { text: caldav.calendarUrl(), preset: null, calendar: null, create: null, credentials };
    const { id: targetId } = await addTarget(world.deps, environmentAccount, {
      feedId,
      ...where,
      edits: "mirror",
      cancelled: null,
    });
    const booking = world.sample.request();
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const state = async (): Promise<string> =>
      JSON.stringify([await world.feed(feedId), await listTargets(world.deps.sql), caldav.bodies().size]);
    const before = await state();
    const { headers = {}, fields = {}, bare = false } = foreign[name] ?? {};
    const nonce = await owner.nonceOf("/");
    const signInNonce = await owner.nonceOf("/sign-in");
    if (bare) owner.cookies.delete("__Host-form");
    const found: Record<string, number> = {};
    for (const path of posts(world.app.routes)) {
      const real = path
        .replace(":id", path.startsWith("/targets/") ? targetId : feedId)
        .replace(":uuid", booking.uuid)
        .replace(/:action\{.*\}/, "accept");
      const connecting = { preset: "", text: caldav.calendarUrl(), events: "remove", ...login };
      const sure = { do: "save", sure: "yes", token: world.sample.tokens.staff, me: "yes" };
      const whole = { ...wholeForm, ...about, ...connecting, ...sure };
      const own = path.startsWith("/sign-in") ? signInNonce : nonce;
      found[path] = (await owner.post(real, { ...whole, nonce: own, ...fields }, headers)).status;
    }
    expect(found).toEqual(Object.fromEntries(posts(world.app.routes).map((path) => [path, 403])));
    expect(await state()).toBe(before);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
  });

  it("the hidden field of somebody else is none", async () => {
    const world = await makeWorld({ bookings: 0 });
    const [one, other] = [visitor(world), visitor(world)];
    await one.signIn(world.sample.tokens.providerOwner);
    await other.signIn(world.sample.tokens.providerManager);
    const nonce = await other.nonceOf("/");
    await one.nonceOf("/");
    expect((await one.post("/sign-out", { nonce })).status).toBe(403);
    // Not even with the other's form cookie, as a sibling host could plant it.
    one.cookies.set("__Host-form", other.cookies.get("__Host-form") ?? "");
    expect((await one.post("/sign-out", { nonce })).status).toBe(403);
  });

  it("a form of our own page is taken behind a proxy whose Referrer-Policy makes its origin null", async () => {
    const world = await makeWorld({ bookings: 0 });
    const owner = visitor(world);
    const headers = { Origin: "null", "Sec-Fetch-Site": "same-origin" };
    const token = world.sample.tokens.providerOwner;
    const signed = await owner.post("/sign-in", { nonce: await owner.nonceOf("/sign-in"), token }, headers);
    expect([signed.status, signed.headers.get("Location")]).toEqual([303, "/"]);
    const out = await owner.post("/sign-out", { nonce: await owner.nonceOf("/") }, headers);
    expect([out.status, out.headers.get("Location")]).toEqual([303, "/sign-in"]);
  });

  it("a form of one's own page is taken", async () => {
    const world = await makeWorld({ bookings: 0 });
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    expect((await owner.send("/sign-out", {}, "/")).headers.get("Location")).toBe("/sign-in");
    expect((await owner.get("/")).headers.get("Location")).toBe("/sign-in");
    expect(origin).toBe(new URL(world.deps.config.publicUrl).origin);
  });
});

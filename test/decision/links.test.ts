import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { newKey, parseKeyRing } from "../../src/security/keys.ts";
import { findLinked } from "../../src/decision/linked.ts";
import { revokeFeed, rotateFeed, updateFeed } from "../../src/feed/commands.ts";
import { tick } from "../../src/tick.ts";
import { makeBrowser, makeCase, origin } from "./decided.ts";

describe("the links of a pending event", () => {
  it("stand in full feeds alone, the page, accept and reject each alone on its line", async () => {
    const { world, request, feed } = await makeCase();
    const { booking, link } = await request();
    expect(link).toMatch(/^https:\/\/calendar\.example\/a\/s[\w.-]+$/);
    expect(`${link}/accept`.length).toBeLessThanOrEqual(200);
    const text = (await world.calendar(await world.address(feed))).replaceAll(/\r\n[ \t]/g, "");
    for (const line of [`${link}/accept`, `${link}/reject`, link]) expect(text).toContain(`\\n${line}\\n`);
    for (const detail of ["busy", "basic"] as const) {
      const other = await world.addFeed({ detail });
      await world.tick();
      expect(await world.calendar(await world.address(other))).not.toContain("/a/");
    }
    const off = await world.addFeed({ decisions: "off" });
    await world.tick();
    expect(await world.calendar(await world.address(off))).not.toContain("/a/");
    world.sample.accept(booking.uuid);
    world.wait(60);
    await world.tick();
    expect(await world.calendar(await world.address(feed))).not.toContain(link);
  });

  it("keep the feed's bytes from day to day, and change with the key and the address they are of", async () => {
    const { world, request, feed, address, linkOf } = await makeCase();
    const { booking, link } = await request();
    const before = await world.calendar(address);
    await world.tick({ sweepSince: world.clock.ms / 1000 });
    expect(await world.calendar(address)).toBe(before);
    const next = newKey(world.deps.random);
    const keys = { ...parseKeyRing(next), ids: parseKeyRing(next).ids };
    const moved = {
      ...world.deps,
      keys: { ...keys, key: (purpose: never, id: string) => keys.key(purpose, id) ?? world.deps.keys.key(purpose, id) },
    };
    await tick(moved);
    const after = await world.calendar(address);
    expect(lintCalendar(after)).toEqual([]);
    expect(await linkOf(booking.uuid)).not.toBe(link);
    await tick({ ...moved, config: { ...moved.config, publicUrl: "https://elsewhere.example" } });
    expect(await world.calendar(address)).toContain("https://elsewhere.example/a/");
    expect((await world.feed(feed.id)).renderedRev).toBeGreaterThan(0);
  });
});

describe("a link that opens nothing", () => {
  it("is answered with one and the same page, whatever is wrong with it", async () => {
    const { world, feed, request } = await makeCase({ mode: "sign-in" });
    const { link, booking } = await request();
    const browser = makeBrowser(world);
    expect((await browser.open(link)).status).toBe(200);
    const token = link.split("/a/")[1] ?? "";
    const other = await world.addFeed();
    await world.tick();
    const pages: string[] = [];
    const take = async (path: string, method = "GET") => {
      const { status, html } = await browser.send(path, { method, headers: { Origin: origin } });
      expect(status).toBe(404);
      pages.push(html);
    };
    await take(`/a/${token.slice(0, -1)}`);
    await take(`/a/${token}0`);
    await take(`/a/${token}/nothing`);
    await take("/a/");
    await take("/a/x");
    await take(`/a/${token.replace(/^s/, "d")}`);
    await take(`/a/${token.replace(feed.id, other.id)}`);
    await take(`/a/${token.replace(booking.uuid, world.sample.bookings[0]?.uuid ?? "")}`);
    await take(`/a/${token.slice(0, -1)}`, "POST");
    await take(`/a/${token.slice(0, -1)}/sign-in`, "POST");
    await updateFeed(world.deps, await world.feed(feed.id), { ...feed.profile, decisions: "off" }, null);
    await take(`/a/${token}`);
    await updateFeed(world.deps, await world.feed(feed.id), feed.profile, null);
    await rotateFeed(world.deps, await world.feed(feed.id));
    await take(`/a/${token}`);
    const fresh = makeBrowser({ ...world, deps: { ...world.deps, keys: parseKeyRing(newKey(world.deps.random)) } });
    await world.tick();
    expect((await fresh.open(link)).status).toBe(404);
    expect(new Set(pages).size).toBe(1);
  });

  it("is every mutation of one that lives", async () => {
    const { world, request } = await makeCase();
    const { link } = await request();
    const { pathname } = new URL(link);
    const browser = makeBrowser(world);
    const known = (await browser.send("/a/none")).html;
    const at = fc.nat({ max: pathname.length - 4 });
    await fc.assert(
      fc.asyncProperty(at, fc.constantFrom(..."abcdef0123456789XYZ_-."), fc.boolean(), async (index, put, insert) => {
        const from = 3 + index;
        const changed = pathname.slice(0, from) + put + pathname.slice(insert ? from : from + 1);
        if (changed === pathname) return;
        const { status, html } = await browser.send(changed);
        expect([status, html]).toEqual([404, known]);
      }),
      { numRuns: 300 },
    );
  });

  it.each(["sign-in", "signed"] as const)(
    "(%s) is one while its feed is cleared for lost access; before that it asks who it is, afterwards it is as it was",
    async (mode) => {
      const { world, request } = await makeCase({ mode, token: "sample-provider-owner" });
      const { link, booking } = await request();
      const browser = makeBrowser(world);
      const kind = async () => (await findLinked(world.deps, new URL(link).pathname.slice(3)))?.kind ?? null;
      const before = await kind();
      world.sample.revokeRole("providerOwner");
      const pass = async (hours: number): Promise<void> => {
        for (let half = 0; half < 2 * hours; half += 1) {
          world.wait(1800);
          await world.tick();
        }
      };
      await pass(2);
      expect([(await browser.open(link)).status, await kind()]).toEqual([200, "sign-in"]);
      const page = await browser.signIn(await browser.open(link), world.sample.tokens.providerManager);
      await browser.decide(page, "accept");
      expect(world.sample.find(booking.uuid)?.state).toBe("OK");
      await pass(24);
      expect([(await makeBrowser(world).open(link)).status, await kind()]).toEqual([404, null]);
      world.sample.giveBack("providerOwner");
      await pass(1);
      expect(await kind()).toBe(before);
    },
  );

  it("dies with its feed, and where another address came only with that address", async () => {
    const { world, feed, request, linkOf } = await makeCase();
    const { link, booking } = await request();
    const browser = makeBrowser(world);
    await rotateFeed(world.deps, await world.feed(feed.id));
    expect((await browser.open(link)).status).toBe(404);
    await world.tick();
    const rotated = await world.calendar(await world.address(feed));
    const next = /https:[^\\]+\/a\/[\w.-]+(?=\\n)/.exec(rotated.replaceAll(/\r\n[ \t]/g, ""))?.[0] ?? "";
    expect([(await browser.open(next)).status, await linkOf(booking.uuid)]).toEqual([200, ""]);
    await revokeFeed(world.deps, await world.feed(feed.id), false);
    expect((await browser.open(next)).status).toBe(404);
  });
});

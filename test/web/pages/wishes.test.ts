import { describe, expect, it } from "vitest";
import { people } from "../../../src/demo/people.ts";
import { listFeeds } from "../../../src/store/feeds.ts";
import { makeBrowser, linkIn } from "../../decision/decided.ts";
import { requestTo } from "../../waldur-answers.ts";
import { makeWorld } from "../../world.ts";
import { visitor, wholeForm } from "../visitor.ts";

async function atHome(language = "en") {
  const world = await makeWorld({ bookings: 12, config: { timeZone: "Europe/Tallinn" } });
  const one = visitor(world, language);
  await one.signIn(world.sample.tokens.providerOwner);
  return { world, one, form: `/feeds/new?kind=provider&uuid=${world.sample.providerUuid}` };
}

const footOf = (page: string): string => /<footer.*<\/footer>/s.exec(page)?.[0].replace(/<[^>]*>/g, " ") ?? "";

describe("zone and language of a person", () => {
  it("are those of the service and of the browser until somebody chooses", async () => {
    const { one } = await atHome("et");
    const page = await one.page("/");
    expect(page).toContain('<html lang="et">');
    expect(footOf(page)).toContain("Kellaajad sellel lehel on ajavööndis Europe/Tallinn");
  });

  it("are kept with the account: in another browser, for the decision page, in the times of all pages", async () => {
    const { world, one } = await atHome();
    const saved = await one.send("/you", { zone: "asia/tokyo", language: "et" });
    expect([saved.status, saved.headers.get("Location")]).toEqual([303, "/you?done=saved"]);
    expect(await one.page("/you?done=saved")).toContain("Salvestatud.");
    const other = visitor(world, "en");
    await other.signIn(world.sample.tokens.providerOwner);
    const page = await other.page("/");
    expect(page).toContain('<html lang="et">');
    expect(footOf(page)).toContain("Asia/Tokyo");

    const feed = await world.addFeed({ zone: "Europe/Tallinn" });
    const booking = requestTo(world.sample, { name: "Two hours" });
    await world.tick();
    const link = linkIn(await world.calendar(await world.address(feed)), booking.uuid);
    const decider = makeBrowser(world);
    const seen = await decider.signIn(await decider.open(link), world.sample.tokens.providerOwner);
    expect(seen.html).toContain('<html lang="et">');
    expect(seen.html).toContain("(Asia/Tokyo)");
  });

  it("begin new calendars", async () => {
    const { world, one, form } = await atHome();
    await one.send("/you", { zone: "Asia/Tokyo", language: "et" });
    const page = await one.page(form);
    expect(page).toMatch(/id="zone"[^>]*value="Asia\/Tokyo"/);
    expect(page).toMatch(/<option value="et" selected=""/);
    const about = { kind: "provider", uuid: world.sample.providerUuid, do: "save" };
    await one.send("/feeds/new", { ...wholeForm, ...about, zone: "Asia/Tokyo", language: "et" }, form);
    expect((await listFeeds(world.deps.sql))[0]?.profile).toMatchObject({ zone: "Asia/Tokyo", language: "et" });
  });

  it("offers every name that the runtime lists, and takes older ones", async () => {
    const { one } = await atHome();
    const names = [...(await one.page("/you")).matchAll(/<option>([^<]+)</g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(400);
    expect(names).toEqual(expect.arrayContaining(["UTC", "Europe/Tallinn", "Pacific/Kiritimati", "America/New_York"]));
    expect((await one.send("/you", { zone: "Europe/Kyiv", language: "" })).status).toBe(303);
    const wrong = await one.send("/you", { zone: "Middle/Earth", language: "" });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toMatch(/value="Middle\/Earth"[^>]*aria-invalid="true"/);
    expect(footOf(await one.page("/"))).toContain("Europe/Kyiv");
  });

  it("switches the language on every page, and leads back there", async () => {
    const { one } = await atHome();
    const back = await one.send("/you/language", { language: "et", next: "/history" }, "/history");
    expect(back.headers.get("Location")).toBe("/history");
    expect(await one.page("/history")).toContain('<html lang="et">');
    const asked = "/schedule/week?date=2027-02-01&state=all";
    const [, next = ""] = /name="next" value="([^"]*)"/.exec(await one.page(asked)) ?? [];
    const fields = { language: "et", next: next.replaceAll("&amp;", "&") };
    expect((await one.send("/you/language", fields, "/history")).headers.get("Location")).toBe(asked);
    for (const next of ["//evil.example", "https://evil.example/", "/a?b#c"]) {
      expect((await one.send("/you/language", { language: "en", next }, "/history")).headers.get("Location")).toBe("/");
    }
  });

  it("tells whose zone the times of a calendar are in", async () => {
    const { world, one, form } = await atHome();
    const about = { kind: "provider", uuid: world.sample.providerUuid, do: "save" };
    const made = await one.send("/feeds/new", { ...wholeForm, ...about, zone: "Asia/Tokyo" }, form);
    await world.settle();
    const path = made.headers.get("Location")?.split("?")[0] ?? "";
    expect(footOf(await one.page(`${path}/agenda`))).toContain("in Asia/Tokyo, the zone of this calendar.");
    expect(footOf(await one.page(`${path}/month`))).toContain("in Asia/Tokyo, the zone of this calendar.");
    expect(footOf(await one.page(path))).toContain("in Europe/Tallinn. ");
  });

  it("is one person's alone", async () => {
    const { world, one } = await atHome();
    await one.send("/you", { zone: "Asia/Tokyo", language: "et" });
    const other = visitor(world);
    await other.signIn(world.sample.tokens.providerManager);
    expect(people.providerManager.username).not.toBe(people.providerOwner.username);
    expect(footOf(await other.page("/"))).toContain("Europe/Tallinn");
  });
});

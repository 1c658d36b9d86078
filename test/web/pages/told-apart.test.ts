import { describe, expect, it } from "vitest";
import { offerings } from "../../../src/demo/people.ts";
import { getFeed } from "../../../src/feed/commands.ts";
import { reachesOutside } from "../../../src/web/request/own-machine.ts";
import { requestTo } from "../../waldur-answers.ts";
import { makeWorld } from "../../world.ts";
import { beginMirror, connectThere } from "../mirrored.ts";
import { visitor, wholeForm } from "../visitor.ts";

async function withFeed() {
  const world = await makeWorld({ bookings: 12, config: { timeZone: "Europe/Tallinn" } });
  const one = visitor(world);
  await one.signIn(world.sample.tokens.providerOwner);
  const form = `/feeds/new?kind=provider&uuid=${world.sample.providerUuid}`;
  const make = async (change: Record<string, string | string[]> = {}): Promise<string> => {
    const about = { kind: "provider", uuid: world.sample.providerUuid, do: "save" };
    const made = await one.send("/feeds/new", { ...wholeForm, ...about, ...change }, form);
    await world.settle();
    return /^\/feeds\/\w+/.exec(made.headers.get("Location") ?? "")?.[0] ?? "";
  };
  return { world, one, form, make };
}

const plain = (html: string): string => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

describe("calendars over one list", () => {
  it("are told apart by detail, offerings, zone and use, each on its row", async () => {
    const { world, one, make } = await withFeed();
    const path = await make({ name: "For the door", detail: "busy", zone: "" });
    const [first, second] = offerings;
    await make({ name: "For me", offerings: [first?.uuid ?? "", second?.uuid ?? ""] });
    const feed = await getFeed(world.deps, path.slice("/feeds/".length));
    await world.get(await world.address(feed), { "User-Agent": "Evolution/3.46.4" });
    const page = plain(await one.page("/calendars"));
    expect(page).toContain("only busy times · all offerings · UTC · fetched by Evolution, Mon 4 Jan 2027, 11:");
    expect(page).toContain(`with names · ${first?.name}, ${second?.name} · Europe/Tallinn · not fetched yet`);
  });

  it("are renamed in place; the address stays", async () => {
    const { world, one, make } = await withFeed();
    const path = await make();
    const feed = await getFeed(world.deps, path.slice("/feeds/".length));
    const address = await world.address(feed);
    const done = await one.send(`${path}/rename`, { name: "  Leica room  " }, path);
    expect([done.status, done.headers.get("Location")]).toEqual([303, `${path}?done=renamed`]);
    expect(await one.page(`${path}?done=renamed`)).toMatch(/<h1[^>]*>Leica room<\/h1>.*Renamed\./s);
    expect(await world.calendar(address)).toContain("X-WR-CALNAME:Leica room\r\n");
    for (const name of ["", " ", "x".repeat(101)]) {
      const wrong = await one.send(`${path}/rename`, { name }, path);
      expect([wrong.status, (await wrong.text()).includes("Enter a name of 1 to 100 characters.")]).toEqual([
        400,
        true,
      ]);
    }
  });
});

describe("a mirror", () => {
  it("is renamed in place, and its row says where it is and as whom", async () => {
    const begun = await beginMirror();
    const path = await connectThere(begun);
    const { owner, feedId, caldav } = begun;
    const before = caldav.bodies().size;
    const done = await owner.send(`${path}/rename`, { name: "Door display" }, path);
    expect([done.status, done.headers.get("Location")]).toEqual([303, `${path}?done=renamed`]);
    expect(await owner.page(`${path}?done=renamed`)).toMatch(/<h1[^>]*>Door display<\/h1>.*Renamed\./s);
    expect(plain(await owner.page(`/feeds/${feedId}`))).toMatch(/Door display caldav\.example\.org \w+/);
    expect((await owner.send(`${path}/rename`, { name: " " }, path)).status).toBe(400);
    expect(caldav.bodies().size).toBe(before);
  });
});

describe("the address of a calendar", () => {
  it.each([
    ["https://calendar.example.org", true],
    ["https://203.0.114.7", true],
    ["https://[2a00:1450:4001::1]", true],
    ["http://localhost:8787", false],
    ["http://127.0.0.1:8787", false],
    ["https://192.168.1.4", false],
    ["https://[::1]:8787", false],
    ["https://[fd00::1]", false],
    ["https://calendar", false],
    ["https://calendar.local", false],
    ["https://calendar.lab.internal", false],
    ["https://nas.home.arpa", false],
  ])("at %s is reached from the internet: %j", (url, outside) => {
    expect(reachesOutside(url)).toBe(outside);
  });

  it("says at once that others cannot reach it", async () => {
    const { world, one, make } = await withFeed();
    const path = await make();
    Object.assign(world.deps.config, { publicUrl: "https://192.168.1.4" });
    expect(await one.page(path)).toContain("works only on this machine or in this network");
    Object.assign(world.deps.config, { publicUrl: "https://calendar.example.org" });
    const page = await one.page(path);
    expect(page).not.toContain("works only on this machine");
    expect(page).toMatch(/<code class="copy"[^>]*data-copy="Copy" data-copied="Copied"/);
  });
});

describe("a row of the history", () => {
  it("tells the offering and the time, and leads to the booking", async () => {
    const { world, one, make } = await withFeed();
    const booking = requestTo(world.sample, { name: "Two hours" });
    const period = { start: Date.UTC(2027, 0, 11, 8) / 1000, end: Date.UTC(2027, 0, 11, 10) / 1000 };
    Object.assign(booking, { schedules: [period], slots: [{ ...period, backendId: "x" }] });
    await make();
    await one.send(`/bookings/${booking.uuid}/accept`, {}, "/");
    const page = await one.page("/history");
    expect(page).toContain(`href="https://homeport.example.org/resource-details/${booking.uuid}/"`);
    expect(plain(page)).toMatch(/Two hours Confocal microscope , Mon 11 Jan 2027, 10:00–12:00 Maria Näidis/);
  });
});

describe("signing in", () => {
  it("links the page in Waldur on which the token stands", async () => {
    const { world } = await withFeed();
    const page = await visitor(world).page("/sign-in");
    expect(page).toContain('href="https://homeport.example.org/profile/api-key/"');
  });
});

describe("a form with faults", () => {
  it("names each field, with a link to it", async () => {
    const { one, form, world } = await withFeed();
    const about = { kind: "provider", uuid: world.sample.providerUuid, do: "save" };
    const wrong = await one.send(
      "/feeds/new",
      { ...wholeForm, ...about, zone: "Middle/Earth", past: "-1", detail: "" },
      form,
    );
    const page = await wrong.text();
    const links = [...page.matchAll(/<a href="#(\w+)">([^<]*)<\/a>: /g)].map(([, id, label]) => [id, label]);
    expect(links).toEqual([
      ["detail", "What it shows"],
      ["zone", "Time zone"],
      ["past", "Days back"],
    ]);
    for (const [id] of links) expect(page.match(new RegExp(` id="${id}"`, "g"))).toHaveLength(1);
  });
});

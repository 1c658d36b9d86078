import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { brandCss, contrast } from "../../../src/web/pages/brand.ts";
import { makeWorld, type WorldOptions } from "../../world.ts";
import { type Visitor, visitor, wholeForm } from "../visitor.ts";
import { texts } from "../../../src/text/index.ts";

/** An owner with one calendar that is read. */
async function withCalendar(options: WorldOptions = {}, fields: Record<string, string> = {}) {
  const world = await makeWorld({ bookings: 12, ...options });
  const owner = visitor(world);
  await owner.signIn(world.sample.tokens.providerOwner);
  const path = await makeCalendar(world.sample.providerUuid, owner, fields);
  await world.settle();
  return { world, owner, path };
}

async function makeCalendar(uuid: string, one: Visitor, fields: Record<string, string> = {}): Promise<string> {
  const about = { kind: "provider", uuid };
  const form = `/feeds/new?${new URLSearchParams(about)}`;
  const made = await one.send("/feeds/new", { ...wholeForm, ...about, do: "save", ...fields }, form);
  return (made.headers.get("Location") ?? "").split("?")[0] ?? "";
}

const addressIn = (page: string): string => /<code class="copy"[^>]*>([^<]*)</.exec(page)?.[1] ?? "";

describe("the requests and the calendars", () => {
  it("shows requests that wait first, and accepts one in place: its feed shows that on the next fetch", async () => {
    const { world, owner, path } = await withCalendar();
    const address = addressIn(await owner.page(path));
    const booking = world.sample.request({ name: "Two hours, please" });
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const page = await owner.page("/");
    expect(page).toContain("Two hours, please");
    expect(await world.calendar(address)).toContain("Pending: Two hours");
    const done = await owner.send(`/bookings/${booking.uuid}/accept`, { sure: "yes" }, "/");
    expect([done.status, await done.text()]).toEqual([
      200,
      expect.stringContaining("Accepted. The booking is confirmed"),
    ]);
    expect(world.sample.find(booking.uuid)?.state).toBe("OK");
    const after = await world.calendar(address);
    expect(after).toContain("SUMMARY:[SAMPLE] Two hours");
    expect(await owner.page("/")).not.toContain("Two hours, please");
    const history = await owner.page("/history");
    expect(history).toContain("Two hours, please");
    expect(history).toContain("Maria Näidis, signed in");
  });

  it("counts nothing as waiting that its order tells to be decided", async () => {
    const { world, owner } = await withCalendar({ bookings: 0 });
    const booking = world.sample.request({ name: "Decided elsewhere" });
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    expect(await owner.page("/")).toContain("Decided elsewhere");
    await world.deps.sql.run("UPDATE bookings SET order_state = 'done' WHERE uuid = ?1", booking.uuid);
    const page = await owner.page("/");
    expect(page).toContain("No request waits for your answer");
    expect(page).not.toContain("Decided elsewhere");
  });

  it("says why Waldur does not let a provider reject others' bookings", async () => {
    const { world, owner } = await withCalendar();
    const booking = world.sample.request({ name: "Not this one" });
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const ours = booking.project.customer.uuid === world.sample.providerUuid;
    const done = await owner.send(`/bookings/${booking.uuid}/reject`, { sure: "yes" }, "/");
    expect(done.status).toBe(ours ? 200 : 403);
    expect(await done.text()).toContain(ours ? "Rejected. The time is free" : "Waldur refused");
  });

  it("says of each source in words how fresh it is, and whose move it is when it is not", async () => {
    const { world, owner } = await withCalendar();
    expect(await owner.page("/calendars")).toContain("Up to date as of Mon 4 Jan 2027, 09:00");
    world.fault(() => new Response("down", { status: 502 }));
    world.wait(60);
    await world.tick();
    expect(await owner.page("/calendars")).toContain("Waldur has answered with errors since Mon 4 Jan 2027, 09:01");
    world.fault(null);
    world.sample.expireToken("providerOwner");
    world.wait(60);
    await world.tick();
    const page = await owner.page("/calendars");
    expect(page).toContain("Waldur has not accepted the token since");
    expect(page).toContain("Your calendars are not updated until you sign in with a new one");
    world.sample.renewToken("providerOwner");
    world.wait(60);
    await world.tick();
    expect(await owner.page("/calendars")).toContain("Up to date as of");
  });

  it("leads a colleague to taking over: subscribers stay, the old address is shown to nobody", async () => {
    const { world, owner, path } = await withCalendar();
    const old = addressIn(await owner.page(path));
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    const page = await colleague.page("/calendars");
    expect(page).toContain("made by a colleague, belongs to Maria Näidis");
    expect(page).not.toContain(old.split("/")[4]);
    const taken = await colleague.send(`${path}/take-over`, {}, "/");
    expect(taken.headers.get("Location")).toBe(`${path}?done=taken`);
    await world.settle();
    const own = addressIn(await colleague.page(path));
    expect(own).not.toBe(old);
    expect(await world.calendar(own)).toBe(await world.calendar(old));
    expect((await owner.get(path)).status).toBe(404);
    // Whoever had it may have copied its address: a new one ends both.
    await colleague.send(`${path}/rotate`, { sure: "yes" }, path);
    for (const address of [own, old]) expect(await world.calendar(address)).toContain("This calendar has ended");
  });
});

describe("the page of a calendar", () => {
  it("has every program's link to this very address, with when it refreshes", async () => {
    const { owner, path } = await withCalendar();
    const page = await owner.page(path);
    const address = addressIn(page);
    const links = [...page.matchAll(/href="((?:https:\/\/(?:calendar\.google|outlook)|webcal)[^"]*)"/g)].map(
      ([, link = ""]) => link.replaceAll("&amp;", "&"),
    );
    const webcal = address.replace("https:", "webcal:");
    expect(links).toEqual([
      `https://calendar.google.com/calendar/r?cid=${encodeURIComponent(webcal)}`,
      `https://outlook.live.com/calendar/0/addfromweb/?url=${encodeURIComponent(address)}&name=Microscopes`,
      `https://outlook.office.com/calendar/0/addfromweb/?url=${encodeURIComponent(address)}&name=Microscopes`,
      webcal,
    ]);
    expect(page).toContain("about every 4 to 24 hours");
    expect(page).toContain("every 30 minutes, or as set");
    expect(page).toMatch(/<svg class="qr"[^>]*role="img"[^>]*aria-label="Address as a QR code/);
  });

  it("tells by which program it was last fetched", async () => {
    const { world, owner, path } = await withCalendar();
    expect(await owner.page(path)).toContain("nobody has fetched it yet");
    await world.get(addressIn(await owner.page(path)), { "User-Agent": "Google-Calendar-Importer" });
    await world.settle();
    expect(await owner.page(path)).toContain("by Google, Mon 4 Jan 2027, 09:00");
  });

  it("gives it a new address or ends it only with the tick", async () => {
    const { world, owner, path } = await withCalendar();
    const first = addressIn(await owner.page(path));
    const unsure = await owner.send(`${path}/rotate`, {}, path);
    expect([unsure.status, await unsure.text()]).toEqual([
      400,
      expect.stringContaining("Tick the box if you are sure."),
    ]);
    expect(addressIn(await owner.page(path))).toBe(first);
    await owner.send(`${path}/rotate`, { sure: "yes" }, path);
    const second = addressIn(await owner.page(path));
    expect(second).not.toBe(first);
    expect(await world.calendar(first)).toContain("This calendar has ended");
    expect((await owner.send(`${path}/revoke`, {}, path)).status).toBe(400);
    await owner.send(`${path}/revoke`, { sure: "yes" }, path);
    expect(await world.calendar(second)).toContain("This calendar has ended");
    expect(await owner.page(path)).not.toContain("/f/");
    expect(await owner.page("/calendars")).toContain("ended");
  });

  it("warns of a size that some programs cut", async () => {
    const { owner, path } = await withCalendar({ config: { feedWarnEvents: 5 } });
    expect(await owner.page(path)).toContain("Some programs will not show all of it");
  });

  it("shows its address only once there is something behind it", async () => {
    const { world, owner } = await withCalendar();
    world.fault(() => new Response("down", { status: 503 }));
    const about = { kind: "mine", uuid: "" };
    world.fault(null);
    const form = "/feeds/new?kind=mine";
    const nonce = await owner.nonceOf(form);
    const made = await owner.post("/feeds/new", { ...wholeForm, ...about, do: "save", nonce });
    const page = await owner.page((made.headers.get("Location") ?? "").split("?")[0] ?? "");
    expect(page).toContain("read for the first time");
    expect(addressIn(page)).toBe("");
    await world.settle();
  });
});

describe("agenda and month", () => {
  it("show what a subscriber sees, state by word, and mark what overlaps in the same offering", async () => {
    const { world, owner, path } = await withCalendar({ bookings: 0 });
    const one = world.sample.request({ name: "First" });
    const other = world.sample.request({ name: "Second" });
    const start = one.slots[0]?.start ?? 0;
    world.sample.moveSlot(other.uuid, start - (other.slots[0]?.start ?? 0));
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const day = new Date(start * 1000).toISOString().slice(0, 10);
    const agenda = await owner.page(`${path}/agenda?date=${day}`);
    expect(agenda).toContain("Pending: First");
    expect(agenda).toContain('<span class="state wait">pending</span>');
    const same = one.offering.uuid === other.offering.uuid;
    expect(agenda.includes("Overlaps with")).toBe(same);
    const month = await owner.page(`${path}/month?date=${day}`);
    expect(month).toContain("Pending: First");
    expect(month.match(/<li class="day/g)?.length).toBeGreaterThanOrEqual(28);
  });

  it("tell no more than the calendar does", async () => {
    const { world, owner, path } = await withCalendar({ bookings: 0 }, { detail: "busy" });
    const booking = world.sample.request({ name: "Quite secret name" });
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const day = new Date((booking.slots[0]?.start ?? 0) * 1000).toISOString().slice(0, 10);
    const agenda = await owner.page(`${path}/agenda?date=${day}`);
    expect(agenda).toContain("Busy (tentative)");
    expect(agenda).not.toContain("Quite secret name");
  });

  it.each(["", "9999-99-99", "0000-01-01", "<script>", "2027-02-31"])("take %j for today", async (from) => {
    const { owner, path } = await withCalendar({ bookings: 0 });
    const response = await owner.get(`${path}/agenda?date=${encodeURIComponent(from)}`);
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining("Mon 4 Jan 2027 – Sun 17 Jan 2027</h2>"),
    ]);
    expect((await owner.get(`${path}/month?date=${encodeURIComponent(from)}`)).status).toBe(200);
  });
});

describe("the history of runs", () => {
  it("has a line for what changed or failed, none for a minute in which nothing did", async () => {
    const { world, owner } = await withCalendar({ config: { nightHours: { from: 0, to: 0 } } });
    const lines = async (query = "") =>
      (await owner.page(`/history?show=runs${query}`)).match(/<li class="row">/g)?.length ?? 0;
    expect(await lines()).toBe(1);
    for (let minute = 0; minute < 8; minute += 1) {
      world.wait(60);
      await world.tick();
    }
    const before = await lines();
    world.fault(() => new Response("down", { status: 502 }));
    for (let minute = 0; minute < 5; minute += 1) {
      world.wait(60);
      await world.tick();
    }
    expect(await lines()).toBe(before + 1);
    expect(await lines("&failed=1")).toBe(1);
    expect(await owner.page("/history?show=runs&failed=1")).toContain("Waldur has answered with errors");
    world.fault(null);
    world.wait(60);
    await world.tick();
    expect(await lines()).toBe(before + 2);
    expect(await lines("&source=unknown&before=abc")).toBe(before + 2);
  });
});

describe("every page", () => {
  const pageScript = '<script src="/assets/page.js" defer=""></script>';
  it("is under 50 kB, has its headers, one script, no style of its own, and no secret", async () => {
    const { world, owner, path } = await withCalendar({ bookings: 400 });
    const token = world.sample.tokens.providerOwner;
    const about = `kind=provider&uuid=${world.sample.providerUuid}`;
    const paths = [
      "/",
      "/calendars",
      path,
      `${path}/edit`,
      `${path}/agenda`,
      `${path}/month`,
      "/history",
      "/history?show=runs",
    ];
    for (const one of [...paths, "/sign-in", `/feeds/new?${about}`, "/nowhere"]) {
      const response = await owner.get(one);
      const page = await response.text();
      expect(new TextEncoder().encode(page).length, one).toBeLessThan(50_000);
      expect(page, one).toMatch(/^<!doctype html>/);
      const scripts = page.match(/<script[^]*?<\/script>/g) ?? [];
      expect(scripts, one).toEqual(one === "/sign-in" || one === "/nowhere" ? [] : [pageScript]);
      expect(page.replace(pageScript, ""), one).not.toMatch(/<script|\sstyle=|\son[a-z]+=|javascript:/);
      expect(page.replace("sample-provider-owner is the token", ""), one).not.toContain(token);
      if (one !== path) expect(page, one).not.toMatch(/\/f\/[\w-]{32}/);
      const policy = response.headers.get("Content-Security-Policy") ?? "";
      expect(policy, one).toContain("default-src 'none'; script-src 'self';");
      expect(policy, one).not.toContain("unsafe");
      expect(response.headers.get("Referrer-Policy"), one).toBe("same-origin");
      expect(response.headers.get("Cache-Control"), one).toBe("no-store");
      expect(response.headers.get("X-Frame-Options"), one).toBe("DENY");
    }
    expect(JSON.stringify(world.log.entries)).not.toMatch(new RegExp(`${token}|/f/[\\w-]{32}`));
  });

  it("is in Estonian for who asks for it", async () => {
    const { world, path } = await withCalendar();
    const owner = visitor(world, "et-EE,et;q=0.9,en;q=0.5");
    await owner.signIn(world.sample.tokens.providerOwner);
    for (const [page, word] of [
      ["/", "Taotlused"],
      [path, "Telli"],
      ["/history", "Ajalugu"],
      ["/nowhere", "See ei õnnestunud"],
    ] as const) {
      const text = await owner.page(page);
      expect(text).toContain('<html lang="et">');
      expect(text).toContain(word);
    }
  });

  it("fails with what happened, whose move it is and the number of the request", async () => {
    const { world, owner } = await withCalendar();
    const page = await owner.page("/feeds/unknown");
    const number = /: ([0-9a-f]{12}) \(not_found\)/.exec(page)?.[1];
    expect(page).toContain(texts.en.failures.not_found);
    expect(world.log.entries.some(({ facts }) => facts["requestId"] === number)).toBe(true);
    const json = await owner.get("/nowhere", { Accept: "application/json" });
    expect(await json.json()).toMatchObject({ error: { code: "not_found" } });
  });
});

describe("the colour of the Waldur", () => {
  it.each(["#3a8500", "#ffffff", "#000000", "#ffff00", "#0000ff", "#777777"])(
    "%s can be told from the ground",
    (colour) => {
      const shades = [...brandCss(colour).matchAll(/--brand: #(\w{6}); --on-brand: #(\w{6})/g)];
      const part = (hex: string) => {
        const at = (from: number): number => Number.parseInt(hex.slice(from, from + 2), 16);
        return [at(0), at(2), at(4)] as const;
      };
      const grounds = [[245, 246, 247] as const, [31, 35, 39] as const];
      expect(shades.length).toBe(2);
      for (const [index, [, brand = "", on = ""]] of shades.entries()) {
        expect(contrast(part(brand), grounds[index] ?? [0, 0, 0])).toBeGreaterThanOrEqual(3);
        expect(contrast(part(brand), part(on))).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it("is served as a sheet, from what Waldur tells without a token", async () => {
    const world = await makeWorld({ bookings: 0 });
    const sheet = await visitor(world).get("/brand.css");
    expect(sheet.headers.get("Content-Type")).toBe("text/css; charset=utf-8");
    expect(await sheet.text()).toContain("--brand: #3a8500");
    expect(await readFile("public/assets/style.css", "utf8")).toContain("--brand");
  });
});

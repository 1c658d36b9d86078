import { describe, expect, it } from "vitest";
import { listFeeds } from "../../../src/store/feeds.ts";
import { makeWorld } from "../../world.ts";
import { visitor, wholeForm } from "../visitor.ts";

async function atForm(config: Parameters<typeof makeWorld>[0] = {}) {
  const world = await makeWorld({ bookings: 12, ...config });
  const one = visitor(world);
  await one.signIn(world.sample.tokens.providerOwner);
  const about = { kind: "provider", uuid: world.sample.providerUuid };
  const form = `/feeds/new?${new URLSearchParams(about)}`;
  return {
    world,
    one,
    form,
    send: async (fields: Record<string, string | string[]>) =>
      one.send("/feeds/new", { ...wholeForm, ...about, do: "save", ...fields }, form),
  };
}

/** Sentences of faults by the field they stand beside. */
function faultsOf(page: string): Record<string, string> {
  return Object.fromEntries(
    [...page.matchAll(/<p class="fault" id="([a-z]+)-fault">([^<]*)<\/p>/g)].map(([, name = "", text = ""]) => [
      name,
      text,
    ]),
  );
}

describe("the form of a new calendar", () => {
  it("comes filled in well enough to be sent as it is", async () => {
    const { one, form, send } = await atForm({ config: { timeZone: "Europe/Tallinn" } });
    const page = await one.page(form);
    expect(page).toMatch(/name="name"[^>]*value="Sample Imaging Centre"/);
    expect(page).toMatch(/name="zone"[^>]*value="Europe\/Tallinn"/);
    const made = await send({ name: "Sample Imaging Centre" });
    expect(made.headers.get("Location")).toMatch(/^\/feeds\/[0-9a-f]{16}\?done=made$/);
  });

  it("keeps the name of a zone in its canonical letters", async () => {
    const { world, send } = await atForm();
    await send({ zone: "america/port-AU-prince" });
    expect((await listFeeds(world.deps.sql)).map(({ profile }) => profile.zone)).toEqual(["America/Port-au-Prince"]);
  });

  it("shows a zone that was stored as it was typed in its canonical letters, in the calendar too", async () => {
    const { world, one, send } = await atForm();
    await send({ zone: "Europe/Tallinn" });
    await world.deps.sql.run("UPDATE feeds SET profile = replace(profile, 'Europe/Tallinn', 'europe/TALLINN')");
    await world.settle();
    const id = (await listFeeds(world.deps.sql))[0]?.id ?? "";
    const calendar = (await world.calendar(await world.address(await world.feed(id)))).replaceAll("\r\n ", "");
    for (const text of [calendar, await one.page(`/feeds/${id}/edit`), await one.page(`/feeds/${id}/agenda`)]) {
      expect(text).toContain("Europe/Tallinn");
      expect(text).not.toContain("europe/TALLINN");
    }
  });

  it.each([
    ["name", "", "Enter a name of 1 to 100 characters."],
    ["name", "x".repeat(101), "Enter a name of 1 to 100 characters."],
    ["detail", "everything", "Choose one of the options shown."],
    ["language", "fr", "Choose one of the options shown."],
    ["zone", "Mars/Olympus", "This is not a time zone"],
    ["zone", "../../etc/passwd", "This is not a time zone"],
    ["past", "-1", "Enter a whole number of days from 0 to 3650."],
    ["past", "1e3", "Enter a whole number of days from 0 to 3650."],
    ["future", "0", "Enter a whole number of days from 1 to 3650."],
    ["future", "999999", "Enter a whole number of days from 1 to 3650."],
    ["alarm", "soon", "Enter a whole number of minutes from 0 to 40320"],
    ["colour", "red;background:url(x)", "Choose one of the options shown."],
    ["cancelled", "maybe", "Choose one of the options shown."],
    ["decisions", "always", "Choose one of the options shown."],
    ["decisions", "signed", "Choose one of the options shown."],
    ["expires", "2020-01-01", "Enter a future day"],
    ["expires", "2027-02-30", "Enter a future day"],
    ["expires", "tomorrow", "Enter a future day"],
    ["offerings", "not-a-uuid", "Choose one of the options shown."],
  ])("%s %j: a sentence beside the field, everything typed kept", async (field, value, sentence) => {
    const { world, send } = await atForm();
    const answer = await send({ name: "Kept as typed", past: "17", [field]: value });
    const page = await answer.text();
    expect(answer.status).toBe(400);
    const faults = faultsOf(page);
    expect(Object.keys(faults)).toEqual([field]);
    expect(faults[field]).toContain(sentence);
    if (field !== "name") expect(page).toMatch(/name="name"[^>]*value="Kept as typed"/);
    if (field !== "past") expect(page).toMatch(/name="past"[^>]*value="17"/);
    expect(await listFeeds(world.deps.sql)).toEqual([]);
  });

  it("all that is missing is told at once", async () => {
    const { one, world, form } = await atForm();
    const about = { kind: "provider", uuid: world.sample.providerUuid };
    const page = await (await one.send("/feeds/new", { ...about, do: "save" }, form)).text();
    expect(Object.keys(faultsOf(page)).toSorted()).toEqual(
      ["cancelled", "decisions", "detail", "future", "language", "mark", "name", "past"].toSorted(),
    );
  });

  it.each([`"><script>alert(1)</script>`, `' onfocus='alert(1)`, "{{7*7}}", "\u202Eevil\u0000", "&lt;b&gt;"])(
    "what is typed stays text: %j",
    async (name) => {
      const { send, one } = await atForm();
      const wrong = await (await send({ name, past: "x" })).text();
      expect(wrong).not.toContain("<script>alert");
      expect(wrong).not.toContain("' onfocus=");
      const made = await send({ name });
      const page = await one.page((made.headers.get("Location") ?? "").split("?")[0] ?? "");
      expect(page.replace(/<script src="[^"]*" defer=""><\/script>/, "")).not.toContain("<script");
      expect(page).not.toContain("' onfocus=");
    },
  );

  it("shows before anything is made what the calendar will show, no more than its detail tells", async () => {
    const { world, send } = await atForm();
    world.sample.request({ name: "Quite secret name" });
    const full = await (await send({ do: "preview" })).text();
    expect(full).toContain("What it will show");
    expect(full).toContain("Quite secret name");
    const busy = await (await send({ do: "preview", detail: "busy" })).text();
    expect(busy).toContain("Busy");
    expect(busy).not.toContain("Quite secret name");
    expect(await listFeeds(world.deps.sql)).toEqual([]);
  });

  it("makes a calendar of only the offerings that were ticked", async () => {
    const { world, one, form, send } = await atForm();
    const [uuid = ""] = /name="offerings" value="([0-9a-f]{32})"/.exec(await one.page(form))?.slice(1) ?? [];
    await send({ offerings: [uuid] });
    await world.settle();
    const [feed] = await listFeeds(world.deps.sql);
    expect(feed?.profile.filter).toEqual({ offerings: [uuid] });
    expect(feed?.profile).toMatchObject({ zone: "Europe/Tallinn", colour: "teal", decisions: "sign-in" });
  });

  it("offers whole days ticked, and keeps what was ticked and what was not", async () => {
    const { world, one, form, send } = await atForm();
    const page = await one.page(form);
    expect(page.match(/name="looks" value="\w+"( checked)?/g)).toEqual([
      'name="looks" value="wholeDays" checked',
      'name="looks" value="offeringColours"',
      'name="looks" value="offeringImages"',
    ]);
    await send({ mark: "sign", looks: ["offeringColours"] });
    const [feed] = await listFeeds(world.deps.sql);
    const look = { stateMark: "sign", wholeDays: false, offeringColours: true, offeringImages: false };
    expect(feed?.profile).toMatchObject(look);
  });

  it("takes a colour for each offering, shows it again, and puts it on the events", async () => {
    const { world, one, form, send } = await atForm();
    const uuid = /name="colour-([0-9a-f]{32})"/.exec(await one.page(form))?.[1] ?? "";
    const other = "f".repeat(32);
    const made = await send({ [`colour-${uuid}`]: "crimson", [`colour-${other}`]: "teal", detail: "full" });
    expect(made.status).toBe(303);
    await world.settle();
    const [feed] = await listFeeds(world.deps.sql);
    if (feed === undefined) throw new Error("no feed was made");
    expect(feed.profile.chosenColours).toEqual({ [uuid]: "crimson", [other]: "teal" });
    const edit = await one.page(`/feeds/${feed.id}/edit`);
    expect(edit).toContain(`<option value="crimson" selected`);
    expect(edit).toContain(`<input type="hidden" name="colour-${other}" value="teal"`);
    await world.tick();
    const events = (await world.calendar(await world.address(feed))).split("BEGIN:VEVENT").slice(1);
    expect(events.some((text) => text.includes("COLOR:crimson"))).toBe(true);
    expect(events.every((text) => !/COLOR:(?!crimson)/.test(text))).toBe(true);
    expect((await send({ [`colour-${uuid}`]: "no colour" })).status).toBe(400);
  });

  it("takes each colour that it shows", async () => {
    const { world, one, form, send } = await atForm();
    const list = /<select id="colour".*?<\/select>/s.exec(await one.page(form))?.[0] ?? "";
    const shown = [...list.matchAll(/value="(\w+)"/g)].map(([, name = ""]) => name);
    for (const colour of shown) expect([colour, (await send({ colour })).status]).toEqual([colour, 303]);
    const made = await listFeeds(world.deps.sql);
    expect(new Set(made.map(({ profile }) => profile.colour))).toEqual(new Set(shown));
    expect(shown.length).toBeGreaterThan(9);
  });

  it.each([
    ["kind=provider&uuid=", 400],
    ["kind=provider&uuid=" + "f".repeat(32), 404],
    ["kind=everything", 404],
    ["", 404],
  ])("a list that is none (%s) is told", async (query, status) => {
    const { one } = await atForm();
    expect((await one.get(`/feeds/new?${query}`)).status).toBe(status);
  });
});

describe("changing a calendar", () => {
  it("keeps its address, and shows what is in it in the form", async () => {
    const { world, one, send } = await atForm();
    const path = ((await send({ expires: "2027-12-31" })).headers.get("Location") ?? "").split("?")[0] ?? "";
    await world.settle();
    const before = /<code class="copy"[^>]*>([^<]*)</.exec(await one.page(path))?.[1];
    const form = await one.page(`${path}/edit`);
    expect(form).toMatch(/name="expires" type="date" value="2027-12-31"/);
    expect(form).toMatch(/name="zone"[^>]*value="Europe\/Tallinn"/);
    const saved = await one.send(`${path}/edit`, { ...wholeForm, name: "Renamed", alarm: "30", do: "save" });
    expect(saved.headers.get("Location")).toBe(`${path}?done=saved`);
    await world.settle();
    const page = await one.page(path);
    expect(page).toContain("Renamed</h1>");
    expect(/<code class="copy"[^>]*>([^<]*)</.exec(page)?.[1]).toBe(before);
    const wrong = await one.send(`${path}/edit`, { ...wholeForm, alarm: "-5", do: "save" });
    expect([wrong.status, Object.keys(faultsOf(await wrong.text()))]).toEqual([400, ["alarm"]]);
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { people, projects, type RoleName } from "../../src/demo/people.ts";
import { requestTo } from "../waldur-answers.ts";
import { visitor, wholeForm } from "../web/visitor.ts";
import { makeWorld, type World } from "../world.ts";
import { linkIn, makeBrowser } from "./decided.ts";

const hour = 3600;

/** Makes a calendar as a person does, and returns its address. */
async function subscribe(world: World, role: RoleName, kind: string, uuid: string): Promise<string> {
  const browser = visitor(world);
  await browser.signIn(world.sample.tokens[role]);
  const form = `/feeds/new?kind=${kind}&uuid=${uuid}`;
  const made = await browser.send("/feeds/new", { ...wholeForm, kind, uuid, do: "save" }, form);
  await world.settle();
  const path = /^\/feeds\/\w+/.exec(made.headers.get("Location") ?? "")?.[0] ?? "";
  await world.tick();
  return /https:\/\/calendar\.example\/f\/[^"<\s]+\.ics/.exec(await browser.page(path))?.[0] ?? "";
}

const linesOf = (text: string): string => text.replaceAll(/\r\n[ \t]/g, "");
const decidingLinks = (text: string): string[] =>
  linesOf(text).match(/https:[^\s\\]+\/a\/[\w.-]+\/(?:accept|reject)/g) ?? [];

describe("the links of every kind of calendar over the sample", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld({ bookings: 120, config: { waldurDecisionToken: null } });
  });
  const institute = projects[0]?.customer.uuid ?? "";
  const uuids: Readonly<Record<string, string>> = { customer: institute, project: projects[0]?.uuid ?? "" };

  it.each([
    ["providerOwner", "provider"],
    ["providerManager", "provider"],
    ["staff", "visible"],
    ["providerOwner", "visible"],
  ] as const)("of %s over %s lead to pages on which that person can decide", async (role, kind) => {
    const address = await subscribe(world, role, kind, kind === "provider" ? world.sample.providerUuid : "");
    const links = decidingLinks(await world.calendar(address));
    expect(links.length).toBeGreaterThan(3);
    const browser = makeBrowser(world);
    const first = await browser.open(links[0] ?? "");
    await browser.signIn(first, world.sample.tokens[role]);
    for (const link of links) {
      const action = link.endsWith("accept") ? "accept" : "reject";
      expect([link, (await browser.open(link)).buttons[0]]).toEqual([link, action]);
    }
  });

  it.each([
    ["requester", "mine"],
    ["consumerOwner", "project"],
    ["consumerOwner", "customer"],
    ["consumerOwner", "visible"],
    ["providerOwner", "mine"],
    ["staff", "customer"],
  ] as const)("of %s over %s neither accept nor reject; one opens a request", async (role, kind) => {
    // Waldur shows staff all of a customer's, others what they made.
    const asker = role === "staff" ? people.requester : people[role];
    const mine = requestTo(world.sample, { name: `Of ${role} by ${kind}`, requester: asker });
    const address = await subscribe(world, role, kind, uuids[kind] ?? "");
    const text = await world.calendar(address);
    expect(linesOf(text)).toContain(`Of ${role} by ${kind}`);
    expect(decidingLinks(text)).toEqual([]);
    const link = linkIn(text, mine.uuid);
    expect(linesOf(text)).toContain(`Open or withdraw:\\n${link}\\n`);
  });
});

describe("a requester", () => {
  it("withdraws a request from the calendar, in words that say so", async () => {
    const world = await makeWorld({ bookings: 0, config: { waldurDecisionToken: null } });
    const mine = requestTo(world.sample, { requester: people.requester });
    const address = await subscribe(world, "requester", "mine", "");
    const link = linkIn(await world.calendar(address), mine.uuid);
    const browser = makeBrowser(world);
    const page = await browser.signIn(await browser.open(link), world.sample.tokens.requester);
    expect(page.buttons).toEqual(["reject"]);
    expect(page.html).toMatch(/Your request.*you can withdraw it.*>Withdraw<\/button>/s);
    expect(page.html).not.toContain("does not represent the provider");
    const done = await browser.decide(page, "reject");
    expect([done.status, done.note]).toEqual([
      200,
      "Withdrawn. The time is free again, and the calendar now shows it.",
    ]);
    expect(world.sample.find(mine.uuid)?.state).toBe("Terminated");
  });
});

describe("a request whose time is over", () => {
  it("has no links from the next day of the calendar's zone on, and nothing else changes", async () => {
    const world = await makeWorld({ bookings: 0, startAt: Date.UTC(2027, 0, 4, 9) / 1000 });
    const [ends, stays] = [requestTo(world.sample, { name: "Ends" }), requestTo(world.sample, { name: "Stays" })];
    const place = (one: typeof ends, hours: number): void => {
      const start = Date.UTC(2027, 0, 4, 9 + hours) / 1000;
      const period = { start, end: start + hour };
      Object.assign(one, { schedules: [period], slots: [{ ...period, backendId: one.uuid }] });
    };
    place(ends, 2);
    place(stays, 48);
    const address = await world.address(await world.addFeed({ zone: "Europe/Tallinn" }));
    const linked = async (): Promise<string[]> => {
      await world.tick();
      const text = await world.calendar(address);
      expect(text).toMatch(/SUMMARY:[^\r]*Ends[^]*SUMMARY:[^\r]*Stays/);
      return [ends, stays].filter(({ uuid }) => linkIn(text, uuid) !== "").map(({ name }) => name);
    };
    expect(await linked()).toEqual(["Ends", "Stays"]);
    world.wait(12 * hour);
    expect(await linked()).toEqual(["Ends", "Stays"]);
    world.wait(hour);
    expect(await linked()).toEqual(["Stays"]);
    const etag = async () => (await world.get(address)).headers.get("ETag");
    const before = await etag();
    world.wait(24 * hour);
    expect(await linked()).toEqual(["Stays"]);
    expect(await etag()).toBe(before);
  });
});

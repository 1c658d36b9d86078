import { describe, expect, it } from "vitest";
import { makeWorld } from "../../world.ts";
import { requestTo } from "../../waldur-answers.ts";
import { linkIn } from "../../decision/decided.ts";
import { origin, visitor, wholeForm } from "../visitor.ts";

/** Names of the sample, each in letters from right to left, with an override, an end of isolation and a mark of direction. */
const names = new Map(
  [
    "Maria Näidis",
    "Jonas Sample-Õunapuu",
    "Sample Imaging Centre",
    "Sample Workshop",
    "Confocal microscope",
    "Neuron atlas",
    "Näidisinstituut",
    "Plant stress, phase II; pilot",
  ].map((name, at) => [name, `\u2069\u202Eשם\u200F${at}`]),
);
const foreign = /[\u0590-\u08FF]/;

/** Texts and attributes of a page in which letters from right to left reach what is around them, or controls stand open. */
function openNames(html: string): string[] {
  const found: string[] = [];
  const isolated: boolean[] = [];
  const check = (text: string, inside: boolean): void => {
    const rest = text.replace(/\u2068[^\u2068\u2069]*\u2069/g, "");
    if (/[\u202A-\u202E\u2066-\u2069]/.test(rest) || (!inside && foreign.test(rest))) found.push(text);
  };
  for (const [, closing, tag = "", attributes = "", text = ""] of html.matchAll(
    /<(\/?)([a-z0-9]+)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>([^<]*)/g,
  )) {
    if (closing === "/") isolated.pop();
    else if (!/^(?:meta|link|input|br|rect|path)$/.test(tag)) {
      isolated.push(isolated.at(-1) === true || /dir="auto"/.test(attributes));
    }
    // What somebody edits stays as it is.
    for (const [, name, value = ""] of attributes.matchAll(/([\w-]+)="([^"]*)"/g)) {
      if (tag !== "input" && name !== "href") check(value, false);
    }
    check(text, isolated.at(-1) === true);
  }
  return found;
}

describe("names that are written from right to left, or turn the direction of text", () => {
  it("leave the text around them as it is, on every page", async () => {
    const world = await makeWorld({ bookings: 8 });
    world.fault(async (request) => {
      const answer = await world.sample.fetch(request);
      let text = await answer.text();
      for (const [name, hostile] of names) text = text.replaceAll(name, hostile);
      const { status, headers } = answer;
      return new Response(status === 204 ? null : text, { status, headers });
    });
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    const about = { kind: "provider", uuid: world.sample.providerUuid };
    const form = `/feeds/new?${new URLSearchParams(about)}`;
    const name = "\u202Eלוח\u2069 2027";
    const made = await owner.send("/feeds/new", { ...wholeForm, name, ...about, do: "save" }, form);
    const feed = /^\/feeds\/([0-9a-f]+)/.exec(made.headers.get("Location") ?? "")?.[1] ?? "";
    await world.settle();
    const booking = requestTo(world.sample, { name: "\u202Eבקשה\u2067" });
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const calendar = await world.calendar(await world.address(await world.feed(feed)));
    const link = new URL(linkIn(calendar, booking.uuid)).pathname;
    const day = new Date(booking.slots[0]?.start ?? 0).toISOString();
    const paths = [
      "/",
      form,
      `/feeds/${feed}`,
      `/feeds/${feed}/edit`,
      `/feeds/${feed}/agenda`,
      `/feeds/${feed}/agenda?date=${day.slice(0, 10)}`,
      `/feeds/${feed}/month?date=${day.slice(0, 10)}`,
      `/feeds/${feed}/targets/new`,
      link,
    ];
    const seen: Record<string, readonly [shows: boolean, open: readonly string[]]> = {};
    const look = (path: string, html: string): void => void (seen[path] = [foreign.test(html), openNames(html)]);
    for (const path of paths) look(path, await owner.page(path));
    const decided = await owner.post(`/bookings/${booking.uuid}/accept`, { nonce: await owner.nonceOf("/") });
    look("the decision", await decided.text());
    for (const path of ["/history", "/history?show=runs", link]) look(`${path} after`, await owner.page(path));
    expect(seen).toEqual(Object.fromEntries(Object.keys(seen).map((path) => [path, [true, []]])));
    expect(origin).toBe(world.deps.config.publicUrl);
  });
});

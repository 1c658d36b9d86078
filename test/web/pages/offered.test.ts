import { describe, expect, it } from "vitest";
import { requestTo } from "../../waldur-answers.ts";
import { makeWorld } from "../../world.ts";
import { people } from "../../../src/demo/people.ts";
import { visitor, wholeForm } from "../visitor.ts";

describe("accept is offered to whoever stands for the provider", () => {
  it.each([
    ["requester", ["reject"]],
    ["consumerOwner", ["reject"]],
    ["providerOwner", ["accept", "reject"]],
    ["staff", ["accept", "reject"]],
  ] as const)("on the overview and in the events of %s", async (role, offered) => {
    const world = await makeWorld({ bookings: 0, config: { waldurDecisionToken: null } });
    const booking = requestTo(world.sample, { name: "Two hours", requester: people[role] });
    const browser = visitor(world);
    await browser.signIn(world.sample.tokens[role]);
    const made = await browser.send(
      "/feeds/new",
      { ...wholeForm, kind: "visible", do: "save" },
      "/feeds/new?kind=visible",
    );
    await world.settle();
    const html = await browser.page("/");
    const answers = /(?:formaction|href)="\/bookings\/([0-9a-f]{32})\/(\w+)[?"]/g;
    const buttons = [...html.matchAll(answers)].map(([, uuid, action]) => {
      expect(uuid).toBe(booking.uuid);
      return action;
    });
    expect(buttons).toEqual(offered);
    const [, path = ""] = /^(\/feeds\/\w+)/.exec(made.headers.get("Location") ?? "") ?? [];
    const address = /https:\/\/calendar\.example\/f\/[^"<\s]+\.ics/.exec(await browser.page(path))?.[0] ?? "";
    const text = (await world.calendar(address)).replaceAll(/\r\n[ \t]/g, "");
    const links = [...text.matchAll(/\/a\/[\w.-]+\/(accept|reject)/g)].map(([, action]) => action);
    // Who only asked for it opens the page, and withdraws there.
    expect(links).toEqual(offered.length === 2 ? offered : []);
    expect(text.includes("Open or withdraw:")).toBe(offered.length < 2);
  });
});

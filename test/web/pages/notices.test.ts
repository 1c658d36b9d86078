import { describe, expect, it } from "vitest";
import { makeMailed } from "../../mail/mailed.ts";
import { makeWorld } from "../../world.ts";
import { origin, visitor, wholeForm } from "../visitor.ts";

const linkIn = (text: string | undefined, path: string): string =>
  new RegExp(`${origin}(/notices/${path}/[\\w.-]+)`).exec(text ?? "")?.[1] ?? "";

const wishes = {
  kinds: ["request", "reminder", "trouble"],
  reminderHours: "24",
  digestHour: "8",
  quietFrom: "",
  quietTo: "",
};

describe("the page of notices", () => {
  it("shows where mails go and what is chosen, and keeps what is changed, for every session", async () => {
    const { owner, world } = await makeMailed();
    const page = await owner.page("/notices");
    expect(page).toContain("Mails go to maria.naidis@example.org, the address that Waldur has of you.");
    expect(page).toMatch(/name="kinds" value="request" checked/);
    expect(page).not.toMatch(/name="kinds" value="digest" checked/);
    const saved = await owner.send("/notices", {
      ...wishes,
      kinds: ["digest"],
      digestHour: "7",
      quietFrom: "22",
      quietTo: "6",
    });
    expect(saved.headers.get("Location")).toBe("/notices?done=saved");
    const other = visitor(world, "et");
    await other.signIn(world.sample.tokens.providerOwner);
    const again = await other.page("/notices");
    expect(again).toContain("Teavitused");
    expect(again).toMatch(/name="kinds" value="digest" checked/);
    expect(again).not.toMatch(/name="kinds" value="request" checked/);
    expect(again).toMatch(/value="22" selected/);
  });

  it("says that mail is off, and refuses hours that are none", async () => {
    const world = await makeWorld();
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    expect(await owner.page("/notices")).toContain("Mail is off");
    const refused = await owner.send("/notices", { ...wishes, reminderHours: "many" });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("Give a whole number from 1 to 336.");
  });

  it("sends mails to a typed address only once its link was opened and its button pressed", async () => {
    const { owner, world, run, request } = await makeMailed();
    const sent = await owner.send("/notices/address", { address: "lab@example.net" }, "/notices");
    expect(await sent.text()).toContain("A mail with a link was sent to lab@example.net.");
    const [proof] = await run();
    expect(proof?.to).toMatchObject([{ address: "lab@example.net" }]);
    const link = linkIn(proof?.text, "prove");
    const stranger = visitor(world);
    expect(await stranger.page(link)).toContain("lab@example.net");
    world.wait(60);
    request();
    expect((await run())[0]?.to).toMatchObject([{ address: "maria.naidis@example.org" }]);
    expect(await (await stranger.post(link, {})).text()).toContain("Done.");
    world.wait(60);
    request();
    expect((await run())[0]?.to).toMatchObject([{ address: "lab@example.net" }]);
    expect((await stranger.post(`${link.slice(0, -2)}xx`, {})).status).toBe(404);
    world.wait(8 * 86_400);
    expect((await stranger.get(link)).status).toBe(404);
    await owner.signIn(world.sample.tokens.providerOwner);
    await owner.send("/notices/address", { address: "" }, "/notices");
    expect(await owner.page("/notices")).toContain("maria.naidis@example.org, the address that Waldur has");
  });

  it("lets nobody try more than five addresses a day, and none that is no address", async () => {
    const { owner } = await makeMailed();
    const type = async (address: string) => owner.send("/notices/address", { address }, "/notices");
    expect((await type("x@y@z")).status).toBe(400);
    for (let n = 0; n < 5; n += 1) expect((await type(`a${n}@example.net`)).status).toBe(200);
    const refused = await type("a6@example.net");
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("Too many addresses");
  });
});

describe("somebody who gets invitations", () => {
  it("is one link and one press away from a calendar without pending bookings", async () => {
    const { world } = await makeMailed({ config: { mailAnswers: "*@rsvp.example.org" } });
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerManager);
    expect(await owner.page("/notices")).not.toContain("pending=out");
    await owner.send("/notices", { ...wishes, kinds: ["request", "invitations"] });
    const made =
      /href="([^"]*&amp;pending=out)"/.exec(await owner.page("/notices"))?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(made).toBe(`/feeds/new?kind=provider&uuid=${world.sample.providerUuid}&pending=out`);
    expect(await owner.page(made)).toMatch(/name="pending" value="out" checked/);
    const save = { ...wholeForm, do: "save" };
    const kind = { kind: "provider", uuid: world.sample.providerUuid };
    const first = await owner.send("/feeds/new", { ...save, ...kind, name: "All" }, made);
    await owner.send("/feeds/new", { ...save, ...kind, pending: "out" }, made);
    const id = /feeds\/([0-9a-f]+)/.exec(first.headers.get("Location") ?? "")?.[1] ?? "";
    const again = await owner.page("/notices");
    expect(again.match(/href="[^"]*pending=out"/g)).toEqual([`href="/feeds/${id}/edit?pending=out"`]);
    expect(again).toContain("Leave them out of All");
    const edit = `/feeds/${id}/edit`;
    expect(await owner.page(`${edit}?pending=out`)).toMatch(/name="pending" value="out" checked/);
    await owner.send(edit, { ...save, name: "All", pending: "out" });
    const states = async () => (await world.feed(id)).profile.filter.states;
    expect(await states()).toEqual(["OK", "Erred", "Updating", "Terminating", "Terminated"]);
    expect(await owner.page("/notices")).not.toContain("pending=out");
    await owner.send(edit, { ...save, name: "All" });
    expect(await states()).toBeUndefined();
  });
});

describe("the link that stops a kind of notice", () => {
  it("is in the fields that a mail program posts by itself, and stops that kind alone", async () => {
    const { owner, world, run, request } = await makeMailed();
    world.wait(60);
    request();
    const [mail] = await run();
    const field = (name: string) => mail?.headers.find(({ key }) => key === name)?.value;
    expect(field("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
    const link = linkIn(field("list-unsubscribe"), "stop");
    expect(linkIn(mail?.text, "stop")).toBe(link);
    const nobody = visitor(world);
    expect(await nobody.page(link)).toContain("A new request that you may decide");
    expect(await owner.page("/notices")).toMatch(/name="kinds" value="request" checked/);
    const body = "List-Unsubscribe=One-Click";
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const posted = await world.app.fetch(new Request(origin + link, { method: "POST", body, headers }), world.deps);
    expect(posted.status).toBe(200);
    const page = await owner.page("/notices");
    expect(page).not.toMatch(/name="kinds" value="request" checked/);
    expect(page).toMatch(/name="kinds" value="trouble" checked/);
    world.wait(60);
    request();
    expect(await run()).toEqual([]);
    await owner.send("/notices", wishes);
    expect(await run()).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { makeMailed } from "../../mail/mailed.ts";
import { visitor } from "../visitor.ts";

const path = "/notices/mailboxes";
const room = "aurora@calendar.example";

const begin = async (config: Parameters<typeof makeMailed>[0] = {}) => {
  const mailed = await makeMailed({ ...config, config: { mailAnswers: "*@rsvp.example.org", ...config.config } });
  const page = await mailed.owner.page(path);
  const [, offering = "", name = ""] = /<option value="([0-9a-f]{32})"[^>]*>([^<]*)</.exec(page) ?? [];
  return { ...mailed, offering, name };
};

describe("the page of mailboxes", () => {
  it("has one asked about an offering, says by whom, and has it asked no more", async () => {
    const { owner, offering, name, world, request, run } = await begin();
    expect(await owner.page("/notices")).toContain(`href="${path}"`);
    expect(await owner.page(path)).toContain("In calendar.example.");
    const saved = await owner.send(path, { offering, address: ` ${room.toUpperCase()} ` });
    expect(saved.headers.get("Location")).toBe(`${path}?done=saved`);
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    const seen = await colleague.page(path);
    expect(seen).toContain(`<strong dir="auto">${name}</strong>: ${room}`);
    expect(seen).toContain("set by Maria Näidis");
    world.wait(60);
    while (!request().some((one) => one.offering.uuid === offering));
    const mails = await run();
    expect(mails.map(({ to }) => to?.[0]?.address)).toContain(room);
    const ended = await colleague.send(path, { offering, do: "end" });
    expect(ended.headers.get("Location")).toBe(`${path}?done=ended`);
    expect(await owner.page(path)).not.toContain(room);
  });

  it.each([
    ["what is no address", "room", "This is no mail address."],
    ["nothing", "", "This is no mail address."],
    ["a domain that the operator does not let in", "room@evil.example", "Mailboxes of this domain may not be asked."],
    ["the service's own", "calendar@calendar.example", "This is the address of a person"],
  ])("refuses %s beside the field", async (_, address, sentence) => {
    const { owner, offering } = await begin();
    const refused = await owner.send(path, { offering, address });
    const page = await refused.text();
    expect([refused.status, page.includes(sentence)]).toEqual([400, true]);
    expect(page).toContain(`value="${address}"`);
  });

  it("lets nobody set one for an offering about which they may not decide", async () => {
    const { owner, world, offering } = await begin();
    const requester = visitor(world);
    await requester.signIn(world.sample.tokens.requester);
    expect(await requester.page(path)).toContain("There is no offering whose requests you may decide.");
    const nonce = await requester.nonceOf("/notices");
    expect((await requester.post(path, { nonce, offering, address: room })).status).toBe(400);
    expect((await requester.post(path, { nonce, offering, do: "end" })).status).toBe(400);
    expect(await owner.page(path)).not.toContain(room);
  });

  it("says that there are none where requests are not sent as invitations, and that a click decides where mails do not", async () => {
    const { owner } = await makeMailed();
    expect(await owner.page(path)).toContain("Requests are not sent as invitations here, so no mailbox");
    expect(await owner.page("/notices")).not.toContain(path);
    const page = await (await begin()).owner.page(path);
    expect(page).toContain("does not let mails decide");
    const on = await (await begin({ config: { mailDecisions: "on" } })).owner.page(path);
    expect(on).not.toContain("does not let mails decide");
  });
});

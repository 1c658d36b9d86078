import { describe, expect, it } from "vitest";
import { people } from "../../../src/demo/people.ts";
import { listDecisions } from "../../../src/store/decisions.ts";
import { checkWaldur } from "../../../src/account/check.ts";
import { makeWorld, type WorldOptions } from "../../world.ts";
import { makeCase, origin } from "../../decision/decided.ts";

const adminToken = "the-operator-of-these-tests";

async function begin(options: WorldOptions = {}) {
  const one = await makeCase({ ...options, config: { adminToken, ...options.config } });
  const call = async (method: string, path: string, body?: unknown, token = adminToken) => {
    const response = await one.world.app.fetch(
      new Request(`${origin}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
      one.world.deps,
    );
    return { status: response.status, body: await response.json() };
  };
  return { ...one, call };
}

describe("decisions over the API", () => {
  it("are the operator's alone, take effect at once, and say why not", async () => {
    const { call, request, status, world } = await begin();
    const { booking } = await request();
    expect((await call("POST", `/bookings/${booking.uuid}/accept`, undefined, "x".repeat(24))).status).toBe(401);
    const refused = await call("POST", `/bookings/${booking.uuid}/reject`);
    expect(refused).toMatchObject({ status: 403, body: { result: "refused", error: { code: "waldur_forbidden" } } });
    const done = await call("POST", `/bookings/${booking.uuid}/accept`);
    expect(done).toMatchObject({ status: 200, body: { result: "done", byOperator: false } });
    expect(await status(booking.uuid)).toBe("CONFIRMED");
    expect(await call("POST", `/bookings/${booking.uuid}/reject`)).toMatchObject({
      status: 409,
      body: { result: "other", error: { code: "conflict", message: expect.stringContaining("decided otherwise") } },
    });
    expect((await call("POST", `/bookings/${"0".repeat(32)}/accept`)).body).toMatchObject({ result: "gone" });
    expect((await call("POST", "/bookings/none/accept")).status).toBe(400);
    expect((await call("GET", `/bookings/${booking.uuid}/accept`)).status).toBe(404);
    const { body } = await call("GET", `/decisions?booking=${booking.uuid}`);
    expect(body.decisions.map(({ result, via, feedId }: Record<string, string>) => [result, via, feedId])).toEqual(
      (await listDecisions(world.deps.sql, booking.uuid, 9)).map(({ result }) => [result, "api", ""]),
    );
    expect((await call("GET", "/decisions?limit=1")).body.decisions).toHaveLength(1);
    expect((await call("GET", "/decisions?limit=9999")).status).toBe(400);
    expect((await call("GET", "/decisions?user=x")).status).toBe(400);
  });

  it("are told to everybody of their own, with a feed or without, and to who acts for the provider of others'", async () => {
    const { call, request, world } = await begin();
    const { booking } = await request();
    const of = (role: keyof typeof people): string => world.sample.tokens[role];
    const decide = async (role: keyof typeof people, action = "accept") =>
      call("POST", `/bookings/${booking.uuid}/${action}`, undefined, of(role));
    const told = async (role: keyof typeof people) =>
      (await call("GET", "/decisions", undefined, of(role))).body.decisions.map(
        ({ username, result }: Record<string, string>) => `${username} ${result}`,
      );
    const { body } = await call(
      "POST",
      "/feeds",
      { source: { kind: "provider", uuid: world.sample.providerUuid } },
      of("providerOwner"),
    );
    expect(body.source.kind).toBe("provider");
    await world.settle();
    await decide("outsider");
    await decide("requester");
    await decide("providerManager");
    const done = `${people.providerManager.username} done`;
    expect(await told("providerOwner")).toEqual([done]);
    expect(await told("providerManager")).toEqual([done]);
    expect(await told("requester")).toEqual([`${people.requester.username} not-yours`]);
    // Waldur does not show it to them: that is counted, not kept.
    expect(await told("outsider")).toEqual([]);
    expect(await told("otherProviderOwner")).toEqual([]);
  });

  it("a feed with links that decide at once is refused where they would reach too far", async () => {
    const forbidden = await begin();
    const source = { kind: "provider", uuid: forbidden.world.sample.providerUuid };
    const refused = await forbidden.call("POST", "/feeds", { source, decisions: "signed" });
    expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringContaining("SIGNED_DECISIONS=on")]);
    const allowed = await begin({ config: { signedDecisions: true } });
    const made = await allowed.call("POST", "/feeds", { source, decisions: "signed" });
    expect([made.status, made.body.profile.decisions]).toEqual([201, "signed"]);
    // Not the sample any more: the account of the environment.
    Object.assign(allowed.world.deps, { sample: false });
    const real = await allowed.call("PATCH", `/feeds/${allowed.feed.id}`, { decisions: "signed" });
    expect([real.status, real.body.error.message]).toEqual([400, expect.stringContaining("never for staff")]);
    expect(
      (await allowed.call("PATCH", `/feeds/${allowed.feed.id}`, { decisions: "off" })).body.profile.decisions,
    ).toBe("off");
    expect((await allowed.call("PATCH", `/feeds/${allowed.feed.id}`, { decisions: "maybe" })).status).toBe(400);
  });

  it("staff accounts never have such links", async () => {
    const world = await makeWorld({ token: "sample-staff", config: { signedDecisions: true } });
    await expect(world.addFeed({ decisions: "signed" })).rejects.toThrow("never for staff");
  });
});

describe("check tells whether rejecting works", () => {
  const check = async (token: string, waldurDecisionToken: string | null) => {
    const { deps } = await makeWorld({ token, config: { waldurDecisionToken } });
    const { canReject, problems } = await checkWaldur(deps);
    return { canReject, told: problems.filter((problem) => problem.startsWith("Reject:")).join("") };
  };

  it.each([
    [
      "without the operator's token",
      "sample-provider-owner",
      null,
      false,
      "WALDUR_DECISION_TOKEN, a token of a staff account",
    ],
    ["with it", "sample-provider-owner", "sample-staff", true, ""],
    ["with one that is not of staff", "sample-provider-owner", "sample-provider-manager", false, "who is not staff"],
    ["with one that Waldur does not take", "sample-provider-owner", "sample-nobody", false, "does not work"],
    ["as staff", "sample-staff", null, true, ""],
    // A consumer rejects nothing of others.
    ["as somebody who only books", "sample-requester", null, false, ""],
  ])("%s", async (_, token, decision, canReject, told) => {
    expect(await check(token, decision)).toEqual({ canReject, told: told === "" ? "" : expect.stringContaining(told) });
  });
});

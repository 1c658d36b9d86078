import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { describe, expect, it } from "vitest";
import { addTarget, getTarget, syncTarget } from "../../src/mirror/commands.ts";
import { findCalendarHome } from "../../src/mirror/connect/connect.ts";
import { redirect } from "../dav-server/faults.ts";
import { googleClient, googleMail, makeGoogle } from "../dav-server/google.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { type Connected, connectFeed, loadFeed, serverUser } from "./connected.ts";
import { makeWorld } from "../world.ts";
import type { Deps } from "../../src/deps.ts";
import { setColumns } from "../rows.ts";

/** Somebody writes another title into every event of the calendar. */
function editAll({ caldav }: Connected): number {
  const bodies = caldav.bodies();
  for (const [name, body] of bodies) caldav.put(name, body.replace("SUMMARY:", "SUMMARY:Mine "));
  return bodies.size;
}

const credentials = { kind: "password", ...serverUser } as const;

describe("the requests of a run", () => {
  it.each<[string, Partial<Quirks>]>([
    ["a server as it should be", {}],
    ["one whose multiget leaves objects out, which are then read one by one", { multigetMost: 1 }],
    ["one that answers a multiget of what is gone with 404", { multigetMissing: "whole" }],
    ["one that is shown the password as Digest, from its challenge on", { auth: "digest" }],
  ])("are as many as reach %s", async (_, quirks) => {
    const connected = await connectFeed(quirks);
    const { world, caldav, id } = connected;
    world.wait(60);
    const events = editAll(connected);
    caldav.drop([...caldav.bodies().keys()][0] ?? "");
    caldav.taken();
    const report = await syncTarget(world.deps, await getTarget(world.deps, id), {});
    expect(report).toMatchObject({ restored: events, complete: true });
    expect(report.requests).toBe(caldav.taken().length);
  });

  it("include those that are redirected", async () => {
    const { world, caldav, id } = await connectFeed();
    world.wait(60);
    caldav.taken();
    caldav.script(redirect(caldav.calendarUrl(), 307));
    const { requests } = await syncTarget(world.deps, await getTarget(world.deps, id), {});
    expect(requests).toBe(caldav.taken().length);
    // The state, redirected, and the listing.
    expect(requests).toBe(3);
  });

  it("include the renewal of a token at Google", async () => {
    const { outside, server, google } = makeGoogle();
    let sent = 0;
    const config = { googleClientId: googleClient.clientId, googleClientSecret: googleClient.clientSecret };
    const world = await makeWorld({
      bookings: 30,
      config,
      outside: async (request) => {
        sent += 1;
        return outside(request);
      },
    });
    const feed = await world.addFeed();
    await world.tick();
    const tokens = { accessToken: "ended", refreshToken: "refresh-1", expiresAt: 0 };
    const { id } = await addTarget(world.deps, environmentAccount, {
      feedId: feed.id,
      text: server.calendarUrl(),
      preset: "google",
      calendar: null,
      create: null,
      credentials: { kind: "google", username: googleMail, tokens },
      edits: "mirror",
      cancelled: "keep",
    });
    world.wait(5000);
    [sent, google.forms.length] = [0, 0];
    const report = await syncTarget(world.deps, await getTarget(world.deps, id), {});
    expect(server.bodies().size).toBe(report.created);
    expect(google.forms).toMatchObject([{ grant_type: "refresh_token" }]);
    expect(report.requests).toBe(sent);
  });

  it.each([
    ["leaves objects out", false, 14],
    ["leaves objects out and redirects every request", true, 30],
  ])(
    "are never more than its budget where a server %s, and the calendar is right after some runs",
    async (_, moved, most) => {
      const connected = await connectFeed({ multigetMost: 0 });
      const { world, caldav, id } = connected;
      world.wait(60);
      const before = caldav.bodies();
      editAll(connected);
      let sent = 0;
      const outside: Deps["outside"] = async (request) => {
        sent += 1;
        const at = new URL(request.url);
        if (!moved || at.search !== "") return world.deps.outside(request);
        at.search = "?here";
        return new Response(null, { status: 307, headers: { Location: at.href } });
      };
      const deps = { ...world.deps, outside, budget: { ...world.deps.budget, requests: most } };
      for (let complete = false, runs = 0; !complete; runs += 1) {
        expect(runs).toBeLessThan(60);
        world.wait(10);
        sent = 0;
        const report = await syncTarget(deps, await getTarget(deps, id), {});
        expect(report).toMatchObject({ failure: "", failed: 0, requests: sent });
        expect(sent).toBeLessThanOrEqual(most);
        ({ complete } = report);
      }
      expect(caldav.bodies()).toEqual(before);
      expect((await getTarget(deps, id)).failures).toBe(0);
    },
  );

  it("count against the minute of a provider whose multiget leaves objects out", async () => {
    const connected = await connectFeed({ multigetMost: 0 });
    const { world, caldav } = connected;
    await setColumns(world.deps.sql, "targets", { per_minute: 12 });
    editAll(connected);
    for (let run = 0; run < 6; run += 1) {
      world.wait(1000);
      caldav.taken();
      await world.tick();
      expect(caldav.taken().length).toBeLessThanOrEqual(12);
    }
  });
});

describe("the requests of finding calendars", () => {
  it("are never more than the budget, however many homes a server names", async () => {
    const { world, caldav } = await loadFeed();
    const homes = Array.from({ length: 200 }, (_, n) => `<D:href>/dav/${n}/</D:href>`).join("");
    const answer = `<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>/</D:href><D:propstat><D:prop><C:calendar-home-set>${homes}</C:calendar-home-set></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`;
    caldav.script(
      async () => new Response(answer, { status: 207 }),
      () => true,
      1000,
    );
    const deps = { ...world.deps, budget: { ...world.deps.budget, requests: 30 } };
    await expect(
      findCalendarHome(deps, environmentAccount, { text: caldav.home, preset: null, credentials }),
    ).rejects.toThrow("30 requests");
    expect(caldav.taken().length).toBe(30);
  });
});

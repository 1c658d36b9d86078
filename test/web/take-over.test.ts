import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { describe, expect, it } from "vitest";
import { findTarget, stopCodes } from "../../src/store/targets.ts";
import { openAccess } from "../../src/mirror/connect/connect.ts";
import { addTarget, syncTarget } from "../../src/mirror/commands.ts";
import { status } from "../dav-server/faults.ts";
import { beginMirror, connectThere, login } from "./mirrored.ts";
import { visitor } from "./visitor.ts";
import { setColumns } from "../rows.ts";

/** A mirror that is on, and a colleague of whoever made it. */
async function withColleague() {
  const begun = await beginMirror();
  const path = await connectThere(begun);
  const { owner, world, caldav, feedId } = begun;
  await owner.send(`${path}/resume`, {}, path);
  await world.settle();
  const colleague = visitor(world);
  await colleague.signIn(world.sample.tokens.providerManager);
  const id = path.split("/")[2] ?? "";
  const row = async () => {
    const found = await findTarget(world.deps.sql, id);
    if (found === null) throw new Error("the target is gone");
    return found;
  };
  const takeOver = async () => colleague.send(`/feeds/${feedId}/take-over`, {}, "/");
  caldav.taken();
  return { ...begun, path, id, colleague, row, takeOver };
}

describe("a colleague", () => {
  it("sees a mirror's name and state, and what taking over does to it; nothing of where it is", async () => {
    const { world, colleague, owner, path, caldav } = await withColleague();
    const page = await colleague.page("/calendars");
    expect(page).toContain('<span dir="auto">Work</span> <span class="state good">on</span>');
    expect(page).toContain("Its mirrors become yours too, but not the access to the calendars they write to");
    for (const secret of [path, caldav.calendarUrl(), login.username, "caldav.example.org"]) {
      expect(page).not.toContain(secret);
    }
    await owner.send(`${path}/pause`, {}, path);
    expect(await colleague.page("/calendars")).toContain('<span class="state wait">paused</span>');
    expect((await colleague.get(path)).status).toBe(404);
    const stranger = visitor(world);
    await stranger.signIn(world.sample.tokens.otherProviderOwner);
    expect(await stranger.page("/calendars")).not.toContain(">Work<");
  });

  it("is not told to whom nothing is mirrored that mirrors stop", async () => {
    const { world } = await beginMirror();
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    const page = await colleague.page("/calendars");
    expect(page).toContain("The calendar is then yours and read with your token");
    expect(page).not.toContain("Its mirrors become yours");
  });
});

describe("taking over a feed that is mirrored", () => {
  it.each(["on", "paused", "removing", ...stopCodes] as const)(
    "%s: throws the credentials away, and with them what was said and whose they were",
    async (was) => {
      const { world, row, takeOver, caldav, feedId } = await withColleague();
      const stopped = stopCodes.find((code) => code === was);
      await setColumns(world.deps.sql, "targets", {
        state: stopped === undefined ? was : "stopped",
        stop_code: stopped ?? "",
        failure: "HTTP 500: alice",
        failing_since_at: 1,
      });
      const { trust } = await openAccess(world.deps, await row());
      expect((await takeOver()).headers.get("Location")).toBe(`/feeds/${feedId}?done=taken`);
      const taken = await row();
      expect(taken).toMatchObject({
        state: "stopped",
        stopCode: "owner",
        failure: "",
        report: "",
        failingSinceAt: null,
      });
      expect(taken.account).toBe("caldav.example.org");
      expect(await openAccess(world.deps, taken)).toEqual({ credentials: null, trust });
      world.wait(1000);
      await world.tick();
      expect(caldav.taken()).toEqual([]);
    },
  );

  it("nothing the new owner does opens the calendar of the former one, or tells its address", async () => {
    const { world, row, takeOver, caldav, colleague, path, id } = await withColleague();
    await takeOver();
    await world.settle();
    const bearer = { Authorization: `Bearer ${world.sample.tokens.providerManager}` };
    const api = async (method: string, what: string) =>
      world.app.fetch(
        new Request(`https://calendar.example/api/v1/targets/${id}${what}`, { method, headers: bearer }),
        world.deps,
      );
    caldav.taken();
    for (const deed of ["resume", "probe"])
      expect((await colleague.send(`${path}/${deed}`, {}, path)).status).toBe(409);
    for (const deed of ["/resume", "/probe", "/sync"]) expect((await api("POST", deed)).status).toBe(409);
    expect((await api("DELETE", "?events=remove")).status).toBe(409);
    const refused = await colleague.send(`${path}/remove`, { events: "remove", sure: "yes" }, path);
    expect(refused.status).toBe(400);
    const wrong = await colleague.send(`${path}/credentials`, { username: "bob", password: "guess" }, path);
    expect(wrong.status).toBe(400);
    expect(caldav.taken().filter((line) => /^(PUT|DELETE)/.test(line))).toEqual([]);
    const told = (await colleague.page(path)) + (await (await api("GET", "")).text());
    expect(told).toContain("https://caldav.example.org/");
    for (const secret of [caldav.calendarUrl(), login.username, login.password]) expect(told).not.toContain(secret);
    expect((await row()).stopCode).toBe("owner");
    const events = caldav.bodies();
    const left = await colleague.send(`${path}/remove`, { events: "leave", sure: "yes" }, path);
    expect(left.headers.get("Location")).toMatch(/done=disconnected$/);
    expect(caldav.bodies()).toEqual(events);
  });

  it("credentials for one of them do not open another: each must show that they lead there", async () => {
    const { world, takeOver, caldav, colleague, path, feedId, row } = await withColleague();
    caldav.addCalendar("other");
    const url = caldav.calendarUrl().replace("work", "other");
    const credentials = { kind: "password", ...login } as const;
    const place = { text: url, preset: null, calendar: url, create: null, credentials };
    const other = await addTarget(world.deps, environmentAccount, {
      feedId,
      ...place,
      edits: "mirror",
      cancelled: null,
    });
    await takeOver();
    await colleague.send(`${path}/credentials`, login, path);
    expect((await row()).state).toBe("on");
    const still = await findTarget(world.deps.sql, other.id);
    expect(still).toMatchObject({ state: "stopped", stopCode: "owner", account: "caldav.example.org" });
  });

  it("a run that is under way can note nothing any more, whatever it meets", async () => {
    const { world, takeOver, caldav, row } = await withColleague();
    const [reached, taken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    caldav.script(async (apply, request) => {
      reached.resolve();
      await taken.promise;
      return status(401)(apply, request);
    });
    const run = syncTarget(world.deps, await row(), {});
    await reached.promise;
    await takeOver();
    taken.resolve();
    await expect(run).rejects.toMatchObject({ code: "conflict" });
    expect(await row()).toMatchObject({ state: "stopped", stopCode: "owner", failure: "" });
  });
});

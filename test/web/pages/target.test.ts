import { describe, expect, it } from "vitest";
import { findTarget } from "../../../src/store/targets.ts";
import { status, throttled } from "../../dav-server/faults.ts";
import { beginMirror, connectThere, faultsOf, login } from "../mirrored.ts";
import { texts } from "../../../src/text/index.ts";
import { visitor } from "../visitor.ts";

/** A mirror that is on and up to date. */
async function mirrored(fields: Record<string, string> = {}) {
  const begun = await beginMirror();
  const path = await connectThere(begun, fields);
  const { owner, world, caldav } = begun;
  await owner.send(`${path}/resume`, {}, path);
  await world.settle();
  caldav.taken();
  const id = path.split("/")[2] ?? "";
  return { ...begun, path, id, row: async () => findTarget(world.deps.sql, id) };
}

describe("the page of a mirror", () => {
  it("tells what the last run did, what is there and how the server behaves", async () => {
    const { owner, path, caldav } = await mirrored();
    const page = await owner.page(path);
    const count = caldav.bodies().size;
    expect(page).toContain(`${count} written; `);
    expect(page).toContain(`<dd>${count}</dd>`);
    expect(page).toContain("It says with one request whether anything has changed.");
    expect(page).toContain(caldav.calendarUrl());
    expect(page).not.toContain(login.password);
    expect(page.length).toBeLessThan(50_000);
  });

  it("pauses, and goes on", async () => {
    const { owner, path, caldav, world, row } = await mirrored();
    expect((await owner.send(`${path}/pause`, {}, path)).headers.get("Location")).toBe(`${path}?done=paused`);
    expect(await owner.page(path)).toContain("Paused: nothing is sent until you resume it.");
    world.wait(3600);
    await world.tick();
    expect(caldav.taken()).toEqual([]);
    await owner.send(`${path}/resume`, {}, path);
    await world.settle();
    expect((await row())?.state).toBe("on");
    expect((await owner.send(`${path}/pause`, {}, path)).status).toBe(303);
    expect((await owner.send(`${path}/pause`, {}, path)).status).toBe(409);
  });

  it("a refused password stops it; a new one is tried, kept and it goes on", async () => {
    const { owner, path, caldav, world, row } = await mirrored();
    caldav.script(status(401), () => true, 1);
    world.wait(1000);
    await world.tick();
    const stopped = await owner.page(path);
    expect(stopped).toContain("no longer accepts the user name and password. Enter new ones.");
    expect(stopped).toMatch(/<details open=""><summary>Change user name or password/);
    const wrong = await owner.send(`${path}/credentials`, { username: "alice", password: "wrong" }, path);
    const page = await wrong.text();
    expect([wrong.status, faultsOf(page)["password"]]).toEqual([400, expect.stringContaining("does not accept")]);
    expect(page).not.toContain('value="wrong"');
    expect(page).toMatch(/role="alert">.*<a href="#password">Password<\/a>:[^<]*does not accept/);
    const empty = await (await owner.send(`${path}/credentials`, {}, path)).text();
    expect(faultsOf(empty)).toEqual({
      username: expect.stringContaining("Enter a user name"),
      password: expect.stringContaining("Enter a password"),
    });
    expect(empty).toMatch(/role="alert">.*<a href="#username">User name<\/a>: Enter a user name/);
    expect((await row())?.state).toBe("stopped");
    const right = await owner.send(`${path}/credentials`, login, path);
    expect(right.headers.get("Location")).toBe(`${path}?done=credentials`);
    expect((await row())?.state).toBe("on");
  });

  it("says since when a server fails and what it said", async () => {
    const { owner, path, caldav, world } = await mirrored();
    caldav.script(throttled(503, "60"), () => true, 100);
    world.wait(1000);
    await world.tick();
    const page = await owner.page(path);
    expect(page).toContain("The server has been asking for fewer requests since Mon 4 Jan 2027, 09:16.");
    expect(page).toMatch(/The server said: <q lang="" dir="auto">503[^<]*<\/q>/);
    const probed = await owner.send(`${path}/probe`, {}, path);
    expect([probed.status, await probed.text()]).toEqual([502, expect.stringContaining("did not do what was asked")]);
    caldav.heal();
    expect((await owner.send(`${path}/probe`, {}, path)).headers.get("Location")).toBe(`${path}?done=probed`);
  });

  it("under `respect` says in both languages when the calendar was emptied, and puts all back with a button", async () => {
    const { owner, path, caldav, world } = await mirrored({ edits: "respect" });
    const names = [...caldav.bodies().keys()].toSorted();
    for (const name of names) caldav.drop(name);
    world.wait(1000);
    await world.tick();
    const estonian = visitor(world, "et");
    await estonian.signIn(world.sample.tokens.providerOwner);
    for (const [reader, language] of [
      [owner, "en"],
      [estonian, "et"],
    ] as const) {
      const words = texts[language].mirror;
      expect(await reader.page("/calendars")).toContain(words.lost(names.length));
      const page = await reader.page(path);
      expect(page).toContain(words.lost(names.length));
      expect(page).toContain(`<dd>0; ${words.missing(names.length)}</dd>`);
      expect(page).toContain(words.restoreHelp);
    }
    expect(caldav.bodies().size).toBe(0);
    const answer = await owner.send(`${path}/restore`, {}, path);
    expect(answer.headers.get("Location")).toBe(`${path}?done=restored`);
    await world.settle();
    expect([...caldav.bodies().keys()].toSorted()).toEqual(names);
    const after = await owner.page(`${path}?done=restored`);
    expect(after).toContain(texts.en.mirror.done.restored);
    expect(after).not.toContain(texts.en.mirror.restore);
    expect((await owner.send(`${path}/restore`, {}, path)).status).toBe(409);
  });

  it("lets held deletions through only with a tick", async () => {
    const { owner, path, caldav, world, row, feedId } = await mirrored();
    const before = caldav.bodies().size;
    await owner.send(
      `/feeds/${feedId}/edit`,
      {
        name: "Microscopes",
        detail: "full",
        language: "en",
        zone: "",
        past: "0",
        future: "365",
        alarm: "",
        colour: "",
        cancelled: "drop",
        mark: "word",
        decisions: "off",
        expires: "",
        do: "save",
        offerings: [world.sample.bookings[0]?.offering.uuid.replaceAll("-", "") ?? ""],
      },
      `/feeds/${feedId}/edit`,
    );
    await world.settle();
    for (let minute = 0; minute < 3; minute += 1) {
      world.wait(60);
      await world.tick();
    }
    const held = await row();
    expect(held?.held).not.toBe("");
    expect(await owner.page(path)).toContain("Many of its events would be removed at once, so the removal is on hold.");
    const kept = caldav.bodies().size;
    const unsure = await owner.send(`${path}/allow`, {}, path);
    expect([unsure.status, faultsOf(await unsure.text())]).toEqual([
      400,
      { allow: expect.stringContaining("Tick the box") },
    ]);
    expect(caldav.bodies().size).toBe(kept);
    const allowed = await owner.send(`${path}/allow`, { sure: "yes" }, path);
    expect(allowed.headers.get("Location")).toBe(`${path}?done=allowed`);
    expect(caldav.bodies().size).toBeLessThan(before);
    expect((await row())?.held).toBe("");
  });

  it("is removed only with a tick and a word on its events", async () => {
    const { owner, path, row } = await mirrored();
    const faults = async (fields: Record<string, string>) => {
      const answer = await owner.send(`${path}/remove`, fields, path);
      const page = await answer.text();
      return {
        status: answer.status,
        marked: Object.keys(faultsOf(page)),
        chosen: /value="(\w+)" checked/.exec(page)?.[1],
      };
    };
    const [choice, tick] = ["events", "remove"];
    expect(await faults({})).toEqual({ status: 400, marked: [choice, tick], chosen: undefined });
    expect(await faults({ sure: "yes" })).toEqual({ status: 400, marked: [choice], chosen: undefined });
    expect(await faults({ events: "leave" })).toEqual({ status: 400, marked: [tick], chosen: "leave" });
    expect(await faults({ sure: "yes", events: "burn" })).toEqual({ status: 400, marked: [choice], chosen: undefined });
    expect((await row())?.state).toBe("on");
  });

  it("removed with its events left: they stay, and the calendar's page says so", async () => {
    const { owner, path, row, caldav, feedId } = await mirrored();
    const before = caldav.bodies();
    const answer = await owner.send(`${path}/remove`, { sure: "yes", events: "leave" }, path);
    expect(answer.headers.get("Location")).toBe(`/feeds/${feedId}?done=disconnected`);
    expect(await row()).toBe(null);
    expect(caldav.bodies()).toEqual(before);
    expect(await owner.page(`/feeds/${feedId}?done=disconnected`)).toContain("Its events stay in that calendar.");
    expect((await owner.get(path)).status).toBe(404);
  });

  it("removed with its events: they go and nothing else, then it is gone", async () => {
    const { owner, path, row, caldav, world } = await mirrored();
    caldav.put("mine.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:mine\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    await owner.send(`${path}/remove`, { sure: "yes", events: "remove" }, path);
    await world.settle();
    await world.tick();
    expect([...caldav.bodies().keys()]).toEqual(["mine.ics"]);
    expect(await row()).toBe(null);
  });

  it("an ended calendar asks what becomes of the events, and offers nothing else", async () => {
    const { owner, path, feedId } = await mirrored();
    await owner.send(`/feeds/${feedId}/revoke`, { sure: "yes" }, `/feeds/${feedId}`);
    const page = await owner.page(path);
    expect(page).toContain("the calendar that it mirrors has ended. Choose what happens to the events.");
    expect(page).toContain("Remove this mirror");
    expect(page).not.toContain("Resume");
    expect((await owner.send(`${path}/resume`, {}, path)).status).toBe(409);
  });

  it("who takes the calendar over does not get into the calendar of who had it", async () => {
    const { path, feedId, world, row, caldav } = await mirrored();
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    await colleague.send(`/feeds/${feedId}/take-over`, {}, "/");
    await world.settle();
    expect(await row()).toMatchObject({ state: "stopped", stopCode: "owner" });
    caldav.taken();
    for (const deed of ["resume", "probe"]) {
      expect((await colleague.send(`${path}/${deed}`, {}, path)).status).toBe(409);
    }
    world.wait(1000);
    await world.tick();
    expect(caldav.taken()).toEqual([]);
    const page = await colleague.page(path);
    expect(page).toContain("have been deleted. Enter your own, or remove the mirror.");
    for (const secret of [caldav.calendarUrl(), login.username, login.password]) expect(page).not.toContain(secret);
    await colleague.send(`${path}/credentials`, login, path);
    expect((await row())?.state).toBe("on");
  });
});

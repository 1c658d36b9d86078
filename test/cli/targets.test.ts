import { describe, expect, it } from "vitest";
import { answer, failed, run } from "./fake-api.ts";

const target = {
  id: "t1",
  feed: "f1",
  name: "Bookings",
  calendar: "https://dav.example/c/",
  account: "dav.example anna",
  state: "on",
  standing: "owner",
  stopped: null,
  stoppedAt: null,
  edits: "mirror",
  cancelled: "keep",
  events: 12,
  left: 0,
  lost: 0,
  retired: 3,
  failing: 0,
  failingWhy: null,
  held: null,
  failure: null,
  failingSince: null,
  restores: 2,
  mirroredAt: "2030-01-02T03:04:05.000Z",
  checkedAt: null,
  dueAt: "2030-01-02T03:19:05.000Z",
  createdAt: "2030-01-02T03:04:05.000Z",
  lastRun: null,
  server: {
    honoursIfNoneMatch: true,
    honoursIfMatch: true,
    honoursIfMatchOnDelete: true,
    tellsEtag: true,
    rewrites: false,
    changeFeed: "sync-token",
    maxBytes: null,
    minAt: null,
    maxAt: null,
    concurrency: 4,
    software: "Radicale",
  },
};
const none = { created: 0, updated: 0, deleted: 0, adopted: 0, restored: 0, conflict: 0, failed: 0, requests: 0 };
const push = {
  id: "t1",
  name: "Bookings",
  ...none,
  held: "",
  failure: "",
  cause: "",
  said: "",
  waiting: 0,
  lost: 0,
  complete: true,
  planned: [],
};
const env = { CALDAV_PASSWORD: "s3crét" };

describe("targets add", () => {
  const routes = { "POST /targets": () => answer(target, 201) };

  it("sends the password of the environment, or of standard input without its line end", async () => {
    const line = "targets add --feed f1 --url https://dav.example/ --username anna --create Bookings --edits respect";
    const { exit, asked, out } = await run(line, routes, { env });
    const body = { feed: "f1", url: "https://dav.example/", create: "Bookings", edits: "respect" };
    expect(asked[0]?.body).toEqual({ ...body, username: "anna", password: "s3crét" });
    expect(exit).toBe(0);
    expect(out).toContain("t1");
    const piped = await run(line, routes, { stdin: async () => "pass word \n" });
    expect(piped.asked[0]?.body).toMatchObject({ password: "pass word " });
  });

  it("takes the secret for a token without a user name", async () => {
    const { asked } = await run("targets add --feed f1 --preset nextcloud --url cloud.example", routes, { env });
    expect(asked[0]?.body).toEqual({ feed: "f1", preset: "nextcloud", url: "cloud.example", token: "s3crét" });
  });

  it.each([
    ["targets add --url https://dav.example/ --username a", "--feed is missing"],
    ["targets add --feed f1 --username a", "give --url or --preset"],
    ["targets add --feed f1 --preset nextclaud --username a", "did you mean nextcloud?"],
    ["targets add --feed f1 --url https://x.example --edits keep", "--edits takes mirror, respect"],
    ["targets add --feed f1 --url https://x.example --password x", "password"],
  ])("%s: says what is wrong and asks nothing", async (line, message) => {
    const { exit, err, asked } = await run(line, routes, { env });
    expect({ exit, asked }).toEqual({ exit: 2, asked: [] });
    expect(err).toContain(message);
  });

  it("needs a password that is not empty", async () => {
    const { exit, err } = await run("targets add --feed f1 --url https://x.example --username a", routes);
    expect(exit).toBe(2);
    expect(err).toContain("CALDAV_PASSWORD");
  });

  it("tells in its help that Exchange, Outlook.com and Proton have no CalDAV", async () => {
    const { out } = await run("targets add --help");
    expect(out).toMatch(/Exchange, Outlook\.com.* and Proton have no CalDAV/);
  });
});

describe("other commands over targets", () => {
  it("list, show, probe, pause, resume and restore", async () => {
    const stopped = { ...target, id: "t2", state: "stopped", stopped: "The calendar is gone." };
    const listed = await run("targets list", { "GET /targets": () => answer({ targets: [target, stopped] }) });
    expect(listed.out).toContain("The calendar is gone.");
    expect((await run("targets show t1", { "GET /targets/t1": () => answer(target) })).out).toContain("Radicale");
    for (const verb of ["probe", "pause", "resume", "restore"]) {
      const { exit, asked } = await run(`targets ${verb} t1`, { [`POST /targets/t1/${verb}`]: () => answer(target) });
      expect({ exit, path: asked[0]?.path }).toEqual({ exit: 0, path: `/targets/t1/${verb}` });
    }
    const lost = { ...target, lost: 12 };
    for (const line of ["targets list", "targets show t1"]) {
      const routes = { "GET /targets": () => answer({ targets: [lost] }), "GET /targets/t1": () => answer(lost) };
      expect((await run(line, routes)).out).toContain("12 events are missing: the calendar was emptied");
    }
    const { out } = await run("targets show t1 --json", { "GET /targets/t1": () => answer(target) });
    expect(JSON.parse(out)).toEqual(target);
  });

  it("remove asks what becomes of the events", async () => {
    const routes = { "DELETE /targets/t1": () => answer({ id: "t1", state: "removed" }) };
    const open = await run("targets remove t1", routes);
    expect({ exit: open.exit, asked: open.asked }).toEqual({ exit: 2, asked: [] });
    expect(open.err).toContain("leave them in the calendar, or remove them?");
    expect((await run("targets remove t1 --events leave", routes)).asked[0]?.path).toBe("/targets/t1?events=leave");
  });
});

describe("sync --target", () => {
  it("goes on until nothing is left, and adds up", async () => {
    const rounds = [
      { ...push, created: 40, requests: 41, complete: false },
      { ...push, created: 2, requests: 3 },
    ];
    const { exit, asked, out } = await run("sync --target t1", {
      "POST /targets/t1/sync": () => answer(rounds.shift()),
    });
    expect({ exit, rounds: asked.length }).toEqual({ exit: 0, rounds: 2 });
    expect(out).toMatch(/created +42\n/);
  });

  it("ends when only events are left that wait", async () => {
    let rounds = 0;
    const routes = {
      "POST /targets/t1/sync": () => {
        rounds += 1;
        return answer({ ...push, created: rounds === 1 ? 3 : 0, failed: 1, waiting: 1, requests: 4, complete: false });
      },
    };
    await run("sync --target t1", routes);
    expect(rounds).toBe(2);
  });

  it("prints the plan of a dry run", async () => {
    const planned = [{ verb: "create", uid: "e1", start: "2030-01-02T03:04:00.000Z", end: "2030-01-02T04:04:00.000Z" }];
    const routes = { "POST /targets/t1/sync": () => answer({ ...push, complete: false, planned }) };
    const { asked, out } = await run("sync --target t1 --dry-run", routes);
    expect(asked[0]?.body).toEqual({ dryRun: true, allowRemovals: false });
    expect(out).toContain("create  2030-01-02 03:04Z  e1");
  });

  it.each([
    [{ held: "20 of 40 events would be deleted at once" }, "--allow-removals"],
    [{ failure: "The server gave no useful answer." }, "no useful answer"],
    [{ failed: 2 }, "2 events could not be written"],
    [{ lost: 9 }, "targets restore t1 puts them back"],
  ])("with %o says so and exits with 1", async (change, message) => {
    const { exit, err } = await run("sync --target t1", {
      "POST /targets/t1/sync": () => answer({ ...push, ...change }),
    });
    expect(exit).toBe(1);
    expect(err).toContain(message);
  });

  it("does not go with --source, and tells what the API tells", async () => {
    expect((await run("sync --target t1 --source s1")).exit).toBe(2);
    const gone = await run("sync --target t9", {
      "POST /targets/t9/sync": () => failed(404, "not_found", "there is no target t9"),
    });
    expect(gone.exit).toBe(3);
  });
});

import { describe, expect, it } from "vitest";
import type { FailureKind } from "../../src/caldav/port.ts";
import { failureOf, writesOf } from "./model/memory-calendar.ts";
import { pushWorld } from "./push-world.ts";
import { setColumns } from "../rows.ts";

const three = { a: { summary: "A", day: 3 }, b: { summary: "B", day: 1 }, c: { summary: "C", day: 2 } };

describe("a push", () => {
  it("creates every event under a name of its own, the soonest first, and then sends nothing", async () => {
    const world = await pushWorld({ profile: { concurrency: 1 } });
    await world.set(three);
    expect(await world.push()).toMatchObject({ created: 3, failed: 0, complete: true });
    expect(writesOf(world.calls()).map(({ at }) => at)).toEqual(["b", "c", "a"].map((uid) => world.name(uid)));
    world.wait(60);
    expect(await world.push()).toMatchObject({ requests: 0 });
    world.wait(900);
    expect(await world.push()).toMatchObject({ created: 0, updated: 0, requests: 1 });
    world.wait(60);
    expect(await world.push()).toMatchObject({ requests: 0 });
    world.wait(900);
    expect(await world.push()).toMatchObject({ requests: 1, complete: true });
    expect(world.calls().map(({ name }) => name)).toEqual(["changes", "state"]);
  });

  it("sends as many at once as the calendar bears, few events too", async () => {
    const world = await pushWorld();
    const { port } = world.calendar;
    let [sending, most] = [0, 0];
    await world.set(three);
    await world.push(
      {},
      {},
      {
        ...port,
        create: async (name, body) => {
          most = Math.max(most, (sending += 1));
          await new Promise((resolve) => void setImmediate(resolve));
          sending -= 1;
          return port.create(name, body);
        },
      },
    );
    expect(most).toBe(3);
  });

  it("writes only what changed, and deletes last", async () => {
    const world = await pushWorld({ profile: { concurrency: 1 } });
    await world.set(three);
    await world.push();
    world.wait(60);
    await world.push();
    world.calls();
    await world.set({ a: { summary: "A2" }, b: null });
    expect(await world.push()).toMatchObject({ updated: 1, deleted: 1, created: 0 });
    expect(writesOf(world.calls()).map(({ name }) => name)).toEqual(["update", "remove"]);
    expect(world.summary(world.name("a"))).toBe("A2");
  });

  it("sends nothing for a change that means nothing to a person", async () => {
    const world = await pushWorld();
    await world.set({ a: { summary: "A" } });
    await world.push();
    world.calls();
    await world.set({ a: { summary: "A" } });
    expect(await world.push()).toMatchObject({ updated: 0, requests: 0, complete: true });
  });
});

describe("somebody's changes", () => {
  it("are put back, three times a day at most; then the event is left until its booking changes", async () => {
    const world = await pushWorld();
    await world.set({ a: { summary: "A" } });
    await world.push();
    for (const [round, expected] of ["A", "A", "A", "mine 3"].entries()) {
      world.wait(3600);
      world.edit(world.name("a"), `mine ${round}`);
      await world.push();
      expect(world.summary(world.name("a"))).toBe(expected);
    }
    expect(await world.row("a")).toMatchObject({ state: "left", restores: 3 });
    await world.set({ a: { summary: "A2" } });
    await world.push();
    expect(world.summary(world.name("a"))).toBe("A2");
  });

  it("are left under `respect`, a deletion too, until the booking changes", async () => {
    const world = await pushWorld({ target: { edits: "respect" } });
    await world.set({ a: { summary: "A" }, b: { summary: "B" } });
    await world.push();
    world.wait(60);
    world.edit(world.name("a"), "mine");
    world.calendar.drop(world.name("b"));
    expect(await world.push({ now: true })).toMatchObject({ restored: 0, complete: true });
    expect([...world.own().keys()]).toEqual([world.name("a")]);
    expect(world.summary(world.name("a"))).toBe("mine");
    await world.set({ a: { summary: "A2" }, b: { summary: "B2" } });
    await world.push();
    expect([world.summary(world.name("a")), world.summary(world.name("b"))]).toEqual(["A2", "B2"]);
  });

  it("take the place of ours without being touched", async () => {
    const world = await pushWorld();
    const foreign = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:mine\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    world.calendar.put(world.name("a"), foreign);
    await world.set({ a: { summary: "A" } });
    expect(await world.push()).toMatchObject({ created: 1 });
    expect(world.calendar.objects.get(world.name("a"))?.body).toBe(foreign);
    expect(world.summary(world.name("a", 2))).toBe("A");
  });
});

describe("many deletions at once", () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`e${n}`, { summary: "x" }]));
  const half = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`e${n}`, null]));

  it("are held and told, until they are allowed", async () => {
    const world = await pushWorld();
    await world.set(many);
    await world.push();
    await world.set({ ...half, e30: { summary: "y" } });
    expect(await world.push()).toMatchObject({
      deleted: 0,
      updated: 1,
      held: "20 of 40 events would be deleted at once",
    });
    expect((await world.target()).held).not.toBe("");
    world.wait(1000);
    expect(await world.push({ allowRemovals: true })).toMatchObject({ deleted: 20, held: "" });
    expect(world.own().size).toBe(20);
  });

  it("are none when the events only left the feed's window: they stay, and are not looked at again", async () => {
    const world = await pushWorld();
    await world.set(many);
    await world.push();
    await world.sql.run("UPDATE feeds SET window_at = window_at + 86400 * 40 WHERE id = 'f'");
    await world.set(Object.fromEntries(Object.keys(many).map((uid) => [uid, null])));
    expect(await world.push()).toMatchObject({ deleted: 0, held: "", complete: true });
    expect(world.own().size).toBe(40);
    world.edit(world.name("e1"), "mine");
    world.wait(1000);
    await world.push();
    expect(world.summary(world.name("e1"))).toBe("mine");
  });

  it("wait while Waldur does not answer", async () => {
    const world = await pushWorld();
    await world.set({ a: { summary: "A" } });
    await world.push();
    await world.set({ a: null });
    await setColumns(world.sql, "feeds", { state: "suspended" });
    expect(await world.push()).toMatchObject({ deleted: 0, held: "1 deletions wait until Waldur answers again" });
  });
});

describe("a run that was cut", () => {
  it("after the request and before its answer was noted finds its own object and writes nothing more", async () => {
    const world = await pushWorld();
    await world.set({ a: { summary: "A" } });
    world.calendar.state.fault = ({ name }) =>
      name === "create" ? { failure: failureOf("unknown"), done: true } : null;
    expect(await world.push()).toMatchObject({ adopted: 1, created: 0, complete: true });
    world.calendar.state.fault = null;
    world.wait(60);
    world.calls();
    await world.push();
    expect(writesOf(world.calls())).toEqual([]);
    expect(world.own().size).toBe(1);
  });
});

describe("a deletion that was done and answered with 503 while the run ended", () => {
  it("is not taken for somebody's: the booking that comes back is there again, under `respect` too", async () => {
    const world = await pushWorld({ target: { edits: "respect" }, profile: { concurrency: 2 } });
    await world.set({ a: { summary: "A" }, b: { summary: "B" } });
    await world.push();
    await world.set({ a: null, b: { summary: "B2" } });
    let removals = 0;
    world.calendar.state.fault = ({ name }) => {
      if (name === "remove") removals += 1;
      if (removals > 0 && name === "update")
        return { failure: failureOf("unauthorized", { status: 401 }), done: false };
      return { failure: failureOf("throttled", { status: 503, retryAfter: 1 }), done: true };
    };
    const sleep = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
    expect(await world.push({}, { sleep })).toMatchObject({ complete: false });
    expect([...world.own().keys()]).toEqual([world.name("b")]);
    world.calendar.state.fault = null;
    await setColumns(world.sql, "targets", { state: "on" });
    await world.set({ a: { summary: "A" } });
    expect(await world.push({ now: true })).toMatchObject({ complete: true });
    expect(world.summary(world.name("a"))).toBe("A");
  });
});

describe("a write that was done and answered with 503, and refused when it was tried again", () => {
  const wishes = {
    create: { first: { a: null }, next: { a: { summary: "A" } } },
    update: { first: { a: { summary: "A" } }, next: { a: { summary: "A2" } } },
    remove: { first: { a: { summary: "A" } }, next: { a: null } },
  };
  const refusals: readonly FailureKind[] = ["unauthorized", "read-only", "blocked", "refused", "locked", "full"];
  const cases = (["create", "update", "remove"] as const).flatMap((verb) =>
    refusals.map((refusal) => ({ verb, refusal, ...wishes[verb] })),
  );

  it.each(cases)("$verb, then $refusal: it is known for ours, under `respect` too", async (one) => {
    const world = await pushWorld({ target: { edits: "respect" } });
    await world.set({ ...one.first, other: { summary: "B" } });
    await world.push();
    await world.set(one.next);
    let tries = 0;
    world.calendar.state.fault = ({ name }) => {
      if (name !== one.verb) return null;
      tries += 1;
      if (tries === 1) return { failure: failureOf("throttled", { status: 503, retryAfter: 1 }), done: true };
      return { failure: failureOf(one.refusal, { status: 400 }), done: false };
    };
    await world.push();
    // What is locked is tried again before it waits.
    expect(tries).toBe(one.refusal === "locked" ? 5 : 2);
    world.calendar.state.fault = null;
    await setColumns(world.sql, "targets", { state: "on" });
    world.wait(30_000);
    // The booking is again what it was before: then nothing but our own note tells that the object is not somebody's.
    await world.set(one.first);
    expect(await world.push({ now: true })).toMatchObject({ complete: true, restored: 0, conflict: 0 });
    if (one.verb === "create") expect([...world.own().keys()]).toEqual([world.name("other")]);
    else expect(world.summary(world.name("a"))).toBe("A");
  });
});

describe("a calendar that answers otherwise", () => {
  it("stops every target of the account when the password is refused", async () => {
    const world = await pushWorld();
    await world.set(three);
    world.calendar.state.fault = () => ({ failure: failureOf("unauthorized", { status: 401 }), done: false });
    const { failure, requests } = await world.push();
    expect({ failure, requests }).toMatchObject({ requests: 1 });
    expect(await world.target()).toMatchObject({ state: "stopped", stopCode: "credentials" });
  });

  it("stops when the calendar is gone, or is read-only", async () => {
    for (const [kind, code] of [
      ["missing", "gone"],
      ["read-only", "read-only"],
    ] as const) {
      const world = await pushWorld();
      await world.set(three);
      await world.push();
      await world.set({ a: { summary: "A2" } });
      if (kind === "missing") world.calendar.state.gone = true;
      else world.calendar.state.fault = () => ({ failure: failureOf("read-only", { status: 403 }), done: false });
      await world.push();
      expect(await world.target()).toMatchObject({ state: "stopped", stopCode: code });
    }
  });

  it.each([
    ["locked", 423, 21_600],
    ["missing", 403, 21_600],
    ["unknown", 500, 1800],
  ] as const)(
    "lets one %s event (%i) wait alone, longer each time, and the others go on",
    async (kind, status, longest) => {
      const world = await pushWorld();
      await world.set(three);
      world.calendar.state.fault = ({ name, at }) =>
        name === "create" && at === world.name("c") ? { failure: failureOf(kind, { status }), done: false } : null;
      expect(await world.push()).toMatchObject({ created: 2, failed: 1, complete: true });
      const waits: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const row = await world.row("c");
        waits.push((row?.nextAt ?? 0) - world.clock.ms / 1000);
        world.clock.ms = (row?.nextAt ?? 0) * 1000;
        await world.push();
      }
      expect(waits).toEqual([60, 300, 1800, longest, longest]);
      world.calendar.state.fault = null;
      world.wait(30_000);
      await world.push();
      expect(world.own().size).toBe(3);
    },
  );

  it("is let alone for as long as it asks for", async () => {
    const world = await pushWorld();
    await world.set(three);
    world.calendar.state.fault = ({ name }) =>
      name === "create" ? { failure: failureOf("throttled", { status: 429, retryAfter: 500 }), done: false } : null;
    await world.push();
    expect((await world.target()).dueAt - world.clock.ms / 1000).toBeGreaterThanOrEqual(500);
    expect(await world.target()).toMatchObject({ failures: 1, state: "on" });
  });

  it("that is full gets no new events, but changes and deletions", async () => {
    const world = await pushWorld({ profile: { concurrency: 1 } });
    await world.set({ a: { summary: "A" }, b: { summary: "B" } });
    await world.push();
    await world.set({ a: { summary: "A2" }, b: null, c: { summary: "C", day: 0.5 }, d: { summary: "D", day: 9 } });
    world.calendar.state.fault = ({ name }) =>
      name === "create" ? { failure: failureOf("full", { status: 507 }), done: false } : null;
    expect(await world.push()).toMatchObject({ created: 0, updated: 1, deleted: 1, failed: 1 });
  });

  it("that refuses a UID it once deleted gets the event under the next one", async () => {
    const world = await pushWorld({ quirks: { burnsUids: true } });
    await world.set({ a: { summary: "A" } });
    await world.push();
    world.wait(60);
    world.calendar.drop(world.name("a"));
    expect(await world.push({ now: true })).toMatchObject({ restored: 1, created: 1 });
    expect([...world.own().keys()]).toEqual([world.name("a", 2)]);
  });

  it("that tells no ETag is read once at the end, all in one", async () => {
    const world = await pushWorld({ quirks: { tellsEtag: false } });
    await world.set(three);
    await world.push();
    expect(world.calls().filter(({ name }) => name === "read")).toHaveLength(1);
    expect((await world.ledger()).every(({ etag }) => etag !== null)).toBe(true);
  });

  it("that damages what it keeps is written to once more, and then taken as it is", async () => {
    const world = await pushWorld({ quirks: { tellsEtag: false, rewrite: (body) => body.replace("Booked by", "") } });
    await world.set({ a: { summary: "A" } });
    for (let round = 0; round < 4; round += 1) {
      await world.push();
      world.wait(60);
    }
    expect(writesOf(world.calls())).toHaveLength(2);
    expect((await world.target()).restores).toBe(0);
  });
});

describe("a run that was killed", () => {
  it("holds its target for a minute after its last request, and no longer", async () => {
    const world = await pushWorld();
    await world.set(three);
    const reached = Promise.withResolvers<void>();
    const { port } = world.calendar;
    const list = async (): Promise<never> => {
      reached.resolve();
      return new Promise<never>(() => undefined);
    };
    void world.push({}, {}, { ...port, list });
    await reached.promise;
    world.wait(59);
    await expect(world.push()).rejects.toMatchObject({ code: "conflict" });
    world.wait(1);
    expect(await world.push()).toMatchObject({ created: 3, complete: true });
  });
});

describe("a run whose requests are spent", () => {
  it("before it has read what a server without ETags made of its writes takes that for no edit", async () => {
    const world = await pushWorld({
      quirks: { tellsEtag: false, rewrite: (body) => body.replace("Booked by", "") },
      budget: { requests: 8 },
    });
    await world.set(three);
    for (let round = 0; round < 8; round += 1) {
      await world.push({ now: true });
      world.wait(1000);
    }
    expect(await world.target()).toMatchObject({ restores: 0 });
    expect((await world.ledger()).map(({ state, restores }) => [state, restores])).toEqual(
      Array.from({ length: 3 }, () => ["synced", 0]),
    );
    expect(world.own().size).toBe(3);
  });

  it("between two UIDs of an event says why the event is not there, and lets the others go first", async () => {
    const world = await pushWorld({ budget: { requests: 7 }, profile: { concurrency: 1 } });
    await world.set(three);
    world.calendar.state.fault = ({ name, at }) =>
      name === "create" && at.startsWith("b-") ? { failure: failureOf("missing", { status: 409 }), done: false } : null;
    for (let round = 0; round < 3; round += 1) await world.push();
    expect(await world.row("b")).toMatchObject({ failure: "409 missing" });
    expect(world.own().size).toBe(2);
    world.calendar.state.fault = null;
    world.wait(30_000);
    await world.push();
    expect(world.own().size).toBe(3);
    expect(await world.row("b")).toMatchObject({ failure: "", attempts: 0 });
  });
});

describe("removing a target", () => {
  it("takes away its own objects, whoever edited them, and nothing else", async () => {
    const world = await pushWorld();
    await world.set(three);
    await world.push();
    world.edit(world.name("a"), "mine");
    world.calendar.put("mine.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
    await setColumns(world.sql, "targets", { state: "removing" });
    await world.push();
    expect([...world.calendar.objects.keys()]).toEqual(["mine.ics"]);
    await expect(world.target()).rejects.toThrow("gone");
  });
});

describe("a dry run", () => {
  it("tells the plan and changes nothing, here or there", async () => {
    const world = await pushWorld();
    await world.set(three);
    const { planned } = await world.push({ dryRun: true });
    expect(planned.map(({ verb, row }) => `${verb} ${row.uid}`)).toEqual(["create b", "create c", "create a"]);
    expect(writesOf(world.calls())).toEqual([]);
    expect(await world.ledger()).toEqual([]);
  });
});

describe("a small budget", () => {
  it("is kept, and what is left is done by later runs", async () => {
    const world = await pushWorld({ budget: { requests: 12, events: 15 } });
    await world.set(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`e${n}`, { summary: "x" }])));
    let runs = 0;
    for (; world.own().size < 40; runs += 1) {
      expect(runs).toBeLessThan(10);
      expect((await world.push()).requests).toBeLessThanOrEqual(12);
      world.wait(60);
    }
    expect((await world.ledger()).every(({ state }) => state === "synced")).toBe(true);
  });
});

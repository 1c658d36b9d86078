import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restoreEvents } from "../../../src/mirror/commands.ts";
import type { Program } from "../../dav-server/launch.ts";
import { startDavical, startSabre } from "../../dav-server/php-servers.ts";
import { programs, startRadicale, startXandikos } from "../../dav-server/programs.ts";
import { shareCalendar, startSharing, unshareCalendar } from "../../dav-server/share.ts";
import { sayMissing } from "../../installed.ts";
import { type Mirrored, mirrored } from "./mirrored.ts";

/** A server, the calendar on it, and how a person makes that one again under its name. */
interface Case {
  readonly name: string;
  readonly program: string | null;
  readonly start: (program: string) => Promise<Program>;
  /** Checks, one every 15 minutes, after which a calendar that lost its events has them again. */
  readonly checks: number;
  /** Resolves to the address of a calendar to connect; null: one is made. */
  readonly calendar: (server: Program, name: string) => Promise<string | null>;
  readonly remake: (server: Program, calendar: Mirrored, name: string) => Promise<void>;
}

const makeBody =
  '<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype></D:prop></D:set></D:mkcol>';

/** A calendar of the user's own. */
const own: Pick<Case, "calendar" | "remake"> = {
  calendar: async () => null,
  remake: async (_server, calendar) => {
    expect((await calendar.ask("DELETE", calendar.url)).status).toBeLessThan(300);
    expect((await calendar.ask("MKCOL", calendar.url, makeBody)).status).toBe(201);
  },
};

/** A calendar that another user shares. */
const shared: Pick<Case, "calendar" | "remake"> = {
  calendar: shareCalendar,
  remake: async (server, _calendar, name) => {
    await unshareCalendar(server, name);
    await shareCalendar(server, name);
  },
};

const cases: readonly Case[] = [
  { name: "Radicale 3.9 (PyPI)", program: programs.newRadicale, start: startRadicale, checks: 1, ...own },
  { name: "a share of Radicale 3.9 (PyPI)", program: programs.newRadicale, start: startSharing, checks: 1, ...shared },
  { name: "Xandikos 0.4 (PyPI)", program: programs.newXandikos, start: startXandikos, checks: 1, ...own },
  { name: "sabre/dav 1.8 (Debian) with Digest", program: programs.sabre, start: startDigest, checks: 1, ...own },
  { name: "DAViCal 1.1 (Debian)", program: programs.davical, start: startDavical, checks: 4, ...own },
];

async function startDigest(program: string): Promise<Program> {
  return startSabre(program, "Digest");
}

const titles = (events: ReadonlyMap<string, string>): string[] => [...events.values()].toSorted();

for (const { name, program } of cases)
  if (program === null) sayMissing(`the mirror on ${name}`, "docs/caldav.md names the packages");

describe.each(cases.filter(({ program }) => program !== null))("$name", (one) => {
  let server: Program;
  beforeAll(async () => {
    server = await one.start(one.program ?? "");
  });
  afterAll(async () => {
    await server.close();
  });

  describe.each(["mirror", "respect"] as const)("a calendar under %s", (edits) => {
    const events = new Map<string, string>();
    let calendar: Mirrored;
    let restoreServer: () => Promise<void>;

    beforeAll(async () => {
      calendar = await mirrored(server, edits, await one.calendar(server, edits));
      await calendar.addForeign();
    });
    afterAll(async () => {
      await calendar.close();
    });

    const shown = async (): Promise<string[]> => [...(await calendar.shown()).keys()].toSorted();

    it("has 63 of 63 after the first run, and the second sends nothing", async () => {
      for (let n = 0; n < 63; n += 1) events.set(`e${n}`, `Event ${n}`);
      await calendar.set(events);
      expect(await calendar.pass(60)).toMatchObject({ created: 63, failed: 0, conflict: 0, complete: true });
      expect(await shown()).toEqual(titles(events));
      expect(calendar.writes()).toBe(63);
      await calendar.pass(900);
      await calendar.sync();
      expect(calendar.writes()).toBe(0);
      expect(await calendar.touched()).toEqual([]);
      restoreServer = await server.keepCopy();
    });

    it("has 20 changes at once after one run", async () => {
      for (let n = 0; n < 15; n += 1) events.set(`e${n}`, `Event ${n} moved`);
      for (let n = 15; n < 18; n += 1) events.delete(`e${n}`);
      for (let n = 63; n < 65; n += 1) events.set(`e${n}`, `Event ${n}`);
      await calendar.set(events);
      const report = await calendar.pass(60);
      expect(report).toMatchObject({ created: 2, updated: 15, deleted: 3, waiting: 0, failure: "", complete: true });
      expect(await shown()).toEqual(titles(events));
      expect(await calendar.touched()).toEqual([]);
      await calendar.pass(900);
      calendar.writes();
      await calendar.sync();
      expect(calendar.writes()).toBe(0);
    });

    it("is put back after an edit and a deletion, or left until the booking changes", async () => {
      const before = await calendar.shown();
      const [edited = "", deleted = ""] = [before.get("Event 20"), before.get("Event 21")];
      const { text } = await calendar.ask("GET", edited);
      expect(
        (await calendar.ask("PUT", edited, text.replace("SUMMARY:Event 20", "SUMMARY:Their 20"))).status,
      ).toBeLessThan(300);
      expect((await calendar.ask("DELETE", deleted)).status).toBeLessThan(300);
      calendar.writes();
      await calendar.pass(900);
      const theirs = new Map(events);
      theirs.set("e20", "Their 20");
      theirs.delete("e21");
      expect(await shown()).toEqual(titles(edits === "mirror" ? events : theirs));
      expect(calendar.writes()).toBe(edits === "mirror" ? 2 : 0);
      for (const n of [20, 21]) events.set(`e${n}`, `Event ${n} again`);
      await calendar.set(events);
      await calendar.pass(60);
      expect(await shown()).toEqual(titles(events));
      expect(await calendar.touched()).toEqual([]);
      expect(await calendar.row()).toMatchObject({ state: "on", failures: 0 });
    });

    /** Lets checks be made until something is true, at most as many as this server needs. */
    const passChecks = async (until: () => Promise<boolean>): Promise<void> => {
      for (let left = one.checks; left > 0 && !(await until()); left -= 1) await calendar.pass(900);
    };
    const hasAll = async (): Promise<boolean> => (await shown()).join() === titles(events).join();

    it("has all again when it was made again under its name, or once somebody has them put back", async () => {
      await calendar.pass(900);
      await one.remake(server, calendar, edits);
      await calendar.addForeign();
      calendar.writes();
      if (edits === "respect") {
        await passChecks(async () => (await calendar.row()).lost > 0);
        expect(await calendar.row()).toMatchObject({ state: "on", lost: events.size, failures: 0 });
        expect(await shown()).toEqual([]);
        expect(calendar.writes()).toBe(0);
        await restoreEvents(calendar.deps, await calendar.row());
      }
      await passChecks(hasAll);
      expect(await shown()).toEqual(titles(events));
      expect(calendar.writes()).toBe(events.size);
      expect(await calendar.touched()).toEqual([]);
    });

    it("has all again when the server was restored from an older copy", async () => {
      await calendar.pass(900);
      await restoreServer();
      if (edits === "respect") {
        // Earlier versions are nobody's edits; the two events that came after the copy could have been deleted.
        await passChecks(async () => (await calendar.row()).lost > 0);
        expect(await calendar.row()).toMatchObject({ state: "on", lost: 2, failures: 0 });
        await restoreEvents(calendar.deps, await calendar.row());
      }
      await passChecks(hasAll);
      expect(await shown()).toEqual(titles(events));
      expect(await calendar.touched()).toEqual([]);
    });
  });
});

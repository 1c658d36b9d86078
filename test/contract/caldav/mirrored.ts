import type { TargetRow } from "../../../src/store/targets.ts";
import { getTarget, syncTarget } from "../../../src/mirror/commands.ts";
import { readObject } from "../../../src/mirror/remote-object.ts";
import type { PushReport } from "../../../src/mirror/report.ts";
import { listDueTargets, pushTargets } from "../../../src/mirror/schedule.ts";
import { openOutside } from "../../../src/node/outside.ts";
import type { Program } from "../../dav-server/launch.ts";
import { user } from "../../dav-server/programs.ts";
import { realTarget } from "../../mirror/real-target.ts";
import { ask, lineTo } from "./bench.ts";
import { valueOf } from "./suite.ts";

/** An event as somebody else writes it. */
function foreignText(uid: string): string {
  const event = [
    "DTSTAMP:20270101T000000Z",
    "DTSTART:20270301T090000Z",
    "DTEND:20270301T100000Z",
    "SUMMARY:Mine, all mine",
  ];
  const alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Go", "TRIGGER:-PT15M", "END:VALARM"];
  const lines = ["BEGIN:VEVENT", `UID:${uid}`, ...event, ...alarm, "END:VEVENT"];
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//somebody//else//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

/** Names that another program gave its events. */
const foreignNames = ["mine.ics", "by%20hand%20%C3%A9.ics"];

/** A feed that is mirrored into a calendar on a real server, and the person who has that calendar. */
export async function mirrored(server: Program, edits: TargetRow["edits"], calendarUrl: string | null) {
  const target = await realTarget(server.url, { name: `Bookings ${edits}`, calendarUrl, edits });
  const outside = openOutside(() => true);
  const hand = lineTo({ start: server.url, credentials: { kind: "password", ...user } }, outside.fetch);
  const { calendarUrl: url, port } = target;
  const writes: string[] = [];
  let ahead = 0;
  const deps: typeof target.deps = {
    ...target.deps,
    now: () => Date.now() + ahead,
    sleep: async (milliseconds) => void (ahead += milliseconds),
    outside: async (request) => {
      if (request.method === "PUT" || request.method === "DELETE") writes.push(request.method);
      return target.deps.outside(request);
    },
  };
  const row = async (): Promise<TargetRow> => getTarget(deps, target.pusher.targetId);
  const foreign = new Map<string, string>();

  const calendar = {
    deps,
    url,
    row,
    set: async (events: ReadonlyMap<string, string>) => target.set(events),
    /** Sends a request of the person. */
    ask: async (method: string, to: string, body: string | null = null) =>
      ask(hand, method, new URL(to, url).href, body),
    /** Lets the time pass, and then what is due run. Resolves to the report of the run; null: nothing was due. */
    async pass(seconds: number): Promise<PushReport | null> {
      ahead += seconds * 1000;
      const { reports } = await pushTargets(deps, await listDueTargets(deps, undefined), {
        requests: 10_000,
        statements: () => 1_000_000,
        attempt: async (_event, work) => work(),
      });
      return reports[0] ?? null;
    },
    sync: async (): Promise<PushReport> => syncTarget(deps, await row(), {}),
    /** The number of PUTs and DELETEs since the last call. */
    writes: (): number => writes.splice(0).length,
    /** Our events in the calendar: href by title. One that is there twice is an error. */
    async shown(): Promise<Map<string, string>> {
      const hrefs = valueOf(await port.list()).map(({ href }) => href);
      const shown = new Map<string, string>();
      for (const object of valueOf(await port.read(hrefs)).values()) {
        const read = object === null ? null : readObject(object.body);
        if (object === null || read === null || read.marker === "") continue;
        const title = /SUMMARY:(.*)/.exec(object.body)?.[1]?.trim() ?? "";
        if (shown.has(title)) throw new Error(`${title} is there twice`);
        shown.set(title, object.href);
      }
      return shown;
    },
    /** Puts events of another program into the calendar, and remembers them as the server shows them. */
    async addForeign(): Promise<void> {
      for (const [n, name] of foreignNames.entries()) {
        await calendar.ask("PUT", name, foreignText(`mine-${n}`));
        foreign.set(name, (await calendar.ask("GET", name)).text);
      }
    },
    /** The events of another program that are not, byte for byte, as they were. */
    async touched(): Promise<string[]> {
      const differs: string[] = [];
      for (const [name, text] of foreign) {
        const seen = await calendar.ask("GET", name);
        if (seen.status !== 200 || seen.text !== text) differs.push(name);
      }
      return differs;
    },
    async close(): Promise<void> {
      await outside.close();
      await target.close();
    },
  };
  return calendar;
}

export type Mirrored = Awaited<ReturnType<typeof mirrored>>;

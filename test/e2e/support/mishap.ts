import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { lintCalendar } from "../../../src/calendar/ical/lint.ts";
import { readCalendar } from "../../read-calendar.ts";
import { until } from "../../until.ts";
import { type Finished, program, runCli, type Service, startCommand } from "./process.ts";
import { adminToken } from "./runtimes.ts";
import { type ServedSample, serveSample } from "./sample.ts";

/** The statuses that an address of a feed may answer to GET and HEAD. */
const allowed = new Set([200, 304, 404, 405, 410]);

/** A service on files of its own over a sample Waldur, with a subscriber to each of two feeds. */
export interface Mishap {
  readonly folder: string;
  readonly waldur: ServedSample;
  /** The addresses, on the port that the service has now. */
  readonly paths: readonly string[];
  readonly service: () => Service;
  readonly url: () => string;
  /** Stops the service if it runs, and starts it with these settings on top. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>;
  cli(...args: string[]): Promise<Finished>;
  /** Sets the clock of the service that many seconds ahead of ours. */
  setClock(seconds: number): Promise<void>;
  /** Polls all addresses once, as a subscriber does. Fails for a status that ends a subscription, or an event that was cancelled. */
  poll(): Promise<readonly number[]>;
  /** Resolves when a feed shows a booking that is asked for now, before `then` is done. */
  follow(name: string, then?: () => Promise<unknown>): Promise<void>;
  /** Returns the statuses of the events in the first feed, by UID. */
  events(): Promise<Map<string, string>>;
  /** Resolves when the service has made two more runs. */
  turn(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the clock of a process one that a file sets: it holds the milliseconds by which it is ahead. */
const clockModule = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from "node:fs";
  const now = Date.now;
  Date.now = () => now() + Number(readFileSync(process.env.CLOCK_FILE, "utf8"));
`)}`;

/** Returns the statuses of the events in a calendar, by UID. */
function statusesIn(calendar: string): Map<string, string> {
  return new Map([...readCalendar(calendar)].map(([uid, { status }]) => [uid, status ?? ""]));
}

/** Opens a service whose feeds have been read once. Its files are in `data`, where it is given. */
export async function openMishap(settings: Readonly<Record<string, string>> = {}, data?: string): Promise<Mishap> {
  const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  const clock = join(folder, "clock");
  await writeFile(clock, "0");
  const waldur = await serveSample();
  const base = {
    WALDUR_API_URL: waldur.url,
    WALDUR_API_TOKEN: waldur.sample.tokens.providerOwner,
    ADMIN_TOKEN: adminToken,
    DATA_DIR: data ?? join(folder, "data"),
    CLOCK_FILE: clock,
    PORT: "0",
    POLL_SECONDS: "1",
    NIGHT_HOURS: "0-0",
    SWEEP_SECONDS: "2",
    ...settings,
  };
  let service: Service | undefined;
  let port = "";
  const tags = new Map<string, string>();
  const running = (): Service => {
    if (service === undefined) throw new Error("the service does not run");
    return service;
  };
  const said = (): string => running().stdout() + running().stderr();
  const url = (): string => `http://127.0.0.1:${port}`;
  const runs = (): number => running().stderr().split('"event":"run"').length;
  const restart = async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
    await service?.stop();
    service = startCommand(process.execPath, ["--import", clockModule, program, "serve"], { ...base, ...more });
    port = (await until(() => /"event":"listening".*"port":(\d+)/.exec(running().stderr())?.[1], said)) ?? "";
    await until(() => runs() > 1 || running().stderr().includes("run_failed"), said);
  };
  const cli = async (...args: string[]): Promise<Finished> =>
    runCli([...args, "--server", url()], { ADMIN_TOKEN: adminToken });
  await restart();
  const paths: string[] = [];
  for (const detail of ["full", "busy"]) {
    const added = await cli("feeds", "add", "--provider", waldur.sample.providerUuid, "--detail", detail);
    expect({ code: added.code, err: added.stderr }).toEqual({ code: 0, err: "" });
    paths.push(new URL(added.stdout.trim()).pathname);
  }

  const read = async (path: string): Promise<number> => {
    const tag = tags.get(path);
    const response = await fetch(url() + path, { headers: tag === undefined ? {} : { "If-None-Match": tag } });
    const text = await response.text();
    if (response.status === 200) {
      tags.set(path, response.headers.get("ETag") ?? "");
      // What stands in Waldur is never told as cancelled. The UIDs of a `busy` feed do not tell the booking.
      const wrong = [...statusesIn(text)].filter(
        ([uid, status]) => status === "CANCELLED" && waldur.sample.find(uid.slice(0, 32))?.state === "OK",
      );
      expect({ path, faults: lintCalendar(text), wrong }).toEqual({ path, faults: [], wrong: [] });
    }
    expect(allowed, `GET of a feed gave ${response.status}`).toContain(response.status);
    return response.status;
  };
  const mishap: Mishap = {
    folder: base.DATA_DIR,
    waldur,
    paths,
    service: running,
    url,
    restart,
    cli,
    poll: async () => Promise.all(paths.map(read)),
    async setClock(seconds) {
      await writeFile(clock, String(seconds * 1000));
    },
    async follow(name, then) {
      waldur.sample.request({ name });
      await then?.();
      const shows = async (): Promise<boolean> => {
        await mishap.poll();
        return (await (await fetch(url() + (paths[0] ?? ""))).text()).replaceAll("\r\n ", "").includes(name);
      };
      await until(shows, said);
    },
    async events() {
      return statusesIn(await (await fetch(url() + (paths[0] ?? ""))).text());
    },
    async turn() {
      const before = runs();
      await until(() => runs() >= before + 2, said);
    },
    async close() {
      await service?.stop();
      await waldur.close();
      await rm(folder, { recursive: true });
    },
  };
  expect(await mishap.poll()).toEqual([200, 200]);
  return mishap;
}

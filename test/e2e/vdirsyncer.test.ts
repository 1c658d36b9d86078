import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCalendar } from "../read-calendar.ts";
import { installed } from "../installed.ts";
import { run, runCli, until } from "./process.ts";
import { adminToken, type Running, runtimes } from "./runtimes.ts";
import { type ServedSample, serveSample } from "./sample.ts";

const there = installed(["vdirsyncer", "khal"], "apt-get install vdirsyncer khal");

describe.runIf(there)("vdirsyncer and khal (apt-get install vdirsyncer khal)", () => {
  let folder: string;
  let waldur: ServedSample;
  let service: Running;
  let address: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    waldur = await serveSample(60);
    const [node] = runtimes;
    if (node === undefined) throw new Error("no runtime");
    service = await node.open(waldur.url, waldur.sample.tokens.providerOwner);
    const added = await runCli(
      ["feeds", "add", "--provider", waldur.sample.providerUuid, "--past-days", "3650", "--server", service.url],
      { ADMIN_TOKEN: adminToken },
    );
    address = service.url + new URL(added.stdout.trim()).pathname;
    await mkdir(join(folder, "calendar"));
    await writeFile(
      join(folder, "vdirsyncer.ini"),
      `[general]
status_path = "${folder}/status"
[pair bookings]
a = "feed"
b = "folder"
collections = null
conflict_resolution = "a wins"
partial_sync = "revert"
[storage feed]
type = "http"
url = "${address}"
[storage folder]
type = "filesystem"
path = "${folder}/calendar"
fileext = ".ics"
`,
    );
    await writeFile(
      join(folder, "khal.ini"),
      `[calendars]
[[bookings]]
path = ${folder}/calendar
[sqlite]
path = ${folder}/khal.db
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
`,
    );
  });
  afterAll(async () => {
    await service.close();
    await waldur.close();
    await rm(folder, { recursive: true });
  });

  /** Fetches the feed once and resolves to the events that vdirsyncer stored, which have UIDs of its own. */
  async function fetchFeed(): Promise<string[]> {
    for (const step of ["discover", "sync"]) {
      const done = await run("vdirsyncer", ["-c", join(folder, "vdirsyncer.ini"), step], { HOME: folder });
      const said = done.stderr.match(/error|critical/gi);
      expect({ step, code: done.code, said }).toEqual({ step, code: 0, said: null });
    }
    const events: string[] = [];
    for (const name of await readdir(join(folder, "calendar"))) {
      events.push(...eventsOf(await readFile(join(folder, "calendar", name), "utf8")));
    }
    return events.toSorted();
  }

  const served = async (): Promise<string[]> => eventsOf(await (await fetch(address)).text());

  /** Resolves to khal's list, one line for each event. */
  async function listed(): Promise<string[]> {
    const format = "{start-long}|{title}|{cancelled}";
    const args = ["-c", join(folder, "khal.ini"), "list", "--once", "--notstarted", "--day-format", ""];
    const done = await run("khal", [...args, "--format", format, "2000-01-01", "20000d"], { HOME: folder });
    const said = done.stderr.match(/error|critical|Traceback/gi);
    expect({ code: done.code, said }).toEqual({ code: 0, said: null });
    return done.stdout.split("\n").filter((line) => line.includes("|"));
  }

  const holding = (events: readonly string[], text: string): string[] => events.filter((event) => event.includes(text));

  it("show the feed, and after a change in Waldur the change", async () => {
    const { sample } = waldur;
    /** Makes a request with a name of its own, by which feeds and listings can be searched. */
    const ask = (name: string): string => {
      let made = sample.request({ name });
      while (made.offering.customer.uuid !== sample.providerUuid) made = sample.request({ name });
      return made.uuid;
    };
    const has = (status: string, name: string) => async () => {
      if (holding(await served(), `${status}|`).some((event) => event.includes(name))) return true;
      await service.turn();
      return false;
    };
    const [accepted, rejected, unlinked] = [ask("To be accepted"), ask("To be rejected"), ask("To vanish")];
    await until(has("TENTATIVE", "To vanish"));

    const first = await fetchFeed();
    expect(first).toEqual(await served());
    expect(first.length).toBeGreaterThan(40);
    expect(await listed()).toHaveLength(first.length);

    sample.accept(accepted);
    sample.reject(rejected);
    sample.unlink(unlinked);
    ask("Come in between");
    await until(has("TENTATIVE", "Come in between"));
    await until(has("CANCELLED", "To vanish"));

    const second = await fetchFeed();
    expect(second).toEqual(await served());
    expect(second.length).toBeGreaterThan(first.length);
    expect(holding(second, "To be accepted")).toEqual([expect.stringContaining("CONFIRMED|To be accepted")]);
    const lines = await listed();
    expect(lines).toHaveLength(second.length);
    expect(holding(lines, "To be accepted")).toEqual([expect.not.stringContaining("CANCELLED")]);
    expect(holding(lines, "To be rejected")).toEqual([expect.stringContaining("CANCELLED")]);
    expect(holding(lines, "To vanish")).toEqual([expect.stringContaining("CANCELLED")]);
    expect(holding(lines, "Come in between")).toHaveLength(1);
  });
});

/** Returns each event as one line: time, status, title. */
function eventsOf(text: string): string[] {
  const events = [...readCalendar(text).values()];
  return events.map(({ start, end, status, summary }) => `${start}/${end}|${status}|${summary}`).toSorted();
}

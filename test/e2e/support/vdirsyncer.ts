import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { run } from "./process.ts";

/**
 * vdirsyncer with a folder of its own, which it fills from a storage (its settings), and khal, which lists what is there.
 * `collection` is the calendar of an account that is listed; "" for a storage that is one calendar.
 */
export async function openVdirsyncer(storage: Readonly<Record<string, string | boolean>>, collection: string) {
  const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  const calendar = join(folder, "calendars", collection);
  const ini = join(folder, "vdirsyncer.ini");
  const settings = Object.entries(storage).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  await writeFile(
    ini,
    `[general]
status_path = "${folder}/status"
[pair bookings]
a = "server"
b = "folder"
collections = ${collection === "" ? "null" : '["from a"]'}
conflict_resolution = "a wins"
partial_sync = "revert"
[storage server]
${settings.join("\n")}
[storage folder]
type = "filesystem"
path = "${folder}/calendars"
fileext = ".ics"
`,
  );
  await writeFile(
    join(folder, "khal.ini"),
    `[calendars]
[[bookings]]
path = ${calendar}
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
  /** Runs one of its commands, and says yes to what it asks. */
  const attempt = async (step: "discover" | "sync") =>
    run("sh", ["-c", `yes | vdirsyncer -c '${ini}' ${step}`], { HOME: folder });
  return {
    attempt,
    /** Runs one of its commands without a fault, and returns the lines in which it says what it did to single events. */
    async run(step: "discover" | "sync"): Promise<string[]> {
      const done = await attempt(step);
      const said = done.stderr.match(/error|critical/gi);
      expect({ step, code: done.code, said }).toEqual({ step, code: 0, said: null });
      return (done.stdout + done.stderr).split("\n").filter((line) => /^(?:Copying|Deleting)/.test(line));
    },
    /** The texts of the events that it keeps. */
    async events(): Promise<string[]> {
      const names = await readdir(calendar);
      return Promise.all(names.map(async (name) => readFile(join(calendar, name), "utf8")));
    },
    /** khal's list, one line for each event. */
    async listed(): Promise<string[]> {
      const format = "{start-long}|{title}|{cancelled}";
      const args = ["-c", join(folder, "khal.ini"), "list", "--once", "--notstarted", "--day-format", ""];
      const done = await run("khal", [...args, "--format", format, "2000-01-01", "20000d"], { HOME: folder });
      const said = done.stderr.match(/error|critical|Traceback/gi);
      expect({ code: done.code, said }).toEqual({ code: 0, said: null });
      return done.stdout.split("\n").filter((line) => line.includes("|"));
    },
    close: async (): Promise<void> => rm(folder, { recursive: true }),
  };
}

export type Vdirsyncer = Awaited<ReturnType<typeof openVdirsyncer>>;

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readObject } from "../../src/mirror/remote-object.ts";
import type { Program } from "../dav-server/launch.ts";
import { programs, startRadicale } from "../dav-server/programs.ts";
import { sayMissing } from "../installed.ts";
import type { Pusher } from "./pusher.ts";
import { type RealTarget, realTarget } from "./real-target.ts";

/** Number of times that the process is killed; the long mode sets PUSH_CRASHES=100. */
const crashes = Number(process.env["PUSH_CRASHES"] ?? 10);
const events = 300;
const program = programs.radicale;
if (program === null) sayMissing("The crash test", "apt-get install radicale");

/** Starts a process that pushes; settles once it says that it has begun, with what it says later. */
async function start(pusher: Pusher): Promise<{ child: ChildProcess; ended: Promise<string> }> {
  const script = join(import.meta.dirname, "pusher.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(pusher)], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let wrong = "";
  child.stderr?.on("data", (chunk: Buffer) => (wrong += chunk.toString()));
  const ended = new Promise<string>((resolve, reject) => {
    // Not "exit": what it said may still be in the pipe.
    child.on("close", (code) => (code === 0 || code === null ? resolve(said) : reject(new Error(wrong))));
  });
  await new Promise<void>((resolve) => {
    child.on("exit", () => resolve());
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      resolve();
    });
  });
  return { child, ended };
}

describe.runIf(program !== null)("a process that is killed while it pushes to Radicale", () => {
  let server: Program;
  let target: RealTarget;

  beforeAll(async () => {
    server = await startRadicale(program ?? "");
    target = await realTarget(server.url);
  });
  afterAll(async () => {
    await target?.close();
    await server?.close();
  });

  it(
    `and started again, ${crashes} times, leaves every event there once and nothing else changed`,
    { timeout: 3_600_000 },
    async () => {
      const mine =
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:me\r\nBEGIN:VEVENT\r\nUID:mine\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270101T000000Z\r\nDTEND:20270101T010000Z\r\nSUMMARY:mine\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
      const put = await target.port.create("mine.ics", mine);
      const mineHref = "done" in put ? put.href : "";
      const before = await target.port.read([mineHref]);
      let killed = 0;
      for (let round = 0; killed < crashes; round += 1) {
        // Each round has all to do again: other titles, and some events that come and go.
        const wanted = new Map<string, string>();
        for (let n = 0; n < events; n += 1)
          if ((n + round) % 10 !== 0) wanted.set(`e${n}`, `Round ${round} of event ${n}`);
        await target.set(wanted);
        for (; killed < crashes; killed += 1) {
          const { child, ended } = await start({ ...target.pusher, ahead: 200 * (killed + round + 1) });
          // Somewhere in the 3 seconds or so that it takes.
          const timer = setTimeout(() => child.kill("SIGKILL"), Math.random() * 700);
          const said = await ended;
          clearTimeout(timer);
          if (child.signalCode !== "SIGKILL" && said.includes('"complete":true')) break;
        }
        const { ended } = await start({ ...target.pusher, ahead: 200 * (killed + round + 2) });
        expect(await ended).toContain('"complete":true');
        const listed = await target.port.list();
        const hrefs = "value" in listed ? listed.value.map(({ href }) => href) : [];
        const read = await target.port.read(hrefs);
        const bodies = "value" in read ? [...read.value.values()].flatMap((object) => object?.body ?? []) : [];
        const titles = bodies.map((body) => /SUMMARY:(.*)/.exec(body)?.[1]?.trim());
        expect(new Set(titles)).toEqual(new Set([...wanted.values(), "mine"]));
        expect(titles.length).toBe(wanted.size + 1);
        expect(new Set(bodies.map((body) => readObject(body)?.uid)).size).toBe(wanted.size + 1);
      }
      expect(await target.port.read([mineHref])).toEqual(before);
      const { ended } = await start({ ...target.pusher, ahead: 200 * (crashes + 1000) });
      expect(JSON.parse((await ended).trim().split("\n").at(-1) ?? "")).toMatchObject({
        created: 0,
        updated: 0,
        deleted: 0,
        adopted: 0,
        complete: true,
      });
    },
  );
});

// Figures of mirroring into a CalDAV calendar, against Radicale and Xandikos beside vdirsyncer: `npm run bench:push`, with
// `-- large` only the last part.
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { hashObject, nameOfUid, objectUid, writeObject } from "../../src/caldav/object.ts";
import { openOutside } from "../../src/outside-node.ts";
import { findTarget } from "../../src/store/targets.ts";
import { needFeed } from "../../src/sync/feeds.ts";
import { openCalendar } from "../../src/sync/calendars.ts";
import { push as pushOnce, type PushReport } from "../../src/sync/push.ts";
import { makeCaldav } from "../caldav/server.ts";
import { programs, startRadicale, startXandikos, user } from "../caldav/programs.ts";
import { findProgram, sayMissing } from "../installed.ts";
import { type RealTarget, realTarget } from "../sync/push/real.ts";
import { targetId, veventOf } from "../sync/push/world.ts";

interface Figure {
  readonly name: string;
  readonly measured: number;
  readonly unit: "×" | "MB" | "requests" | "sockets";
  readonly bound: { readonly least: number } | { readonly most: number };
  readonly about: string;
}

const run = promisify(execFile);
const events = Number(process.env["PUSH_EVENTS"] ?? 1000);
const authorization = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}`;

/** All figures, server by server, then those of a large calendar; `tell` gets them as they come. */
export async function push(tell: (figures: readonly Figure[]) => void = () => undefined): Promise<Figure[]> {
  const figures: Figure[] = [];
  const add = (some: readonly Figure[]): void => {
    tell(some);
    figures.push(...some);
  };
  for (const [name, program, start] of [
    ["Radicale", programs.radicale, startRadicale],
    ["Xandikos", programs.xandikos, startXandikos],
  ] as const) {
    if (program === null) {
      sayMissing(`Pushing to ${name}`, `apt-get install ${name.toLowerCase()}`);
      continue;
    }
    const server = await start(program);
    try {
      add(await figuresOf(name, server.url));
    } finally {
      await server.close();
    }
  }
  add(await large());
  return figures;
}

function titles(round: number, changed = events): Map<string, string> {
  const all = new Map<string, string>();
  for (let n = 0; n < events; n += 1) all.set(`e${n}`, `Event ${n} of round ${n < changed ? round : 0}`);
  return all;
}

async function figuresOf(name: string, url: string): Promise<Figure[]> {
  const bare = Math.min(
    ...(await inTurn([2, 4, 6], async (atOnce) => {
      const target = await realTarget(url, `Bare ${atOnce}`);
      const seconds = await bareLoop(target, atOnce);
      await target.close();
      return seconds;
    })),
  );
  const target = await realTarget(url, "Ours");
  await target.set(titles(0));
  const begun = performance.now();
  const first = await pushAll(target);
  const ours = (performance.now() - begun) / 1000;
  await pause(2500);
  await pushAll(target);
  const none = await pushAll(target);
  await target.set(titles(1, 10));
  // As in service: the feed has changed, and what others did is asked afterwards.
  const ten = await pushAll(target, false);
  await target.close();
  const other = findProgram("vdirsyncer") === null ? null : await vdirsyncer(url);
  if (other === null) sayMissing("The comparison with vdirsyncer", "apt-get install vdirsyncer");
  const speed = `${events} events in ${ours.toFixed(1)} s (${first.created} created), the bare loop ${bare.toFixed(1)} s`;
  const figures: Figure[] = [
    {
      name: `${name}: first push against bare PUTs`,
      measured: bare / ours,
      unit: "×",
      bound: { least: 0.95 },
      about: speed,
    },
    {
      name: `${name}: requests for 10 changed of ${events}`,
      measured: ten.requests,
      unit: "requests",
      bound: { most: 12 },
      about: `${ten.updated} updated`,
    },
    {
      name: `${name}: requests for none changed`,
      measured: none.requests,
      unit: "requests",
      bound: { most: 1 },
      about: "",
    },
  ];
  if (other !== null) {
    figures.push(
      {
        name: `${name}: first push against vdirsyncer`,
        measured: other.seconds / ours,
        unit: "×",
        bound: { least: 1 },
        about: `vdirsyncer ${other.seconds.toFixed(1)} s`,
      },
      {
        name: `${name}: requests for 10 changed, of vdirsyncer's`,
        measured: ten.requests / other.requests,
        unit: "×",
        bound: { most: 1 },
        about: `vdirsyncer ${other.requests}; ours asks once more afterwards, to see what others did`,
      },
    );
  }
  return figures;
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** Pushes as the service does when the target is due; `compare`: also by its time. */
async function pushAll(to: RealTarget, compare = true): Promise<PushReport> {
  const { deps, port } = to;
  if (compare) await deps.sql.run("UPDATE targets SET checked_at = 0");
  const report = await pushOnce(deps, await needTarget(to), await needFeed(deps, "f"), port);
  if (!report.complete) throw new Error(`the push ended early: ${report.failure}`);
  return report;
}

/** The same PUTs, sent by the same transport as fast as the server takes them; seconds. */
async function bareLoop({ calendarUrl }: RealTarget, atOnce: number): Promise<number> {
  const outside = openOutside(() => true);
  const bodies = [...titles(0)].map(([uid, summary], n) => {
    const own = objectUid(uid, targetId, 1);
    const vevent = veventOf(uid, { day: (n % 300) / 24, summary });
    return { url: calendarUrl + nameOfUid(own), body: writeObject(vevent, own, { installation: "bench", targetId }) };
  });
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let one = bodies.shift(); one !== undefined; one = bodies.shift()) {
        const headers = {
          Authorization: authorization,
          "If-None-Match": "*",
          "Content-Type": "text/calendar; charset=utf-8",
        };
        const response = await outside.fetch(new Request(one.url, { method: "PUT", headers, body: one.body }));
        await response.text();
        if (response.status !== 201) throw new Error(`${response.status} for a bare PUT`);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  await outside.close();
  return seconds;
}

/** What vdirsyncer takes for the same: seconds of the first sync, requests of one with ten changed. */
async function vdirsyncer(url: string): Promise<{ seconds: number; requests: number }> {
  const folder = await mkdtemp(join(tmpdir(), "vdirsyncer-"));
  const target = await realTarget(url, "Theirs");
  const counter = await countingProxy(url);
  try {
    await mkdir(join(folder, "local"));
    const write = async (all: ReadonlyMap<string, string>): Promise<void> => {
      for (const [uid, summary] of all) {
        const own = objectUid(uid, targetId, 1);
        const body = writeObject(veventOf(uid, { summary }), own, { installation: "bench", targetId });
        const path = join(folder, "local", nameOfUid(own));
        const old = await readFile(path, "utf8").catch(() => "");
        if (hashObject(old) !== hashObject(body)) await writeFile(path, body);
      }
    };
    const configure = async (at: string): Promise<void> =>
      writeFile(
        join(folder, "config"),
        [
          "[general]",
          `status_path = "${join(folder, "status")}"`,
          "[pair bench]",
          'a = "local"',
          'b = "remote"',
          "collections = null",
          "[storage local]",
          'type = "filesystem"',
          `path = "${join(folder, "local")}"`,
          'fileext = ".ics"',
          "[storage remote]",
          'type = "caldav"',
          `url = "${at}"`,
          `username = "${user.username}"`,
          `password = "${user.password}"`,
          "",
        ].join("\n"),
      );
    const call = async (...args: string[]): Promise<unknown> =>
      run("vdirsyncer", ["-c", join(folder, "config"), ...args], { maxBuffer: 100_000_000 });
    await write(titles(0));
    await configure(target.calendarUrl);
    await call("discover", "bench");
    const begun = performance.now();
    await call("sync", "bench");
    const seconds = (performance.now() - begun) / 1000;
    await configure(target.calendarUrl.replace(url, counter.url));
    await call("discover", "bench");
    await call("sync", "bench");
    await write(titles(1, 10));
    counter.take();
    await call("sync", "bench");
    return { seconds, requests: counter.take() };
  } finally {
    await counter.close();
    await target.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Passes requests on and counts them. */
async function countingProxy(url: string): Promise<{ url: string; take: () => number; close: () => Promise<void> }> {
  let count = 0;
  const { hostname, port } = new URL(url);
  const server = createServer((incoming, outgoing) => {
    count += 1;
    const { method, headers, url: path } = incoming;
    const onward = httpRequest(
      { hostname, port, method, path, headers: { ...headers, host: `${hostname}:${port}` } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    take: () => {
      const counted = count;
      count = 0;
      return counted;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** 10,000 events on one target, against our own server in another process: what memory and sockets that takes. */
async function large(): Promise<Figure[]> {
  const server = spawn(process.execPath, [import.meta.filename, "server"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const url = await new Promise<string>((resolve) =>
      server.stdout.once("data", (text: Buffer) => resolve(text.toString().trim())),
    );
    const target = await realTarget(url, "Large");
    const all = new Map<string, string>();
    for (let n = 0; n < 10_000; n += 1) all.set(`e${n}`, `Event ${n}`);
    await target.set(all);
    const port = await openCalendar(target.deps, await needTarget(target));
    const heaps: number[] = [];
    let sockets = 0;
    let writes = 0;
    const begun = performance.now();
    const report = await pushOnce(target.deps, await needTarget(target), await needFeed(target.deps, "f"), {
      ...port,
      create: async (name, body) => {
        writes += 1;
        if (writes % 1000 === 0) {
          globalThis.gc?.();
          heaps.push(process.memoryUsage().heapUsed / 1_000_000);
        }
        if (writes % 100 === 0) sockets = Math.max(sockets, await socketsTo(new URL(url).port));
        return port.create(name, body);
      },
    });
    const seconds = (performance.now() - begun) / 1000;
    await target.close();
    const [early = 0, late = 0] = [heaps[1], heaps.at(-1)];
    return [
      {
        name: "10,000 events: heap from 2,000 to 10,000 written",
        measured: late - early,
        unit: "MB",
        bound: { most: 10 },
        about: `${early.toFixed(0)} MB, then ${late.toFixed(0)} MB; ${report.created} created in ${seconds.toFixed(0)} s`,
      },
      { name: "10,000 events: sockets at once", measured: sockets, unit: "sockets", bound: { most: 6 }, about: "" },
    ];
  } finally {
    server.kill("SIGTERM");
  }
}

async function needTarget({ deps }: RealTarget) {
  const target = await findTarget(deps.sql, targetId);
  if (target === null) throw new Error("the target is gone");
  return target;
}

/** Established connections of this machine to a loopback port. */
async function socketsTo(port: string): Promise<number> {
  const hex = Number(port).toString(16).toUpperCase().padStart(4, "0");
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n");
  return lines.filter((line) => {
    const [, , remote, state] = line.trim().split(/\s+/);
    return state === "01" && remote?.endsWith(`:${hex}`);
  }).length;
}

/** Our own server over HTTP, in a process of its own. */
async function serve(): Promise<void> {
  const caldav = makeCaldav({ now: Date.now, user: { name: user.username, password: user.password, token: "none" } });
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const { method = "GET", headers, url = "/" } = incoming;
      const body = Buffer.concat(parts).toString();
      const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
      const request = new Request(`https://caldav.example${url}`, {
        method,
        headers: pairs.filter(([name]) => name !== "host" && name !== "content-length"),
        body: body === "" ? null : body,
      });
      void caldav.fetch(request).then(async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        outgoing.end(await response.text());
        caldav.requests.length = 0;
      });
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (typeof address === "object" && address !== null) process.stdout.write(`http://127.0.0.1:${address.port}\n`);
  });
}

async function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

if (import.meta.main) {
  const tell = (figures: readonly Figure[]): void => {
    for (const { name, measured, unit, bound, about } of figures) {
      const [[word, limit] = ["", 0]] = Object.entries(bound);
      process.stdout.write(`${name.padEnd(52)} ${measured.toFixed(2)} ${unit} (${word} ${limit})  ${about}\n`);
    }
  };
  if (process.argv[2] === "server") await serve();
  else if (process.argv[2] === "large") tell(await large());
  else await push(tell);
}

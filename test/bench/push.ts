// Figures of mirroring into a CalDAV calendar, against Radicale and Xandikos beside vdirsyncer: `npm run bench:push`, with
// `-- large` only the last part.
import { programs, startRadicale, startXandikos } from "../dav-server/programs.ts";
import { findProgram, sayMissing } from "../installed.ts";
import { type RealTarget, realTarget } from "../mirror/real-target.ts";
import { bareLoop } from "./support/bare.ts";
import { serveCaldav } from "./caldav.ts";
import { type Figure, lineOf } from "./support/figure.ts";
import { large } from "./large.ts";
import { pushAll, titles } from "./support/mirrored.ts";
import { type Compared, compare, type Timed } from "./support/pairs.ts";
import { vdirsyncer } from "./vdirsyncer.ts";

const events = Number(process.env["PUSH_EVENTS"] ?? 1000);
/** The number of pairs that are timed in turn: the same work differs by a tenth from one run to the next. */
const pairs = 3;

/** Measures against Radicale and Xandikos, as far as they are installed. */
async function* servers(): AsyncGenerator<Figure[]> {
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
      yield await figuresOf(name, server.url);
    } finally {
      await server.close();
    }
  }
}

async function figuresOf(name: string, url: string): Promise<Figure[]> {
  const atOnce = await bestAtOnce(url);
  const bare = async (): Promise<number> => bareIn(url, events, atOnce);
  const targets: RealTarget[] = [];
  const ours = async (): Promise<number> => {
    const one = await realTarget(url, { name: "Ours" });
    targets.push(one);
    await one.set(titles(events));
    const begun = performance.now();
    const { created } = await pushAll(one);
    if (created !== events) throw new Error(`${created} of ${events} events were created`);
    return performance.now() - begun;
  };
  const first = await compare(pairs, ours, bare, 0);
  const other = findProgram("vdirsyncer") === null ? null : await besideVdirsyncer(url, ours);
  if (other === null) sayMissing("The comparison with vdirsyncer", "apt-get install vdirsyncer");
  const [target] = targets;
  if (target === undefined) throw new Error("nothing was pushed");
  await pause(2500);
  await pushAll(target);
  const none = await pushAll(target);
  await target.set(titles(events, 1, 10));
  // As in service: the feed has changed, and the calendar is compared afterwards.
  const ten = await pushAll(target, false);
  for (const one of targets) await one.close();
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
  const figures: Figure[] = [
    {
      name: `${name}: first push against bare PUTs`,
      measured: 1 / first.ratio,
      unit: "×",
      bound: { least: 0.95 },
      about: `${events} events in ${seconds(first.ours)}, the bare loop ${seconds(first.theirs)}, ${atOnce} at once`,
    },
    {
      name: `${name}: requests for 10 changed of ${events}`,
      measured: ten.requests,
      unit: "requests",
      bound: { most: 10 },
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
        measured: 1 / other.first.ratio,
        unit: "×",
        bound: { least: 1 },
        about: `ours ${seconds(other.first.ours)}, vdirsyncer ${seconds(other.first.theirs)}`,
      },
      {
        name: `${name}: requests for 10 changed, of vdirsyncer's`,
        measured: ten.requests / other.requests,
        unit: "×",
        bound: { most: 1 },
        about: `vdirsyncer ${other.requests}; what others did meanwhile is told by the check that comes anyway`,
      },
    );
  }
  return figures;
}

/** Compares with vdirsyncer, and counts the requests that it sends for ten changed events. */
async function besideVdirsyncer(url: string, ours: Timed): Promise<{ first: Compared; requests: number }> {
  let requests = 0;
  const theirs = async (): Promise<number> => {
    const other = await vdirsyncer(url, events);
    ({ requests } = other);
    return other.seconds * 1000;
  };
  return { first: await compare(pairs, ours, theirs, 0), requests };
}

/** Finds how many requests at once the server answers fastest. */
async function bestAtOnce(url: string): Promise<number> {
  const tried: { readonly atOnce: number; readonly took: number }[] = [];
  for (const atOnce of [2, 3, 4, 6]) tried.push({ atOnce, took: await bareIn(url, Math.min(events, 300), atOnce) });
  return tried.toSorted((a, b) => a.took - b.took)[0]?.atOnce ?? 1;
}

/** Times the bare loop into a calendar of its own, in milliseconds. */
async function bareIn(url: string, count: number, atOnce: number): Promise<number> {
  const target = await realTarget(url, { name: "Bare" });
  const seconds = await bareLoop(target, titles(count), atOnce);
  await target.close();
  return seconds * 1000;
}

async function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function show(figures: readonly Figure[]): void {
  for (const figure of figures) process.stdout.write(`${lineOf(figure)}\n`);
}

const [, , asked = ""] = process.argv;
if (asked === "caldav") await serveCaldav();
else {
  if (asked !== "large") for await (const figures of servers()) show(figures);
  show(await large());
}

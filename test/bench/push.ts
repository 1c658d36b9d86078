// Figures of mirroring into a CalDAV calendar, against Radicale and Xandikos beside vdirsyncer: `npm run bench:push`, with
// `-- large` only the last part.
import { programs, startRadicale, startXandikos } from "../caldav/programs.ts";
import { findProgram, sayMissing } from "../installed.ts";
import { realTarget } from "../sync/push/real.ts";
import { bareLoop } from "./bare.ts";
import { serveCaldav } from "./caldav.ts";
import { type Figure, lineOf } from "./figure.ts";
import { large } from "./large.ts";
import { pushAll, titles } from "./mirrored.ts";
import { vdirsyncer } from "./vdirsyncer.ts";

const events = Number(process.env["PUSH_EVENTS"] ?? 1000);

/** Of Radicale and Xandikos, as far as they are installed. */
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
  let bare = Number.POSITIVE_INFINITY;
  for (const atOnce of [2, 4, 6]) {
    const target = await realTarget(url, `Bare ${atOnce}`);
    bare = Math.min(bare, await bareLoop(target, titles(events), atOnce));
    await target.close();
  }
  const target = await realTarget(url, "Ours");
  await target.set(titles(events));
  const begun = performance.now();
  const first = await pushAll(target);
  const ours = (performance.now() - begun) / 1000;
  await pause(2500);
  await pushAll(target);
  const none = await pushAll(target);
  await target.set(titles(events, 1, 10));
  // As in service: the feed has changed, and what others did is asked afterwards.
  const ten = await pushAll(target, false);
  await target.close();
  const other = findProgram("vdirsyncer") === null ? null : await vdirsyncer(url, events);
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

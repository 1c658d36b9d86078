// The figures of the project, each measured beside what was promised, in one run: `npm run bench`.
// With names (`npm run bench -- warm cold`) only those. Ends with 1 when one is missed.
import { cpus } from "node:os";
import { bundle } from "./bundle.ts";
import { cold } from "./cold.ts";
import { dav } from "./dav.ts";
import { day } from "./day.ts";
import { type Figure, isMet, lineOf } from "./support/figure.ts";
import { firstLoad, loadFrom } from "./first-load.ts";
import { hostile, readRepeated } from "./hostile.ts";
import { outsider, serveSampleAlone, serveWhole } from "./outsider.ts";
import { inbox } from "./inbox.ts";
import { postgres } from "./postgres.ts";
import { refresh } from "./refresh.ts";
import { scale } from "./scale.ts";
import { serveFeed } from "./support/server.ts";
import { serveWaldur } from "./support/waldur.ts";
import { warm } from "./warm.ts";

const subjects: Readonly<Record<string, () => Promise<Figure[]>>> = {
  warm,
  cold,
  refresh,
  scale,
  "first-load": firstLoad,
  bundle,
  hostile,
  day,
  dav,
  outsider,
  inbox,
  postgres,
};

/** The work of this program when it has started itself as another process. */
const roles: Readonly<Record<string, (...args: string[]) => Promise<void>>> = {
  server: serveFeed,
  waldur: async (count) => serveWaldur(Number(count)),
  sample: serveSampleAlone,
  service: async (folder = "", waldur = "") => serveWhole(folder, waldur),
  read: async (name = "", at = "") => readRepeated(name, Number(at)),
  load: async (port = "", folder = "") => loadFrom(port, folder),
};

const [first = "", ...rest] = process.argv.slice(2);
const role = roles[first];
if (role === undefined) await runAll(first === "" ? Object.keys(subjects) : [first, ...rest]);
else await role(...rest);

async function runAll(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in subjects));
  if (unknown !== undefined) throw new Error(`there is no ${unknown}: choose from ${Object.keys(subjects).join(", ")}`);
  const { length: count, 0: cpu } = cpus();
  process.stdout.write(`Node ${process.version}, ${count} × ${cpu?.model ?? "unknown processor"}\n\n`);
  let missed = 0;
  for (const name of names) {
    for (const figure of (await subjects[name]?.()) ?? []) {
      process.stdout.write(`${lineOf(figure)}\n`);
      if (!isMet(figure)) missed += 1;
    }
  }
  if (missed > 0) process.stdout.write(`\n${missed} missed\n`);
  process.exitCode = missed > 0 ? 1 : 0;
}

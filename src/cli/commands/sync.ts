import { AppError } from "../../errors.ts";
import * as responses from "../../web/api/responses.ts";
import type { SyncJson } from "../../web/api/responses.ts";
import { type Client, readAnswer } from "../api-client.ts";
import { option, toggle } from "../args.ts";
import { type Command, json, printJson, server } from "../command.ts";
import { failureExitCode, exits } from "../exit.ts";
import { type Progress, showProgress } from "../progress.ts";
import { formatTable } from "../table.ts";
import { addPush, judgePush, pushTarget } from "./push-target.ts";
import type { Runtime } from "../runtime.ts";

const dryRun = toggle("dry-run", "only show what would change");
const allowRemovals = toggle("allow-removals", "allow removals that were held because there are so many");
const source = option("source", "ID", "only this source; feeds list --json shows the ids");

const target = option("target", "ID", "only this target, without reading Waldur; targets list shows the ids");

/** Rounds in a row that changed nothing and sent nothing: another run is at work on the sources. */
const patience = 60;
const pauseMilliseconds = 1000;

export const sync: Command = {
  name: "sync",
  summary: "read Waldur now and bring the feeds up to date",
  operands: [],
  options: [dryRun, allowRemovals, source, target, json, server],
  notes: [
    "Exits with 1 when a source failed or removals were held, and with 4 when Waldur does not answer.",
    "With --target it pushes the feed to that calendar, due or not; --dry-run prints the plan.",
  ],
  async run({ args, runtime, client }) {
    const targetId = args.value(target);
    if (targetId !== null) {
      if (args.has(source)) throw new AppError("bad_input", "give --source or --target, not both");
      return pushTarget(runtime, await client(), targetId, {
        dryRun: args.has(dryRun),
        allowRemovals: args.has(allowRemovals),
        json: args.has(json),
      });
    }
    const id = args.value(source);
    const wanted = {
      dryRun: args.has(dryRun),
      allowRemovals: args.has(allowRemovals),
      ...(id === null ? {} : { source: id }),
    };
    const progress = showProgress(runtime);
    const report = await runUntilComplete(runtime, await client(), wanted, progress).finally(progress.end);
    if (args.has(json)) printJson(runtime, report);
    else runtime.stdout(formatReport(report));
    return judge(runtime, report);
  },
};

/** Repeats the run, since one on Workers is limited. Resolves to the sum of the reports. */
async function runUntilComplete(
  runtime: Runtime,
  client: Client,
  wanted: { readonly dryRun: boolean },
  progress: Progress,
): Promise<SyncJson> {
  let total: SyncJson = { sources: [], feeds: [], targets: [], complete: false, since: null };
  let since: string | null = null;
  for (let idle = 0; ;) {
    const asked = since === null ? wanted : { ...wanted, since };
    const round: SyncJson = readAnswer(responses.sync, await client.json("POST", "/sync", asked));
    ({ since } = round);
    total = addRound(total, round);
    // A dry run stores nothing, so that the next would begin at the same place.
    if (total.complete || wanted.dryRun || round.sources.some(({ failure }) => failure !== "")) return total;
    const pushed = round.targets.some(({ requests }) => requests > 0);
    const worked = [...round.sources, ...round.feeds].some(
      ({ added, changed, removed }) => added + changed + removed > 0,
    );
    const read = round.sources.some(({ requests }) => requests > 0);
    idle = worked || read || pushed ? 0 : idle + 1;
    if (idle >= patience) throw new AppError("conflict", "the run makes no progress: another one may be at work");
    if (idle > 0) await runtime.sleep(pauseMilliseconds);
    progress.show(`${total.sources.reduce((sum, { added }) => sum + added, 0)} new bookings so far`);
  }
}

function addRound(total: SyncJson, round: SyncJson): SyncJson {
  return {
    sources: mergeById(total.sources, round.sources, (old, now) => ({
      ...now,
      ...addChanges(old, now),
      skipped: old.skipped + now.skipped,
      requests: old.requests + now.requests,
    })),
    feeds: mergeById(total.feeds, round.feeds, (old, now) => ({ ...now, ...addChanges(old, now) })),
    targets: mergeById(total.targets, round.targets, addPush),
    complete: round.complete,
    since: round.since,
  };
}

interface Changes {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

function addChanges(old: Changes, now: Changes): Changes {
  return {
    added: old.added + now.added,
    changed: old.changed + now.changed,
    removed: old.removed + now.removed,
  };
}

function mergeById<T extends { readonly id: string }>(
  old: readonly T[],
  now: readonly T[],
  add: (a: T, b: T) => T,
): T[] {
  const all = new Map(old.map((item) => [item.id, item]));
  for (const item of now) {
    const before = all.get(item.id);
    all.set(item.id, before === undefined ? item : add(before, item));
  }
  return [...all.values()];
}

function formatReport({ sources, feeds, targets }: SyncJson): string {
  const row = (what: string, changes: Changes, rest: readonly string[], name: string) => [
    what,
    ...[changes.added, changes.changed, changes.removed].map(String),
    ...rest,
    name,
  ];
  return formatTable(
    ["what", "added", "changed", "removed", "skipped", "requests", "name"],
    [
      ...sources.map((item) => row("source", item, [String(item.skipped), String(item.requests)], item.name)),
      ...feeds.map((item) => row("feed", item, ["", ""], item.name)),
      ...targets.map((item) => {
        const changes = { added: item.created + item.adopted, changed: item.updated, removed: item.deleted };
        return row("target", changes, [String(item.failed), String(item.requests)], item.name);
      }),
    ],
  );
}

/** Writes to stderr what needs attention. Returns the exit code. */
function judge({ stderr }: Runtime, { sources, feeds, targets, complete }: SyncJson): number {
  let exit: number = exits.ok;
  for (const { name, failure, held, skipped } of sources) {
    if (held !== "") {
      stderr(`${name}: ${held}; if that is right: sync --allow-removals\n`);
      exit = exits.failed;
    }
    if (skipped > 0) stderr(`${name}: ${skipped} bookings cannot be read and are left out; the log says why\n`);
    if (failure !== "") {
      stderr(`${name}: ${failure}\n`);
      exit = exit === exits.failed ? exit : failureExitCode(failure);
    }
  }
  for (const { name, held } of feeds) {
    if (held.length > 0)
      stderr(
        `${name}: ${held.length} events are held back because they would break calendars; feeds show lists them\n`,
      );
  }
  for (const item of targets) exit = Math.max(exit, judgePush(stderr, item));
  if (!complete && exit === exits.ok) stderr("There is more to do; the service continues with it.\n");
  return exit;
}

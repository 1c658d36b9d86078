import type { PushJson, TargetJson } from "../../web/api/responses.ts";
import { formatPairs, formatTable } from "../table.ts";
import { formatInstant } from "../option-values.ts";

/** Returns targets as a table. */
export function formatTargets(targets: readonly TargetJson[]): string {
  return formatTable(
    ["id", "state", "feed", "events", "mirrored", "name", "trouble"],
    targets.map((target) => {
      const { id, state, feed, name } = target;
      if (!("calendar" in target)) return [id, state, feed, "", "", name, ""];
      const trouble = target.stopped ?? target.failure ?? missingEvents(target) ?? target.held ?? "";
      return [id, state, feed, String(target.events), formatInstant(target.mirroredAt, "never"), name, trouble];
    }),
  );
}

/** Returns the sentence on events that are gone with most others at once, and what to do; null for none. */
export function missingEvents({ id, lost }: Pick<PushJson, "id" | "lost">): string | null {
  return lost === 0
    ? null
    : `${lost} events are missing: the calendar was emptied, made again or restored from an older copy; targets restore ${id} puts them back`;
}

/** Returns everything about one target. */
export function formatTarget(target: TargetJson): string {
  if (!("calendar" in target))
    return formatPairs([
      ["id", target.id],
      ["name", target.name],
      ["state", target.state],
      ["feed", target.feed],
    ]);
  const { server } = target;
  const failing = target.failing === 0 ? null : `${target.failing} events, for example: ${target.failingWhy ?? ""}`;
  return formatPairs([
    ["id", target.id],
    ["name", target.name],
    ["state", target.state],
    ["stopped", target.stopped],
    ["feed", target.feed],
    ["calendar", target.calendar],
    ["account", target.account],
    ["edits", target.edits],
    ["cancelled", target.cancelled],
    ["events", String(target.events)],
    ["missing", missingEvents(target)],
    ["left as edited", target.left === 0 ? null : String(target.left)],
    ["behind the window", target.retired === 0 ? null : String(target.retired)],
    ["put back", target.restores === 0 ? null : String(target.restores)],
    ["failing", failing],
    [
      "deletions held",
      target.held === null ? null : `${target.held}; if that is right: sync --target ${target.id} --allow-removals`,
    ],
    ["failure", target.failure],
    ["mirrored", formatInstant(target.mirroredAt, "never")],
    ["next", formatInstant(target.dueAt)],
    ["server", server.software === "" ? null : server.software],
    ["keeps others' events", server.honoursIfNoneMatch ? "by itself" : "looked at before each write"],
    ["tells changes by", server.changeFeed],
    ["largest event", server.maxBytes === null ? null : `${server.maxBytes} bytes`],
  ]);
}

/** Returns the report of a run, or the plan of a dry one. */
export function formatPush(report: PushJson, dry: boolean): string {
  if (dry) {
    return formatTable(
      ["would", "start", "event"],
      report.planned.map(({ verb, start, uid }) => [verb, formatInstant(start), uid]),
    );
  }
  const { created, updated, deleted, adopted, restored, conflict, failed, requests } = report;
  const counts = { created, updated, deleted, adopted, restored, conflict, failed, requests };
  return formatPairs(Object.entries(counts).map(([name, count]) => [name, String(count)]));
}

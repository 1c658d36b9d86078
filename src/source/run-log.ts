import type { Deps } from "../deps.ts";
import { forgetRuns, writeRun } from "../store/sources/runs.ts";
import type { Loss } from "../store/sources/readers.ts";
import type { SourceRow } from "../store/sources/sources.ts";
import { lossCode } from "./access.ts";
import { type RefreshReport } from "./run.ts";
import { epochSeconds } from "../lib/clock.ts";

const keptSeconds = 90 * 86_400;

/**
 * Remembers a run that changed something, began to fail or to hold something back, or came back from that; `before` is the
 * source as the run found it, with what its readers had lost. One that found nothing new leaves no row, however often it runs.
 */
export async function recordRun(deps: Deps, before: SourceRow & Loss, report: RefreshReport): Promise<void> {
  const { added, changed, removed, skipped, requests, held } = report;
  const [failure = ""] = report.failure.split(":", 1);
  const failing = lossCode(before) || before.failure;
  const news = added + changed + removed > 0 || failure !== failing || held !== before.held;
  if (!news) return;
  const endedAt = epochSeconds(deps);
  await deps.sql.batch([
    writeRun({ sourceId: before.id, endedAt, added, changed, removed, skipped, requests, failure, held }),
    forgetRuns(before.id, endedAt - keptSeconds),
  ]);
}

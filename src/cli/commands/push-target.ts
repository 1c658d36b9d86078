import * as responses from "../../web/api/responses.ts";
import type { PushJson } from "../../web/api/responses.ts";
import { type Client, readAnswer } from "../api-client.ts";
import { printJson } from "../command.ts";
import { exits } from "../exit.ts";
import { showProgress } from "../progress.ts";
import { formatPush, missingEvents } from "./target-text.ts";
import type { Runtime } from "../runtime.ts";

/** Pushes to one target until nothing is left to do and prints the report. Resolves to the exit code. */
export async function pushTarget(
  runtime: Runtime,
  client: Client,
  id: string,
  asked: { readonly dryRun: boolean; readonly allowRemovals: boolean; readonly json: boolean },
): Promise<number> {
  const { json, ...body } = asked;
  const progress = showProgress(runtime);
  let total: PushJson | null = null;
  try {
    for (;;) {
      const answer = await client.json("POST", `/targets/${encodeURIComponent(id)}/sync`, body);
      const round: PushJson = readAnswer(responses.push, answer);
      total = total === null ? round : addPush(total, round);
      progress.show(`${total.created + total.updated + total.deleted} events written so far`);
      // A round without a request would send none the next time either.
      if (round.complete || round.failure !== "" || asked.dryRun || round.requests === 0) break;
      // What waits was tried in this round, and nothing else is left.
      if (round.waiting > 0 && round.created + round.updated + round.deleted + round.adopted === 0) break;
    }
  } finally {
    progress.end();
  }
  if (json) printJson(runtime, total);
  else runtime.stdout(formatPush(total, asked.dryRun));
  return judgePush(runtime.stderr, total);
}

/** Returns two rounds over the same target as one. */
export function addPush(old: PushJson, now: PushJson): PushJson {
  return {
    ...now,
    created: old.created + now.created,
    updated: old.updated + now.updated,
    deleted: old.deleted + now.deleted,
    adopted: old.adopted + now.adopted,
    restored: old.restored + now.restored,
    conflict: old.conflict + now.conflict,
    // Each round tries again what the one before could not write.
    failed: Math.max(old.failed, now.failed),
    requests: old.requests + now.requests,
  };
}

/** Writes to stderr what needs attention. Returns the exit code. */
export function judgePush(stderr: Runtime["stderr"], { id, name, held, failure, failed, lost }: PushJson): number {
  const missing = missingEvents({ id, lost });
  if (failure !== "") stderr(`${name}: ${failure}\n`);
  if (missing !== null) stderr(`${name}: ${missing}\n`);
  if (held !== "") stderr(`${name}: ${held}; if that is right: sync --target ${id} --allow-removals\n`);
  if (failed > 0)
    stderr(`${name}: ${failed} events could not be written and are tried again; targets show ${id} says why\n`);
  return failure === "" && held === "" && failed + lost === 0 ? exits.ok : exits.failed;
}

import * as v from "valibot";
import { timeOrNull, whole, list, describe } from "./shape.ts";
import { push } from "./targets.ts";

const changes = { added: whole, changed: whole, removed: whole };

const sourceReport = {
  ...changes,
  skipped: describe(whole, "Bookings that do not fit"),
  requests: describe(whole, "Requests to Waldur"),
  failure: describe(v.string(), "An error code, and what happened; empty when nothing failed"),
  held: describe(v.string(), "Report of a mass removal held back; empty for none"),
};

export const runs = v.object({ runs: list(v.object({ source: v.string(), endedAt: timeOrNull, ...sourceReport })) });

export type RunsJson = v.InferOutput<typeof runs>;

export const sync = v.object({
  sources: list(
    v.object({ id: v.string(), name: v.string(), ...sourceReport, pages: describe(whole, "Of these, full pages") }),
  ),
  feeds: list(v.object({ id: v.string(), name: v.string(), ...changes, held: list(v.string()) })),
  targets: list(push),
  complete: v.boolean(),
  since: describe(timeOrNull, "Send this again when `complete` is false; null after a dry run"),
});

export type SyncJson = v.InferOutput<typeof sync>;

import * as v from "valibot";
import { failureKinds } from "../../../caldav/port.ts";
import { cancelledPolicies, editPolicies } from "../../../store/targets.ts";
import { timeOrNull, textOrNull, whole, wholeOrNull, standing, list, describe } from "./shape.ts";

const pushCounts = {
  created: whole,
  updated: whole,
  deleted: whole,
  adopted: describe(whole, "Writes of an interrupted run that turned out to be done"),
  restored: describe(whole, "Events put back after somebody changed or deleted them"),
  conflict: whole,
  failed: whole,
  waiting: describe(whole, "Events that wait for their next attempt"),
  lost: describe(whole, "Events gone from the calendar with most others at once, held until they are put back"),
  requests: whole,
  held: describe(v.string(), "Deletions held back because they are so many; empty for none"),
  failure: describe(v.string(), "Why the run ended early; empty when it did not"),
  cause: describe(v.picklist([...failureKinds, ""]), "The kind of answer that ended it; empty for none"),
  said: describe(v.string(), "The words of the server itself then; empty for none"),
  complete: v.boolean(),
};

export const push = v.object({
  id: v.string(),
  name: v.string(),
  ...pushCounts,
  planned: describe(
    list(
      v.object({
        verb: v.picklist(["create", "update", "delete"]),
        uid: v.string(),
        start: timeOrNull,
        end: timeOrNull,
      }),
    ),
    "The plan of a dry run",
  ),
});

export type PushJson = v.InferOutput<typeof push>;

/** A target as colleagues see it. */
export const closedTarget = v.object({
  id: v.string(),
  feed: v.string(),
  name: v.string(),
  state: v.picklist(["on", "paused", "stopped", "removing"]),
  standing: describe(standing, "The caller's relation to its feed; `none` is never shown"),
});

export const openTarget = v.object({
  ...closedTarget.entries,
  calendar: describe(
    v.string(),
    "Its address; of a feed that was taken over, its server alone until credentials are given",
  ),
  account: describe(v.string(), "Host and user"),
  stopped: describe(textOrNull, "Why it stopped and who must act"),
  stoppedAt: timeOrNull,
  edits: v.picklist(editPolicies),
  cancelled: v.picklist(cancelledPolicies),
  events: whole,
  left: describe(whole, "Left as somebody edited them"),
  lost: describe(whole, "Gone with most others at once, and held until they are put back"),
  retired: describe(whole, "Behind the feed's window and left in place"),
  failing: whole,
  failingWhy: textOrNull,
  held: textOrNull,
  failure: textOrNull,
  failingSince: timeOrNull,
  restores: whole,
  mirroredAt: timeOrNull,
  checkedAt: timeOrNull,
  dueAt: timeOrNull,
  createdAt: timeOrNull,
  lastRun: describe(
    v.nullable(v.object({ ...pushCounts, endedAt: timeOrNull })),
    "The last run that did something or failed",
  ),
  server: describe(
    v.object({
      honoursIfNoneMatch: v.boolean(),
      honoursIfMatch: v.boolean(),
      honoursIfMatchOnDelete: v.boolean(),
      tellsEtag: v.boolean(),
      rewrites: v.boolean(),
      changeFeed: v.picklist(["sync-token", "ctag", "none"]),
      silentTokens: describe(v.optional(v.boolean()), "Any sync-token is taken, so that the calendar is listed hourly"),
      maxBytes: wholeOrNull,
      minAt: timeOrNull,
      maxAt: timeOrNull,
      concurrency: whole,
      software: v.string(),
    }),
    "How the server behaved in the write probe",
  ),
});

export type ClosedTargetJson = v.InferOutput<typeof closedTarget>;

export const target = v.union([openTarget, closedTarget]);

export type TargetJson = v.InferOutput<typeof target>;

export const targets = v.object({ targets: list(target) });

export const removedTarget = v.object({ id: v.string(), state: v.literal("removed") });

export const calendars = v.object({
  calendars: list(
    v.object({ url: v.string(), name: v.string(), notWritable: describe(textOrNull, "Why it cannot be written to") }),
  ),
  canCreate: v.boolean(),
});

export type CalendarsJson = v.InferOutput<typeof calendars>;

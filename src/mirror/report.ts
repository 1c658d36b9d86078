import type { FailureKind } from "../caldav/port.ts";
import type { TargetRow } from "../store/targets.ts";
import type { PlannedWrite } from "./plan-writes.ts";

/** The report of one run over one target. */
export interface PushReport {
  readonly id: string;
  readonly name: string;
  created: number;
  updated: number;
  deleted: number;
  /** Writes of an interrupted run that turned out to be done. */
  adopted: number;
  /** Events put back after somebody changed or deleted them in the calendar. */
  restored: number;
  /** Writes that were refused because something else was there. */
  conflict: number;
  /** Events that could not be written; each is tried again by itself. */
  failed: number;
  /** Events that wait for their next attempt. */
  waiting: number;
  /** Events that are gone from the calendar with most others at once, and wait until somebody has them put back. */
  lost: number;
  /** Requests that left, redirects and renewals of tokens included. */
  requests: number;
  /** A sentence on deletions that are held because there are so many; "" for none. */
  held: string;
  /** The reason for which the run ended early; "" when it did not. */
  failure: string;
  /** The kind of failure that ended it; "" for none. */
  cause: FailureKind | "";
  /** The server's own words then; "" for none. */
  said: string;
  /** True when nothing is left that may be done now. */
  complete: boolean;
  /** The writes that a dry run would make. */
  planned: readonly PlannedWrite[];
}

/** The report of the last run that did something, as a target keeps it. */
export type LastReport = Omit<PushReport, "id" | "name" | "planned"> & {
  /** Epoch seconds. */
  readonly endedAt: number;
};

/** Encodes a report as a target keeps it. `endedAt` in epoch seconds. */
export function encodeReport(
  { id: _id, name: _name, planned: _planned, ...rest }: PushReport,
  endedAt: number,
): string {
  const kept: LastReport = { ...rest, endedAt };
  return JSON.stringify(kept);
}

/** Returns the report of the last run that did something; null before the first. */
export function readLastReport({ report }: Pick<TargetRow, "report">): LastReport | null {
  if (report === "") return null;
  const kept: LastReport = { cause: "", said: "", waiting: 0, lost: 0, ...JSON.parse(report) };
  return kept;
}

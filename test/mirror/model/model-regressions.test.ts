import { beforeAll, describe, expect, it } from "vitest";
import type { Sql } from "../../../src/store/sql/port.ts";
import { davStage } from "./dav-stage.ts";
import type { DavSwitches } from "./dav-switches.ts";
import { memoryStage } from "./memory-stage.ts";
import { play } from "./play-schedule.ts";
import type { Schedule } from "./random-schedule.ts";
import { openStore } from "../../empty-store.ts";

const book = (n: number) => ({ do: "book", n, again: false, cancelled: false }) as const;
const others = { events: [], now: false } as const;

/** Schedules of the model check that once ended wrong. */
const inMemory: Readonly<Record<string, Schedule & { readonly quirks: number }>> = {
  "a run that slept through its lease does not take it again and act on what it read before": {
    quirks: 0,
    edits: "respect",
    requests: 12,
    steps: [book(0), { do: "run", events: [{ at: 5, what: { other: "run" } }], now: false }],
  },
  "two first runs at once agree on the installation's name": {
    quirks: 0,
    edits: "mirror",
    requests: 12,
    steps: [book(0), { do: "run", events: [{ at: 1, what: { other: "run" } }], now: false }, { do: "forget" }, book(0)],
  },
  "a token read in the second of our own write is not one to begin from": {
    quirks: 5,
    edits: "mirror",
    requests: 12,
    steps: [book(0), { do: "run", ...others }, { do: "run", events: [], now: true }, { do: "edit", n: 0 }],
  },
  "a token of the second in which others and we both wrote does not tell what they did after us": {
    quirks: 5,
    edits: "mirror",
    requests: 12,
    steps: [
      book(3),
      { do: "foreign", n: 0, ours: false },
      { do: "run", events: [{ at: 16, what: { edit: 3 } }], now: false },
    ],
  },
  "what a run that was cut had deleted itself is no deletion of somebody's when its booking comes back as it was": {
    quirks: 0,
    edits: "respect",
    requests: 12,
    steps: [
      book(2),
      { do: "run", ...others },
      book(0),
      { do: "wait", seconds: 90_000 },
      { do: "drop", n: 2 },
      { do: "run", events: [{ at: 13, what: { crash: "after" } }], now: false },
      { do: "book", n: 2, again: true, cancelled: false },
    ],
  },
};

const like = (name: DavSwitches["like"], switches: DavSwitches["switches"] = {}): DavSwitches => ({
  like: name,
  body: null,
  spelling: null,
  switches,
});

/** The same over servers. */
const overServers: Readonly<Record<string, Schedule & { readonly quirks: DavSwitches }>> = {
  "an edit that reports do not show yet is found by its ETag": {
    quirks: like("xandikos", { staleReports: true }),
    edits: "mirror",
    requests: 24,
    steps: [
      { do: "run", ...others },
      { do: "fill" },
      { do: "run", events: [{ at: 17, what: { edit: 0 } }], now: false },
      { do: "forget" },
    ],
  },
  "a token that tells nothing of our own writes tells nothing of a calendar made again either": {
    quirks: like("sogo"),
    edits: "mirror",
    requests: 24,
    steps: [{ do: "remake", keeps: [] }, { do: "fill" }, { do: "remake", keeps: [] }],
  },
  "an object found while its event was not wanted is the event's when that is wanted again": {
    quirks: like("sogo"),
    edits: "respect",
    requests: 24,
    steps: [
      { do: "book", n: 4, again: false, cancelled: false },
      { do: "run", ...others },
      { do: "drop", n: 4 },
      { do: "forget" },
      { do: "run", events: [{ at: 10, what: { crash: "after" } }], now: false },
      { do: "book", n: 4, again: false, cancelled: false },
      { do: "wait", seconds: 0 },
    ],
  },
  "a second burnt UID is passed after the ledger was lost": {
    quirks: like("nextcloud"),
    edits: "mirror",
    requests: 24,
    steps: [
      { do: "fill" },
      { do: "run", ...others },
      { do: "delete", n: 0 },
      { do: "run", events: [], now: true },
      { do: "forget" },
      { do: "run", events: [{ at: 0, what: { delete: 0 } }], now: false },
    ],
  },
  "an event that is no longer wanted is one of those that a calendar made again has lost": {
    quirks: like("faithful"),
    edits: "respect",
    requests: 24,
    refusal: { n: 0, status: 403 },
    steps: [
      { do: "run", ...others },
      { do: "fill" },
      { do: "run", events: [{ at: 17, what: { crash: "before" } }], now: false },
      { do: "drop", n: 1 },
      { do: "remake", keeps: [] },
    ],
  },
};

describe("found by the model check", () => {
  let sql: Sql;
  beforeAll(async () => {
    sql = await openStore();
  });

  it.each(Object.entries(inMemory))("%s", async (_, schedule) => {
    expect(await play(await memoryStage(sql, schedule.quirks, schedule), schedule)).toEqual([]);
  });

  it.each(Object.entries(overServers))("%s", async (_, schedule) => {
    expect(await play(await davStage(sql, schedule.quirks, schedule), schedule)).toEqual([]);
  });
});

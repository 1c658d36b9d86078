import fc from "fast-check";
import type { FailureKind } from "../../../src/caldav/port.ts";
import type { DavAnswer, DavSwitches } from "./dav-switches.ts";

/** One step of a schedule; plain data, so that a counter-example can be pasted into a test. */
export type Step =
  | { readonly do: "book"; readonly n: number; readonly again: boolean; readonly cancelled: boolean }
  | { readonly do: "fill" }
  | { readonly do: "drop"; readonly n: number }
  | { readonly do: "edit"; readonly n: number }
  | { readonly do: "delete"; readonly n: number }
  | { readonly do: "foreign"; readonly n: number; readonly ours: boolean }
  | { readonly do: "copy"; readonly n: number }
  /** The calendar is made again under its name, with these events of ours and all foreign objects. */
  | { readonly do: "remake"; readonly keeps: readonly number[] }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "forget" }
  | { readonly do: "run"; readonly events: readonly Happening[]; readonly now: boolean };

/** A happening at the nth await of a run. */
export interface Happening {
  readonly at: number;
  readonly what:
    | { readonly fault: FailureKind; readonly done: boolean; readonly retryAfter: number | null }
    | { readonly answer: DavAnswer; readonly done: boolean; readonly retryAfter: number | null }
    | { readonly crash: "before" | "after" }
    | { readonly other: "run" }
    | { readonly edit: number }
    | { readonly delete: number }
    | { readonly pause: number };
}

/** An event that the server refuses with this status whenever it is written, until all goes quiet. */
export interface Refusal {
  readonly n: number;
  readonly status: number;
}

export interface Schedule {
  /** A kind of calendar in memory, or the switches of the server. */
  readonly quirks: number | DavSwitches;
  readonly edits: "mirror" | "respect";
  readonly requests: number;
  readonly refusal?: Refusal | null;
  readonly steps: readonly Step[];
}

/** Number of events in a schedule. */
export const events = 5;
const n = fc.nat({ max: events - 1 });

/** Makes the steps of schedules; `faults`: what a request may meet. */
export function stepsWith(
  faults: fc.Arbitrary<Exclude<Happening["what"], { crash: unknown }>>,
  mostAwaits: number,
): fc.Arbitrary<readonly Step[]> {
  const happening: fc.Arbitrary<Happening> = fc.record({
    at: fc.nat({ max: mostAwaits }),
    what: fc.oneof(
      { weight: 3, arbitrary: faults },
      { weight: 3, arbitrary: fc.record({ crash: fc.constantFrom("before" as const, "after" as const) }) },
      { weight: 1, arbitrary: fc.constant({ other: "run" } as const) },
      { weight: 2, arbitrary: fc.record({ edit: n }) },
      { weight: 1, arbitrary: fc.record({ delete: n }) },
      { weight: 1, arbitrary: fc.record({ pause: fc.constantFrom(1, 200) }) },
    ),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant("book" as const), n, again: fc.boolean(), cancelled: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.constant({ do: "fill" } as const) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("drop" as const), n }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("edit" as const), n }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), n }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("foreign" as const), n, ours: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("copy" as const), n }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("remake" as const), keeps: fc.uniqueArray(n, { maxLength: 2 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(0, 1, 3, 60, 1000, 90_000) }),
    },
    { weight: 1, arbitrary: fc.constant({ do: "forget" } as const) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("run" as const),
        events: fc.array(happening, { maxLength: 3 }),
        now: fc.boolean(),
      }),
    },
  );
  return fc.array(step, { minLength: 1, maxLength: 14 });
}

/** Makes schedules of these steps over calendars of these kinds. `fewRequests`: the budget of runs that are cut often. */
export function schedulesOf<Q extends Schedule["quirks"]>(
  quirks: fc.Arbitrary<Q>,
  steps: fc.Arbitrary<readonly Step[]>,
  refusal: fc.Arbitrary<Refusal | null>,
  fewRequests: number,
): fc.Arbitrary<Schedule & { readonly quirks: Q }> {
  return fc.record({
    quirks,
    edits: fc.constantFrom("mirror" as const, "respect" as const),
    requests: fc.constantFrom(fewRequests, 100_000),
    refusal,
    steps,
  });
}

import type * as v from "valibot";
import { bookings } from "./operations/bookings.ts";
import { feeds } from "./operations/feeds.ts";
import { people } from "./operations/people.ts";
import { runs } from "./operations/runs.ts";
import { service } from "./operations/service.ts";
import { targets } from "./operations/targets.ts";
import type { Operation } from "./operations/operation.ts";
import * as responses from "./responses.ts";

/** The table of the API's routes. docs/openapi.yaml is generated from it, and tests compare it with what is served. */
export const operations: readonly Operation[] = [...bookings, ...feeds, ...runs, ...targets, ...people, ...service];

/** Schemas that the description names once, under these names. */
export const components = {
  Failure: responses.failure,
  NotDecided: responses.notDecided,
  Outcome: responses.outcome,
  Bookings: responses.bookings,
  Feed: responses.feed,
  Target: responses.target,
  OpenTarget: responses.openTarget,
  ClosedTarget: responses.closedTarget,
  Push: responses.push,
} satisfies Record<string, v.GenericSchema>;

import * as v from "valibot";
import * as notes from "../request-notes.ts";
import { syncRequest } from "../requests.ts";
import * as responses from "../responses.ts";
import { limit, type Operation } from "./operation.ts";

const time = v.pipe(v.string(), v.isoTimestamp());

/** Routes of the readings of Waldur. */
export const runs: readonly Operation[] = [
  {
    route: "GET /runs",
    summary: "Lists the runs of the last 90 days that changed something, failed or recovered, newest first",
    right: "content",
    query: {
      source: { schema: v.string(), description: "Only runs of this source" },
      failed: { schema: v.picklist(["1"]), description: "Only runs that did not finish" },
      before: { schema: time },
      limit,
    },
    answer: "The runs",
    response: responses.runs,
    errors: ["bad_input"],
  },
  {
    route: "POST /sync",
    summary: "Reads all sources, or one, with a full sweep",
    description:
      "A run is limited on Workers. When `complete` is false, repeat the request with the `since` of the answer.",
    right: "operator",
    body: {
      schema: syncRequest,
      required: false,
      notes: notes.sync,
    },
    answer: "The report",
    response: responses.sync,
    errors: ["bad_input", "forbidden", "not_found"],
  },
];

import * as v from "valibot";
import * as notes from "../request-notes.ts";
import { changedFeed, newFeed } from "../requests.ts";
import * as responses from "../responses.ts";
import { calendar, type Operation } from "./operation.ts";

const oneFeed = { answer: "The feed", response: responses.feed };

/** Routes of feeds. */
export const feeds: readonly Operation[] = [
  {
    route: "GET /feeds",
    summary: "Lists all feeds, ended ones too",
    right: "name",
    answer: "The feeds",
    response: responses.feeds,
    errors: [],
  },
  {
    ...oneFeed,
    route: "POST /feeds",
    summary: "Creates a feed; its address is shown once the first load is done",
    right: "anyone",
    body: { schema: newFeed, required: true, notes: notes.profile },
    status: 201,
    errors: ["bad_input", "no_role", "over_quota", "not_found"],
  },
  { ...oneFeed, route: "GET /feeds/{id}", summary: "Returns one feed", right: "name", errors: ["not_found"] },
  {
    ...oneFeed,
    route: "PATCH /feeds/{id}",
    summary: "Changes a feed; its address stays. An empty list or text removes a filter",
    right: "change",
    body: { schema: changedFeed, required: false, notes: notes.profile },
    errors: ["bad_input", "not_found", "conflict"],
  },
  {
    ...oneFeed,
    route: "DELETE /feeds/{id}",
    summary: "Ends a feed; its addresses say so for 30 days, or answer 410 at once with `now=1`",
    right: "end",
    query: { now: { schema: v.picklist(["1"]) } },
    errors: ["not_found"],
  },
  {
    ...oneFeed,
    route: "POST /feeds/{id}/rotate",
    summary: "Gives a feed a new address; the old one says that it has ended",
    right: "change",
    errors: ["not_found", "conflict"],
  },
  {
    ...oneFeed,
    route: "POST /feeds/{id}/take-over",
    summary: "Takes over a colleague's feed; it is read with the caller's token from then on and gets one more address",
    right: "takeOver",
    errors: ["over_quota", "not_found", "conflict"],
  },
  {
    ...calendar,
    route: "GET /feeds/{id}/calendar.ics",
    summary: "Returns the calendar that the feed serves",
    right: "content",
    errors: ["not_found"],
  },
];

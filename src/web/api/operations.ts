import * as v from "valibot";
import type { Right } from "../../account/access.ts";
import type { ErrorCode } from "../../errors.ts";
import { changedFeed, credentials, newFeed, newTarget, place, pushRequest, syncRequest } from "./requests.ts";
import * as notes from "./request-notes.ts";
import * as responses from "./responses.ts";

// The table of the API's routes. docs/openapi.yaml is generated from it, and tests compare it with what is served.

export interface Operation {
  /** `METHOD /path`, below `/api/v1`; parameters in braces. */
  readonly route: string;
  readonly summary: string;
  readonly description?: string;
  /** The right to the feed that the caller needs; `anyone`: everybody with a token. */
  readonly right: Right | "anyone" | "operator";
  readonly query?: Readonly<Record<string, QueryParameter>>;
  readonly body?: RequestBody;
  readonly status?: 201;
  readonly answer: string;
  /** Schema of the JSON; `calendar` for text/calendar. */
  readonly response: v.GenericSchema | "calendar";
  /** The codes of our own errors, besides 401 and those of Waldur. */
  readonly errors: readonly ErrorCode[];
  /** Schema of every other answer; `failure` when absent. */
  readonly failure?: v.GenericSchema;
}

interface RequestBody {
  readonly schema: v.GenericSchema;
  readonly required: boolean;
  /** The meaning of each member. */
  readonly notes: Readonly<Record<string, string>>;
}

interface QueryParameter {
  readonly schema: v.GenericSchema;
  readonly description?: string;
  readonly required?: true;
}

const limit: QueryParameter = {
  schema: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)), 100),
};
const time = v.pipe(v.string(), v.isoTimestamp());
const oneFeed = { answer: "The feed", response: responses.feed };
const oneTarget = { answer: "The target", response: responses.target };
const calendar = { answer: "A calendar", response: "calendar" } as const;
const decision = {
  right: "anyone",
  answer: "The booking is in the state asked for",
  response: responses.outcome,
  errors: ["bad_input"],
  failure: responses.notDecided,
} as const;

export const operations: readonly Operation[] = [
  {
    route: "GET /providers",
    summary: "Lists the providers whose bookings the account sees; all of them for staff",
    right: "anyone",
    answer: "The providers",
    response: responses.providers,
    errors: [],
  },
  {
    route: "GET /bookings",
    summary: "Reads one page of bookings from Waldur now",
    description: "Takes every parameter of Waldur's own list of booking resources, and `page`.",
    right: "anyone",
    answer: "One page",
    response: responses.bookings,
    errors: ["bad_input"],
  },
  {
    ...decision,
    route: "POST /bookings/{uuid}/accept",
    summary:
      "Accepts a booking as the caller (the operator acts as the account of WALDUR_API_TOKEN); feeds show it at once",
  },
  {
    ...decision,
    route: "POST /bookings/{uuid}/reject",
    summary:
      "Rejects a booking as the caller; for owners and managers of the provider with WALDUR_DECISION_TOKEN if needed",
  },
  {
    route: "GET /decisions",
    summary: "Lists the decisions made or attempted through this service, newest first",
    description:
      "Who decided is told to people who act for the provider of the booking, with the attempts of such people. Everybody sees their own; the operator sees all.",
    right: "content",
    query: { booking: { schema: v.string(), description: "Only decisions on this booking" }, limit },
    answer: "The decisions",
    response: responses.decisions,
    errors: ["bad_input"],
  },
  {
    route: "GET /providers/{uuid}/bookings",
    summary: "Reads one page of a provider's bookings from Waldur now",
    right: "anyone",
    answer: "One page",
    response: responses.bookings,
    errors: ["bad_input"],
  },
  {
    ...calendar,
    route: "GET /providers/{uuid}/calendar.ics",
    summary:
      "Returns all bookings of a provider as a calendar: as a feed over it has them stored, else read from Waldur now, which takes a second or more for every hundred; X-Read-At says when they were read",
    right: "anyone",
    errors: ["bad_input", "not_found"],
  },
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
    errors: ["bad_input", "not_found"],
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
    errors: ["not_found", "conflict"],
  },
  {
    ...calendar,
    route: "GET /feeds/{id}/calendar.ics",
    summary: "Returns the calendar that the feed serves",
    right: "content",
    errors: ["not_found"],
  },
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
  {
    route: "GET /targets",
    summary: "Lists calendars on CalDAV servers that mirror a feed",
    right: "name",
    answer: "The targets",
    response: responses.targets,
    errors: [],
  },
  {
    ...oneTarget,
    route: "POST /targets",
    summary: "Connects a feed to a calendar",
    description:
      "One event is written to the calendar, changed and deleted again, to test how the server behaves. Exchange, Outlook.com, Microsoft 365 and Proton have no CalDAV. Google calendars are connected on the pages.",
    right: "change",
    body: {
      schema: newTarget,
      required: true,
      notes: notes.newTarget,
    },
    status: 201,
    errors: ["bad_input", "not_found", "conflict", "caldav_failed"],
  },
  {
    route: "POST /targets/calendars",
    summary: "Lists the calendars found at an address; nothing is stored",
    right: "anyone",
    body: { schema: place, required: true, notes: notes.place },
    answer: "The calendars",
    response: responses.calendars,
    errors: ["bad_input", "caldav_failed"],
  },
  { ...oneTarget, route: "GET /targets/{id}", summary: "Returns one target", right: "name", errors: ["not_found"] },
  {
    route: "DELETE /targets/{id}",
    summary: "Ends a target; its events are left in the calendar, or deleted in this and later runs",
    right: "end",
    query: { events: { schema: v.picklist(["leave", "remove"]), required: true } },
    answer: "The target while its events are being deleted; its id and `removed` once it is gone",
    response: v.union([responses.target, responses.removedTarget]),
    errors: ["bad_input", "not_found", "conflict"],
  },
  {
    ...oneTarget,
    route: "POST /targets/{id}/probe",
    summary: "Tests again how the server behaves",
    right: "change",
    errors: ["not_found", "conflict", "caldav_failed"],
  },
  {
    ...oneTarget,
    route: "POST /targets/{id}/pause",
    summary: "Pauses a target; nothing is sent to its calendar until it is resumed",
    right: "change",
    errors: ["not_found", "conflict"],
  },
  {
    ...oneTarget,
    route: "POST /targets/{id}/resume",
    summary: "Resumes a paused or stopped target; events that had failed are tried again",
    right: "change",
    errors: ["not_found", "conflict"],
  },
  {
    ...oneTarget,
    route: "POST /targets/{id}/credentials",
    summary: "Stores new credentials for all targets that the same person has on that account",
    right: "change",
    body: { schema: credentials, required: true, notes: notes.credentials },
    errors: ["bad_input", "not_found", "caldav_failed"],
  },
  {
    route: "POST /targets/{id}/sync",
    summary: "Pushes to the target once, due or not",
    right: "change",
    body: {
      schema: pushRequest,
      required: false,
      notes: notes.push,
    },
    answer: "The report. When `complete` is false and `failure` is empty, repeat the request",
    response: responses.push,
    errors: ["bad_input", "not_found", "conflict"],
  },
  {
    route: "GET /check",
    summary: "Returns the settings without secrets, and whether the connection to Waldur works",
    right: "operator",
    answer: "The findings",
    response: responses.check,
    errors: ["forbidden"],
  },
];

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

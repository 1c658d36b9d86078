import * as v from "valibot";
import * as notes from "../request-notes.ts";
import { credentials, newTarget, place, pushRequest } from "../requests.ts";
import * as responses from "../responses.ts";
import type { Operation } from "./operation.ts";

const oneTarget = { answer: "The target", response: responses.target };

/** Routes of targets: calendars that mirror a feed. */
export const targets: readonly Operation[] = [
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
    errors: ["bad_input", "over_quota", "not_found", "conflict", "caldav_failed"],
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
    route: "POST /targets/{id}/restore",
    summary: "Has the events written again that are gone from the calendar with most others at once",
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
];

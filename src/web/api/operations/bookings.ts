import * as v from "valibot";
import * as responses from "../responses.ts";
import { calendar, limit, type Operation } from "./operation.ts";

const decision = {
  right: "anyone",
  answer: "The booking is in the state asked for",
  response: responses.outcome,
  errors: ["bad_input"],
  failure: responses.notDecided,
} as const;

/** Routes of bookings, and of the decisions on them. */
export const bookings: readonly Operation[] = [
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
];

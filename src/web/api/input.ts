import * as v from "valibot";
import { AppError } from "../../errors.ts";
import { faultText } from "../../fault-text.ts";
import type { CalendarAddress, Credentials } from "../../mirror/connect/connect.ts";
import type { NewTargetRequest } from "../../mirror/commands.ts";
import {
  changedFeed,
  credentials,
  decisionQuery,
  moment,
  newAppPassword,
  newFeed,
  newTarget,
  place,
  pushRequest,
  syncRequest,
  testMailRequest,
  wholeNumber,
} from "./requests.ts";

export type NewFeed = v.InferOutput<typeof newFeed>;
export type ChangedFeed = v.InferOutput<typeof changedFeed>;

/** Readers of request bodies. Each throws `bad_input` that names every wrong field and what would fit. */
export const readNewFeed = (body: unknown): NewFeed => readInput(newFeed, body);
export const readChangedFeed = (body: unknown): ChangedFeed => readInput(changedFeed, body);
export const readDecisionQuery = (query: unknown): v.InferOutput<typeof decisionQuery> =>
  readInput(decisionQuery, query);
/** Readers of query parameters. Each throws `bad_input`. */
export const readBefore = (text: string): number => readInput(v.object({ before: moment }), { before: text }).before;
export const readLimit = (text: string): number =>
  readInput(v.object({ limit: v.pipe(v.string(), v.transform(Number), wholeNumber({ least: 1, most: 1000 })) }), {
    limit: text,
  }).limit;
/** Reads what becomes of the events in a calendar that is mirrored into no more. */
export function readFate(events: string | undefined): "leave" | "remove" {
  if (events === "leave" || events === "remove") return events;
  throw new AppError("bad_input", "events: say what becomes of the events in the calendar, leave or remove");
}
export const readNewAppPassword = (body: unknown): v.InferOutput<typeof newAppPassword> =>
  readInput(newAppPassword, body);
export const readSync = (body: unknown): v.InferOutput<typeof syncRequest> => readInput(syncRequest, body);
export const readTestMail = (body: unknown): v.InferOutput<typeof testMailRequest> => readInput(testMailRequest, body);
export const readPush = (body: unknown): v.InferOutput<typeof pushRequest> => readInput(pushRequest, body);
export const readCredentials = (body: unknown): Credentials => credentialsOf(readInput(credentials, body));
export const readPlace = (body: unknown): CalendarAddress => calendarAddress(readInput(place, body));
export const readNewTarget = (body: unknown): NewTargetRequest => {
  const {
    feed,
    calendar = null,
    create = null,
    edits = "mirror",
    cancelled = null,
    ...rest
  } = readInput(newTarget, body);
  return { feedId: feed, calendar, create, edits, cancelled, ...calendarAddress(rest) };
};

function calendarAddress({ url = "", preset = null, ...rest }: v.InferOutput<typeof place>): CalendarAddress {
  return { text: url, preset, credentials: credentialsOf(rest) };
}

function credentialsOf({ username, password, token }: v.InferOutput<typeof credentials>): Credentials {
  if (token !== undefined && password === undefined) return { kind: "bearer", token };
  if (username !== undefined && password !== undefined && token === undefined) {
    return { kind: "password", username, password };
  }
  throw new AppError("bad_input", "give username and password, or a token");
}

function readInput<const S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const found = v.safeParse(schema, body, { message: faultText });
  if (found.success) return found.output;
  const faults = found.issues.map((issue) => `${v.getDotPath(issue) ?? "the body"}: ${issue.message}`);
  throw new AppError("bad_input", faults.join("; "));
}

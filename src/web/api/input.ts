import * as v from "valibot";
import { AppError } from "../../errors.ts";
import type { CalendarAddress, Credentials } from "../../mirror/connect.ts";
import type { NewTargetRequest } from "../../mirror/commands.ts";
import {
  changedFeed,
  credentials,
  decisionQuery,
  moment,
  newFeed,
  newTarget,
  place,
  pushRequest,
  syncRequest,
  whole,
} from "./requests.ts";

export type NewFeed = v.InferOutput<typeof newFeed>;
export type ChangedFeed = v.InferOutput<typeof changedFeed>;

/** Readers of request bodies. Each throws `bad_input` that names every wrong field and what would fit. */
export const readNewFeed = (body: unknown): NewFeed => read(newFeed, body);
export const readChangedFeed = (body: unknown): ChangedFeed => read(changedFeed, body);
export const readDecisionQuery = (query: unknown): v.InferOutput<typeof decisionQuery> => read(decisionQuery, query);
/** Readers of query parameters. Each throws `bad_input`. */
export const readTime = (text: string): number => read(moment, text);
export const readLimit = (text: string): number => read(v.pipe(v.string(), v.transform(Number), whole(1, 1000)), text);
export const readSync = (body: unknown): v.InferOutput<typeof syncRequest> => read(syncRequest, body);
export const readPush = (body: unknown): v.InferOutput<typeof pushRequest> => read(pushRequest, body);
export const readCredentials = (body: unknown): Credentials => credentialsOf(read(credentials, body));
export const readPlace = (body: unknown): CalendarAddress => addressOf(read(place, body));
export const readNewTarget = (body: unknown): NewTargetRequest => {
  const { feed, calendar = null, create = null, edits = "mirror", cancelled = null, ...rest } = read(newTarget, body);
  return { feedId: feed, calendar, create, edits, cancelled, ...addressOf(rest) };
};

function addressOf({ url = "", preset = null, ...rest }: v.InferOutput<typeof place>): CalendarAddress {
  return { text: url, preset, credentials: credentialsOf(rest) };
}

function credentialsOf({ username, password, token }: v.InferOutput<typeof credentials>): Credentials {
  if (token !== undefined && password === undefined) return { kind: "bearer", token };
  if (username !== undefined && password !== undefined && token === undefined) {
    return { kind: "password", username, password };
  }
  throw new AppError("bad_input", "give username and password, or a token");
}

function read<const S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const found = v.safeParse(schema, body);
  if (found.success) return found.output;
  const faults = found.issues.map((issue) => `${v.getDotPath(issue) ?? "the body"}: ${issue.message}`);
  throw new AppError("bad_input", faults.join("; "));
}

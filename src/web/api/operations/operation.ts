import * as v from "valibot";
import type { Right } from "../../../account/access.ts";
import type { ErrorCode } from "../../../errors.ts";

/** A route of the API, as docs/openapi.yaml describes it. */
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

/** The most rows that are listed. */
export const limit: QueryParameter = {
  schema: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)), 100),
};

/** The answer of what returns a calendar. */
export const calendar = { answer: "A calendar", response: "calendar" } as const;

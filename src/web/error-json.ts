import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError, type ErrorCode } from "../errors.ts";
import { endSentence } from "../lib/sentence.ts";

/** The HTTP status of each error. */
export const errorStatuses: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  bad_input: 400,
  too_large: 413,
  bad_config: 500,
  unauthorized: 401,
  forbidden: 403,
  no_role: 403,
  over_quota: 403,
  too_many: 429,
  foreign_form: 403,
  not_found: 404,
  conflict: 409,
  store_failed: 503,
  seal_broken: 500,
  caldav_failed: 502,
  waldur_unreachable: 502,
  waldur_timeout: 504,
  waldur_throttled: 503,
  waldur_failed: 502,
  waldur_refused_token: 502,
  waldur_forbidden: 502,
  waldur_not_found: 404,
  waldur_conflict: 409,
  waldur_not_ready: 409,
  waldur_bad_request: 502,
  waldur_bad_answer: 502,
};

/**
 * Returns a failure as JSON and its HTTP status. Details of anything but our own errors are for the log alone; those of the
 * database, which name its file, also for the operator.
 */
export function errorJson(error: unknown, requestId: string, operator = false) {
  const told = error instanceof AppError ? error : null;
  const code = told?.code ?? "internal";
  const message =
    told?.code === "store_failed" && !operator
      ? "the database does not answer; the log of the server has more under the request's id"
      : (told?.message ?? "something went wrong; the log of the server has it under the request's id");
  const body = { error: { code, message: endSentence(message), requestId } };
  return { status: told === null ? (500 as const) : errorStatuses[told.code], body };
}

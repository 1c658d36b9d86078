/** The ways the program itself can fail; one code, one meaning. */
const errorCodes = [
  "bad_input", // what the caller gave does not fit; the message says what would
  "too_large", // the body of our own caller's request has too many bytes
  "bad_config", // a setting is missing or wrong
  "unauthorized", // our own caller showed no valid credential
  "forbidden", // our own caller is known, and may not do this
  "no_role", // our own caller has no role in Waldur, which this needs
  "over_quota", // our own caller has as many of something as one person may have
  "too_many", // our own caller asks, or guesses, too often
  "foreign_form", // a form was sent from somewhere else than our own page
  "not_found",
  "conflict", // the thing is in another state than the call needs
  "store_failed", // the database did not answer
  "seal_broken", // a sealed value cannot be opened: wrong key, row or text
  "caldav_failed", // the calendar's server did not do what was asked; the message says what it said
  "waldur_unreachable", // no answer: network, DNS, TLS
  "waldur_timeout",
  "waldur_throttled", // 429
  "waldur_failed", // 5xx
  "waldur_refused_token", // 401
  "waldur_forbidden", // 403
  "waldur_not_found", // 404
  "waldur_conflict", // 409
  "waldur_not_ready", // 400 with an array: no executing order yet
  "waldur_bad_request", // any other 4xx
  "waldur_bad_answer", // redirect, HTML, broken JSON, too large, wrong shape
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** The one exception type of the program. `message` may be shown to the operator; it never holds a secret. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  /** Small facts for logs: status, path without query, retry delay in seconds. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; facts?: Readonly<Record<string, string | number | boolean>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** Returns the text as an error code; null for any other text. */
export function readErrorCode(text: string): ErrorCode | null {
  return errorCodes.find((code) => code === text) ?? null;
}

/** Returns the error's text, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Returns why a request got no answer: what lies behind "fetch failed", for a name with several addresses the failure of the
 * first, and of OpenSSL's words those that say what is wrong.
 */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const text = messageOf(first).replace(/^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):[^]*$/, "TLS: $1");
  return text === "" ? messageOf(error) : text;
}

/** Returns the error's code; `undefined` for anything that is not ours. */
export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof AppError ? error.code : undefined;
}

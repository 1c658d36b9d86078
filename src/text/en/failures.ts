import type { ErrorCode } from "../../errors.ts";

/** What went wrong, and who must act, for each error code. */
export const failures = {
  bad_input: "Something in what was sent does not fit. Go back, look at it again and send it once more.",
  bad_config: "A setting of this service is missing or wrong. Whoever runs the service must look at it.",
  unauthorized: "You are not signed in. Sign in and try again.",
  forbidden: "You may not do this. Ask whoever runs the service.",
  too_many: "Too many wrong attempts came from your address. Wait ten minutes and try again.",
  foreign_form: "This form did not come from our own page, or is too old. Open the page again and send it once more.",
  not_found: "There is nothing here for you. It may have been removed, or it belongs to somebody else.",
  conflict: "This is in another state by now, or somebody else was at it. Open the page again.",
  store_failed: "The database did not answer. Try again in a minute; if it stays so, tell whoever runs the service.",
  seal_broken: "A stored secret cannot be read: a key is missing. Whoever runs the service must look at its keys.",
  caldav_failed: "The calendar server did not do what was asked. Look at its address and password, or try again later.",
  waldur_unreachable: "Waldur cannot be reached. Try again later; if it stays so, tell whoever runs Waldur.",
  waldur_timeout: "Waldur did not answer in time. Try again later; if it stays so, tell whoever runs Waldur.",
  waldur_throttled: "Waldur is asked too often. Wait a minute and try again.",
  waldur_failed: "Waldur answered with an error. Try again later; if it stays so, tell whoever runs Waldur.",
  waldur_refused_token: "Waldur does not take your token any more. Sign in again with a new one.",
  waldur_forbidden: "Waldur says that you may not do this. Ask the owner of the provider in Waldur for the role.",
  waldur_not_found: "Waldur does not know this, or does not show it to you.",
  waldur_conflict: "Waldur says that this is in another state by now. Open the page again.",
  waldur_not_ready: "The customer's side has not approved this yet. Nobody can decide before.",
  waldur_bad_request: "Waldur did not take the request. Tell whoever runs the service.",
  waldur_bad_answer: "Waldur gave an answer that makes no sense. Tell whoever runs the service.",
  internal: "Something went wrong in this service. Its log has it under the number below; tell whoever runs it.",
} satisfies Readonly<Record<ErrorCode | "internal", string>>;

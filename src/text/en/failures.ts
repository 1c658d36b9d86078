import type { ErrorCode } from "../../errors.ts";

/** The way out of each limit of one person. */
export const limits = {
  feeds: (most: number) =>
    `One person may have ${most} calendars here, and you have as many. End one that you no longer need, or ask the operator of this service to raise the limit.`,
  sources: (most: number) =>
    `The calendars of one person may be over ${most} lists of Waldur, and yours are. End those over a list that you no longer need, or ask the operator of this service to raise the limit.`,
  targets: (most: number) =>
    `One person may mirror into ${most} calendars, and you do. Remove a mirror that you no longer need, or ask the operator of this service to raise the limit.`,
};

/** A sentence for each error code: the failure, and who must act. */
export const failures = {
  bad_input: "Something in the form is not valid. Go back, check it and send it again.",
  too_large: "What you sent is larger than anything this service takes. Go back and send less.",
  bad_config: "A setting of this service is missing or wrong. Its operator must correct it.",
  unauthorized: "You are not signed in. Sign in and try again.",
  forbidden: "You are not allowed to do this. Ask the operator of this service.",
  no_role:
    "This needs a role in Waldur, and you have none there. You can make a calendar of the bookings that you made; for more, ask an owner of the provider to give you a role in Waldur.",
  over_quota: "You have as many as one person may have here.",
  too_many: "You have tried too often. Wait ten minutes and try again.",
  foreign_form: "This form was not sent from our own page, or is too old. Open the page again and send the form again.",
  not_found: "There is nothing here that you can see. It may have been removed, or it may belong to somebody else.",
  conflict: "This has changed in the meantime, or somebody else is working on it. Open the page again.",
  store_failed:
    "The database did not answer. Try again in a minute; if this goes on, tell the operator of this service.",
  seal_broken:
    "A stored secret cannot be read because a key is missing. The operator of this service must check its keys.",
  caldav_failed: "The calendar server did not do what was asked. Check its address and password, or try again later.",
  waldur_unreachable: "Waldur cannot be reached. Try again later; if this goes on, tell the operator of Waldur.",
  waldur_timeout: "Waldur did not answer in time. Try again later; if this goes on, tell the operator of Waldur.",
  waldur_throttled: "Waldur is receiving too many requests. Wait a minute and try again.",
  waldur_failed: "Waldur answered with an error. Try again later; if this goes on, tell the operator of Waldur.",
  waldur_refused_token: "Waldur no longer accepts your token. Sign in again with a new one.",
  waldur_forbidden:
    "Waldur does not allow you to do this. Ask an owner of the provider to give you the role in Waldur.",
  waldur_not_found: "Waldur does not know this, or does not show it to you.",
  waldur_conflict: "This has changed in Waldur in the meantime. Open the page again.",
  waldur_not_ready: "The customer has not approved this yet. Nobody can decide before that.",
  waldur_bad_request: "Waldur did not accept the request. Tell the operator of this service.",
  waldur_bad_answer: "Waldur's answer made no sense. Tell the operator of this service.",
  internal: "Something went wrong in this service. Tell its operator the number below; the log has the details.",
} satisfies Readonly<Record<ErrorCode | "internal", string>>;

/** Every page. */
export const common = {
  /** Format of luxon, as `Mon 4 Jan 2027`. */
  dayFormat: "ccc d LLL yyyy",
  requests: "Requests",
  /** The events of all that somebody manages. */
  schedule: "Schedule",
  calendars: "Calendars",
  history: "History",
  notices: "Notices",
  navigation: "Main",
  skip: "Skip to content",
  signOut: "Sign out",
  operator: "Operator",
  sample: "Sample data: everything here is made up.",
  failed: "This did not work",
  requestId: "Request number, for the operator of this service",
  back: "Back to the requests",
  /** Below a failure of a form. */
  kept: "What you sent is kept on this page, without passwords.",
  signInBeside: "Sign in in a new tab",
  sendAgain: "Send it again",
  /** Before what a calendar's server said in its own words. */
  said: "The server said",
  /** Before what is for them, in English. */
  forOperator: "For the operator of this service",
};

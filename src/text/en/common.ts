/** Every page. */
export const common = {
  overview: "Overview",
  history: "History",
  navigation: "Main",
  signOut: "Sign out",
  operator: "Operator",
  sample: "Sample data: everything here is made up.",
  failed: "This did not work",
  requestId: "Number of this request, for whoever runs the service",
  back: "To the overview",
  /** Before what a calendar's server said in its own words. */
  said: "The server said",
  /** Before what is for them, in English. */
  forOperator: "For whoever runs the service",
  /** Format of luxon, as `Mon 4 Jan 2027`. */
  dayFormat: "ccc d LLL yyyy",
  skip: "Skip to content",
};

// What the members of request bodies mean, for docs/openapi.yaml. It stands here and not in the schemas because the Worker
// carries those.

export const profile = {
  zone: "IANA time zone whose local time the text tells as well",
  colour: "Colour name of CSS",
  decisions:
    "Whether pending events of a `full` feed have links to accept and reject. `sign-in` (default): the page asks who it is. `signed`: whoever sees the event decides as the feed's account; only where SIGNED_DECISIONS is on, never for staff or the account of WALDUR_API_TOKEN.",
};
export const credentials = { password: "Goes with a username", token: "In place of username and password" };
export const newAppPassword = { name: "To tell it from others later, such as the name of the program" };
export const place = {
  ...credentials,
  url: "Address of the server or calendar, a host or a mail address",
  preset: "Kind of server, such as nextcloud",
};

export const sync = {
  dryRun: "Only tell what would change",
  allowRemovals: "Believe a mass removal that was held",
  since: "Sources swept since then are not swept again",
};

export const push = { dryRun: "Only tell the plan", allowRemovals: "Do deletions that were held" };

export const newTarget = {
  ...place,
  feed: "Id of the feed",
  calendar: "Address or name, where there are several",
  create: "Make a calendar of this name",
  edits: "`mirror` (default) undoes changes made in the calendar",
  cancelled: "By default what suits the server",
};

export const testMail = { to: "The address to send to" };

import type { ConnectReason } from "../../mirror/connect-error.ts";

/** Connecting a calendar, step by step. */
export const connect = {
  title: "Connect a calendar",
  of: "Mirrors",
  about:
    "Its bookings are written into a calendar of yours within a minute of each change, with that calendar's own notifications.",
  steps: ["Where it is", "Sign in", "Which calendar", "Turn on"],
  stepsLabel: "Steps",
  whereTitle: "Where is your calendar?",
  preset: "Provider",
  byAddress: "Found by the address below",
  address: "Address of the server or calendar, or your mail address",
  addressHelp:
    "Not needed for iCloud, Fastmail, mailbox.org, Yahoo, Posteo and Purelymail. For Google: your Google mail address.",
  none: "Exchange, Outlook.com, Microsoft 365 and Proton have no CalDAV: subscribe to the calendar's address there.",
  noGoogle:
    "Google is not offered: whoever runs this service must first register it with Google (GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET).",
  next: "Next",
  back: "Back",
  cancel: "Cancel",
  signInTitle: (name: string) => `Sign in to ${name}`,
  username: "User name",
  password: "Password",
  kept: "It is kept sealed, sent to that server alone, and never shown again.",
  googleTitle: "Let this service into Google Calendar",
  googleHelp: (mail: string) =>
    `Google asks you, as ${mail}, whether this service may see and change your calendars. It writes only into the one that you choose, and only its own events.`,
  googleGo: "Continue at Google",
  googleFaults: {
    denied: "Google gave no permission. Begin again, and leave the tick at the calendar where it is.",
    misconfigured: "Google does not know this service. Whoever runs it must look at its Google client.",
    failed: "Google did not answer. Try again in a minute.",
  },
  calendarTitle: "Which calendar?",
  calendar: "Write into",
  calendarHelp: "Best one that holds nothing else. Events of others are never touched.",
  make: "A new calendar",
  makeName: "Name of the new calendar",
  unwritable: "Not offered, since you may not write there",
  edits: "When somebody changes or deletes one of its events there",
  editChoices: { mirror: "It is put back as it was", respect: "It is left as they made it" },
  cancelled: "Bookings that are cancelled",
  cancelledChoices: { keep: "Stay, marked as cancelled", delete: "Go" },
  try: "Try it",
  tryHelp:
    "One event of the year 2020 is written, changed and taken away again, to see how the server behaves. Nothing else is written before you turn it on.",
  faults: "Look at what is marked and send it again.",
  fault: {
    choice: "Choose one of those shown.",
    mail: "Give your Google mail address.",
    username: "Give the user name, at most 320 characters.",
    password: "Give the password, at most 500 characters.",
    name: "Give a name of 1 to 100 characters.",
    long: "This is longer than any address.",
    https: "Begin the address with https://. Whoever runs the service can allow this server without.",
  },
  /** Why a calendar could not be connected. */
  reasons: {
    "no-caldav":
      "Exchange, Outlook.com, Microsoft 365 and Proton have no CalDAV. Subscribe to the calendar's address there instead.",
    oauth: "Google takes no password here. Begin again and choose Google Calendar.",
    "no-address":
      "This leads nowhere. Give the address of the server or of the calendar, such as https://dav.example.org/.",
    elsewhere:
      "This address leads to another server, which was sent no password. If you trust it, begin again with this one:",
    unauthorized:
      "The server does not take this user name and password. Many providers want an app password instead of your own.",
    blocked: "The rules of this service forbid this address. Whoever runs the service can allow it.",
    missing: "There is no calendar at this address. Look at it again, or give the address of the calendar itself.",
    "read-only": "You may not write to this calendar. Choose another, or ask its owner for the right.",
    "which-calendar": "Choose one of those shown.",
    "makes-none": "No calendar can be made here from outside. Make one at the provider, then open this page again.",
    exists: "This calendar is mirrored there already.",
    overwrites:
      "This server overwrites an event whatever was changed in it meanwhile, so other people's changes could be lost. Subscribe to the calendar's address instead.",
    silent: "The server gave no answer. Look at its address again; if that is right, try again in a minute.",
    failed: "The calendar's server did not do what was asked. Try again; if it stays so, ask whoever runs that server.",
  } satisfies Readonly<Record<ConnectReason, string>>,
};

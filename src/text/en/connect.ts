import type { ConnectReason } from "../../mirror/connect/error.ts";

/** Connecting a calendar, step by step. */
export const connect = {
  title: "Connect a calendar",
  of: "Mirrors",
  about:
    "Its bookings are written to one of your calendars within a minute of each change, with that calendar's own notifications.",
  steps: ["Where it is", "Sign in", "Which calendar", "Turn on"],
  stepsLabel: "Steps",
  whereTitle: "Where is your calendar?",
  preset: "Provider",
  byAddress: "Found from the address below",
  address: "Address of the server or calendar, or your email address",
  addressHelp:
    "Not needed for iCloud, Fastmail, mailbox.org, Yahoo, Posteo and Purelymail. For Google: your Google email address.",
  none: "Exchange, Outlook.com, Microsoft 365 and Proton have no CalDAV: subscribe to the calendar's address there.",
  next: "Next",
  back: "Back",
  cancel: "Cancel",
  signInTitle: (name: string) => `Sign in to ${name}`,
  username: "User name",
  password: "Password",
  kept: "It is stored encrypted, sent only to that server, and never shown again.",
  googleTitle: "Allow this service to use Google Calendar",
  googleHelp: (mail: string) =>
    `Google will ask you, as ${mail}, whether this service may see and change your calendars. It writes only to the one that you choose, and changes only its own events.`,
  googleGo: "Continue to Google",
  googleFaults: {
    denied: "Google gave no permission. Start again, and leave the box for the calendar ticked.",
    misconfigured: "Google does not know this service. Its operator must check its Google client.",
    failed: "Google did not answer. Try again in a minute.",
  },
  calendarTitle: "Which calendar?",
  calendar: "Write to",
  calendarHelp: "Preferably one that holds nothing else. Other events in it are never changed.",
  make: "A new calendar",
  makeName: "Name of the new calendar",
  unwritable: "Not offered because you cannot write to them",
  edits: "If somebody changes or deletes one of its events there",
  editChoices: { mirror: "The event is restored", respect: "The change is kept" },
  cancelled: "Cancelled bookings",
  cancelledChoices: { keep: "Stay, marked as cancelled", delete: "Are removed" },
  try: "Try it",
  tryHelp:
    "One event in the year 2020 is written, changed and removed again to see how the server behaves. Nothing else is written until you turn the mirror on.",
  faults: "Check the marked fields and send the form again.",
  fault: {
    choice: "Choose one of the options shown.",
    mail: "Enter your Google email address.",
    username: "Enter a user name of at most 320 characters.",
    password: "Enter a password of at most 500 characters.",
    name: "Enter a name of 1 to 100 characters.",
    long: "This address is too long.",
    server: "Enter the address of your server, such as cloud.example.org.",
    google:
      "Google is not available: the operator of this service must first register it with Google (GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET).",
    https: "The address must start with https://. The operator of this service can allow this server without it.",
  },
  /** The reasons for which a calendar could not be connected. */
  reasons: {
    "no-caldav":
      "Exchange, Outlook.com, Microsoft 365 and Proton have no CalDAV. Subscribe to the calendar's address there instead.",
    oauth: "Google does not accept a password here. Start again and choose Google Calendar.",
    "no-address":
      "No server can be found from this. Enter the address of the server or of the calendar, such as https://dav.example.org/.",
    elsewhere:
      "This address leads to another server, to which no password was sent. If you trust it, start again with this address:",
    unauthorized:
      "The server does not accept this user name and password. Many providers require an app password instead of your own.",
    blocked: "The rules of this service forbid this address. Its operator can allow it.",
    missing: "There is no calendar at this address. Check it, or enter the address of the calendar itself.",
    "read-only":
      "You do not have permission to write to this calendar. Choose another, or ask its owner for permission.",
    "which-calendar": "Choose one of the options shown.",
    "makes-none":
      "This server does not let other programs create calendars. Create one at the provider, then open this page again.",
    exists: "This calendar is already mirrored there.",
    unfit:
      "This server cannot hold a mirror: it renames events, or does not say reliably when one was changed. Subscribe to the calendar's address instead.",
    leftover:
      "The test event in the year 2020 could not be removed and may still be in the calendar. Delete it there, and ask the owner of the calendar for permission to delete events.",
    overwrites:
      "This server overwrites an event even if somebody has changed it in the meantime, so other people's changes could be lost. Subscribe to the calendar's address instead.",
    silent: "The server did not answer. Check its address; if it is right, try again in a minute.",
    failed:
      "The calendar's server did not do what was asked. Try again; if this goes on, ask the operator of that server.",
  } satisfies Readonly<Record<ConnectReason, string>>,
};

import type { ScopeKind } from "../../waldur/scope.ts";

/** The first page. */
export const overview = {
  title: "Overview",
  requests: (count: number) => (count === 1 ? "1 request waits for an answer" : `${count} requests wait for an answer`),
  noRequests: "No request waits for an answer.",
  moreRequests: (count: number) => `The next ${count} are shown; more wait.`,
  of: "Requested by",
  accept: "Accept",
  reject: "Reject",
  notYet: "Nobody can decide this yet",
  sources: "Calendars",
  noCalendars: "There is no calendar yet. Make the first one: it takes a minute.",
  next: "More calendars",
  providers: "Providers without a calendar",
  providersFailed: "Waldur could not be asked for your providers; those with a calendar are above.",
  make: "Make a calendar",
  makeOther: "Make another calendar",
  makeMine: "Make a calendar of all that Waldur shows me",
  open: "Address and settings",
  agenda: "Agenda",
  month: "Month",
  events: (count: number) => (count === 1 ? "1 event" : `${count} events`),
  kinds: {
    provider: "provider",
    offering: "offering",
    customer: "customer",
    project: "project",
    mine: "all that I see",
  } satisfies Record<ScopeKind, string>,
  kept: (name: string) => `kept by ${name}`,
  takeOver: "Take over",
  takeOverHelp:
    "The calendar is then read with your token and is yours. It keeps its subscribers; you get an address of your own for it.",
  takeOverMirrors:
    "Its mirrors become yours too, but not the way into the calendars they write to: each stops until you give credentials of your own.",
  mirrors: "Mirrors",
  troubled: "Connected calendars that have stopped or fail",
  moreMirrors: (count: number) => (count === 1 ? "1 more mirror" : `${count} more mirrors`),
  standing: {
    owner: "",
    operator: "",
    colleague: "made by a colleague",
    former: "You do not hold the role any more, or Waldur does not take your token: you can only end it.",
    none: "",
  },
  partial: {
    offering: "Waldur shows only the bookings that this account made itself.",
    other: "Waldur shows only bookings of offerings that this account manages, and its own.",
  },
  states: { loading: "being made", active: "on", suspended: "paused: no news from Waldur", ended: "ended" },
  refused: (when: string) =>
    `Waldur has not taken your token since ${when}. Your calendars are not updated until you sign in with a new one.`,
  expires: (when: string) => `Your token in Waldur expires on ${when}. Sign in with a new one before.`,
  sliding: (duration: string) =>
    `Your token in Waldur ends ${duration} after its last use, and when you log out of Waldur. A personal access token lasts.`,
  minutes: (count: number) => `${count} minutes`,
  hours: (count: number) => (count === 1 ? "an hour" : `${count} hours`),
  days: (count: number) => `${count} days`,
  signInAgain: "Sign in with another token",
};

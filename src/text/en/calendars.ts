import type { ScopeKind } from "../../waldur/scope.ts";

/** The page of calendars. */
export const calendars = {
  title: "Calendars",
  /** The traits that tell calendars apart, on one line. */
  traits: {
    detail: { busy: "only busy times", basic: "without names", full: "with names" },
    allOfferings: "all offerings",
    offerings: (names: readonly string[], more: number) => names.join(", ") + (more > 0 ? ` and ${more} more` : ""),
    unknown: "unknown offering",
    used: (client: string, when: string) => `fetched by ${client}, ${when}`,
    unused: "not fetched yet",
  },
  /** For the operator. */
  publicUrlMissing: (address: string) =>
    `PUBLIC_URL is not set, so the addresses of calendars and the links in them begin with ${address}, which nobody else can open. Set it to the address of this service, such as https://calendar.example.org.`,
  noCalendars: "There are no calendars yet. Create the first one: it takes a minute.",
  programs: "All of them in a calendar program",
  next: "More calendars",
  providers: "Providers without a calendar",
  providersFailed: "Waldur could not list your providers; those with a calendar are above.",
  make: "Create a calendar",
  makeOther: "Create another calendar",
  makeMine: "Create a calendar of the bookings I made",
  makeVisible: "Create a calendar of everything that Waldur shows me",
  open: "Address and settings",
  agenda: "Agenda",
  month: "Month",
  events: (count: number) => (count === 1 ? "1 event" : `${count} events`),
  kinds: {
    provider: "provider",
    offering: "offering",
    customer: "customer",
    project: "project",
    visible: "everything I can see",
  } satisfies Record<ScopeKind, string>,
  kept: (name: string) => `belongs to ${name}`,
  takeOver: "Take over",
  takeOverHelp:
    "The calendar is then yours and read with your token. It keeps its subscribers; you get an address of your own for it.",
  takeOverMirrors:
    "Its mirrors become yours too, but not the access to the calendars they write to: each stops until you enter your own credentials.",
  mirrors: "Mirrors",
  troubled: "Connected calendars that have stopped or are failing",
  moreMirrors: (count: number) => (count === 1 ? "1 more mirror" : `${count} more mirrors`),
  standing: {
    owner: "",
    operator: "",
    colleague: "made by a colleague",
    former: "You no longer have the role, or Waldur does not accept your token: you can only end it.",
    none: "",
  },
  partial: {
    offering: "Waldur shows only the bookings that this account made itself.",
    other: "Waldur shows only bookings of offerings that this account manages, and its own.",
  },
  states: { loading: "being created", active: "on", suspended: "emptied for now", ended: "ended" },
  refused: (when: string) =>
    `Waldur has not accepted your token since ${when}. Your calendars are not updated until you sign in with a new one.`,
  expires: (when: string) => `Your token in Waldur expires on ${when}. Sign in with a new one before then.`,
  sliding: (duration: string) =>
    `Your token in Waldur ends ${duration} after its last use, and when you log out of Waldur. A personal access token lasts.`,
  minutes: (count: number) => `${count} minutes`,
  hours: (count: number) => (count === 1 ? "an hour" : `${count} hours`),
  days: (count: number) => `${count} days`,
  signInAgain: "Sign in with another token",
};

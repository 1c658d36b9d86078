import type { StopCode } from "../../store/targets.ts";
import { type RunCounts, joinCounts } from "../facts.ts";

/** The page of one mirror. */
export const mirror = {
  title: "Calendars that mirror this",
  none: "None yet. A mirror shows a booking within a minute, with the calendar's own notifications.",
  connect: "Connect a calendar",
  mirror: "Mirror",
  of: "Mirrors",
  /** Why a mirror stopped, and who must act. */
  stops: {
    credentials: "Stopped: the server does not take the user name and password any more. Your move: give new ones.",
    owner:
      "Stopped: you have taken this calendar over, and the credentials of whoever had it are thrown away. Your move: give your own, or remove the mirror.",
    "read-only":
      "Stopped: the account may not write to this calendar any more. Your move: ask its owner for the right, then resume.",
    gone: "Stopped: the calendar is not there any more. Your move: remove the mirror, or bring the calendar back and resume.",
    blocked:
      "Stopped: the rules of this service forbid the calendar's address. Whoever runs the service can allow it; then resume.",
    "feed-ended": "Stopped: the calendar that it mirrors has ended. Your move: say what becomes of the events.",
  } satisfies Readonly<Record<Exclude<StopCode, "">, string>>,
  googleStop:
    "Stopped: Google lets this service in no more, because the permission was taken back or ran out. Your move: give it again.",
  googleTaken:
    "Stopped: you have taken this calendar over, and Google's permission of whoever had it is given up. Your move: remove the mirror, then connect a Google calendar of your own.",
  removing: "Its events are being taken away; then it goes by itself. Nothing is to do.",
  ready: "Tried, and ready. Your move: turn it on.",
  paused: "Paused: nothing is sent. Your move: resume it.",
  failing: {
    silent: (when: string) =>
      `The server has not answered since ${when}. It is tried again by itself; if it stays so, ask whoever runs that server.`,
    throttled: (when: string) =>
      `The server has asked since ${when} to be left alone for a while. It is tried again by itself. Nothing is to do.`,
    wrong: (when: string) =>
      `The server has not answered as it should since ${when}. It is tried again by itself; if it stays so, ask whoever runs that server.`,
  },
  held: "Many of its events would go at once, so they are held. Your move: if that is right, let them go.",
  filling: "Its events are being written. Nothing is to do.",
  fresh: (when: string) => `Up to date as of ${when}`,
  turnOn: "Turn on",
  resume: "Resume",
  pause: "Pause",
  pauseHelp: "While it is paused, nothing is sent to the calendar.",
  facts: "About this mirror",
  calendar: "Calendar",
  account: "Signed in as",
  events: "Events there",
  left: (count: number) => `${count} left as somebody edited them`,
  retired: (count: number) => `${count} older ones left in place`,
  restores: (count: number) => `${count} put back so far`,
  failingEvents: (count: number) => `${count} could not be written and are tried again`,
  full: "The calendar is full: make room in it, or ask whoever runs its server.",
  states: { on: "on", paused: "paused", stopped: "stopped", removing: "being taken away" },
  edits: "Changes made there",
  cancelled: "Cancelled bookings",
  checked: "Last compared",
  never: "not yet",
  lastRun: "Last run that did something",
  run: ({ created, updated, deleted, restored, conflict, failed, requests }: RunCounts) =>
    `${
      joinCounts([
        [created, "written"],
        [updated, "changed"],
        [deleted, "taken away"],
        [restored, "put back"],
        [conflict, "met something else there"],
        [failed, "failed"],
      ]) || "nothing written"
    }; ${requests === 1 ? "1 request" : `${requests} requests`}`,
  server: "How its server behaves",
  probe: {
    keeps: "It keeps what others change: an event that was changed meanwhile is never overwritten.",
    noCreate: "It would put a new event over another of the same name, so each is looked for before.",
    noDelete: "It would delete an event that was changed meanwhile, so each is looked at before.",
    noTag: "It does not say which version it took, so each event is read back: more requests.",
    rewrites: "It keeps events in a form of its own; they are compared by what they mean.",
    tells: "It tells with one request whether anything has changed.",
    tellsNot: "It does not tell whether anything has changed, so all its events are listed each time.",
    most: (kilobytes: number) => `It takes events of up to ${kilobytes} kB.`,
    software: "It calls itself",
  },
  manage: "Manage",
  credentials: "Change user name or password",
  credentialsHelp: "They are tried at once, and kept for all your mirrors on that account.",
  save: "Save",
  google: "Give Google's permission again",
  probeAgain: "Try the server again",
  probeHelp: "After the server was changed or renewed: one event of the year 2020 is written and taken away again.",
  allow: "Let the held events go",
  allowHelp: "They are deleted from the calendar now. Look at the bookings first: they may have vanished by mistake.",
  remove: "Remove this mirror",
  removeEvents: "Its events in the calendar",
  removeChoices: { leave: "Leave them there as they are", remove: "Take them away; the mirror then goes by itself" },
  removeHelp: "Nothing is sent to the calendar any more. Events of others are never touched.",
  removeLeft: "Its events stay in the calendar of whoever had it before.",
  done: {
    tried: "The calendar was tried and can be mirrored into: how its server behaves stands below.",
    on: "It is on. Its events are being written.",
    paused: "It is paused.",
    probed: "The server was tried again.",
    credentials: "The new credentials work and are kept.",
    allowed: "The held events were let go.",
    removing: "Its events are being taken away.",
  },
};

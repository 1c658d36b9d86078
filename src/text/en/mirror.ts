import type { StopCode } from "../../store/targets.ts";
import { joinCounts, type RunCounts } from "../facts.ts";

/** The page of one mirror. */
export const mirror = {
  title: "Calendars that mirror this one",
  none: "None yet. A mirror shows a booking within a minute, with the calendar's own notifications.",
  connect: "Connect a calendar",
  mirror: "Mirror",
  of: "Mirrors",
  /** The reason for which a mirror stopped, and who must act. */
  stops: {
    credentials: "Stopped: the server no longer accepts the user name and password. Enter new ones.",
    owner:
      "Stopped: you have taken over this calendar, and the previous owner's credentials have been deleted. Enter your own, or remove the mirror.",
    "read-only":
      "Stopped: the account may no longer write to this calendar. Ask its owner for permission, then resume.",
    gone: "Stopped: the calendar is no longer there. Remove the mirror, or restore the calendar and resume.",
    blocked:
      "Stopped: the rules of this service forbid the calendar's address. Ask the operator of this service to allow it, then resume.",
    "feed-ended": "Stopped: the calendar that it mirrors has ended. Choose what happens to the events.",
    leftover:
      "Stopped: some of its events could not be deleted and are still in the calendar. Remove the mirror again, or leave its events there.",
  } satisfies Readonly<Record<Exclude<StopCode, "">, string>>,
  googleStop:
    "Stopped: Google no longer lets this service in because the permission was withdrawn or has expired. Give permission again.",
  googleTaken:
    "Stopped: you have taken over this calendar, and the previous owner's permission at Google has been given up. Remove the mirror, then connect a Google calendar of your own.",
  removing: "Its events are being removed, and then the mirror itself. There is nothing to do.",
  ready: "Tested and ready. Turn it on.",
  paused: "Paused: nothing is sent until you resume it.",
  failing: {
    silent: (when: string) =>
      `The server has not answered since ${when}. The service keeps trying; if this goes on, ask the operator of that server.`,
    throttled: (when: string) =>
      `The server has been asking for fewer requests since ${when}. The service keeps trying. There is nothing to do.`,
    wrong: (when: string) =>
      `The server has not answered as it should since ${when}. The service keeps trying; if this goes on, ask the operator of that server.`,
  },
  held: "Many of its events would be removed at once, so the removal is on hold. If it is right, allow it.",
  lost: (count: number) =>
    `${count} of its events are missing from the calendar: it was emptied, made again or restored from an older copy. Put them back, unless they were meant to go; new and changed ones are written all the same.`,
  filling: "Its events are being written. There is nothing to do.",
  fresh: (when: string) => `Up to date as of ${when}`,
  turnOn: "Turn on",
  resume: "Resume",
  pause: "Pause",
  pauseHelp: "While it is paused, nothing is sent to the calendar.",
  facts: "About this mirror",
  calendar: "Calendar",
  account: "Signed in as",
  events: "Events there",
  missing: (count: number) => `${count} missing`,
  left: (count: number) => `${count} left as somebody edited them`,
  retired: (count: number) => `${count} older ones left in place`,
  restores: (count: number) => `${count} restored so far`,
  failingEvents: (count: number) => `${count} could not be written and will be tried again`,
  full: "The calendar is full: make room in it, or ask the operator of its server.",
  states: { on: "on", paused: "paused", stopped: "stopped", removing: "being removed" },
  edits: "Changes made there",
  cancelled: "Cancelled bookings",
  checked: "Last compared",
  never: "not yet",
  lastRun: "Last change made",
  run: ({ created, updated, deleted, restored, conflict, failed, requests }: RunCounts) =>
    `${
      joinCounts([
        [created, "written"],
        [updated, "changed"],
        [deleted, "removed"],
        [restored, "restored"],
        [conflict, "in conflict with something else there"],
        [failed, "failed"],
      ]) || "nothing written"
    }; ${requests === 1 ? "1 request" : `${requests} requests`}`,
  server: "How its server behaves",
  probe: {
    keeps: "It protects other people's changes: an event changed in the meantime is never overwritten.",
    noCreate: "It would write a new event over another of the same name, so the service looks for one first.",
    noDelete: "It would delete an event changed in the meantime, so the service checks each one first.",
    noTag: "It does not say which version it stored, so each event is read back, which takes more requests.",
    rewrites: "It stores events in a form of its own; they are compared by their meaning.",
    tells: "It says with one request whether anything has changed.",
    tellsNot: "It does not say whether anything has changed, so all its events are listed each time.",
    most: (kilobytes: number) => `It accepts events of up to ${kilobytes} kB.`,
    software: "It calls itself",
  },
  manage: "Manage",
  credentials: "Change user name or password",
  credentialsHelp: "They are tried at once, and used for all your mirrors on that account.",
  save: "Save",
  google: "Give permission at Google again",
  probeAgain: "Try the server again",
  probeHelp:
    "Use this after the server was changed or upgraded: one event in the year 2020 is written and removed again.",
  restore: "Put the missing events back",
  restoreHelp: "All events that are missing are written into the calendar again. Other events in it stay as they are.",
  allow: "Allow the removal",
  allowHelp:
    "The events on hold are then deleted from the calendar at once. Check the bookings first: they may have disappeared by mistake.",
  remove: "Remove this mirror",
  removeEvents: "Its events in the calendar",
  removeChoices: { leave: "Leave them there as they are", remove: "Remove them; the mirror then goes by itself" },
  removeHelp: "Nothing more is sent to the calendar. Other events in it are never changed.",
  removeLeft: "Its events stay in the previous owner's calendar.",
  renameHelp: "Its name here. The calendar on its server keeps its own.",
  done: {
    tried: "The calendar was tried and can be used. How its server behaves is shown below.",
    on: "It is on. Its events are being written.",
    paused: "It is paused.",
    renamed: "Renamed.",
    probed: "The server was tried again.",
    credentials: "The new credentials work and have been saved.",
    restored: "The missing events are being put back.",
    allowed: "The removal was allowed.",
    removing: "Its events are being removed.",
  },
};

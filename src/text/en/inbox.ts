import type { InboxPart } from "../../store/bookings/inbox.ts";

/** The first page, the page of one request, and the second step before an answer. */
export const inbox = {
  title: "Requests",
  parts: { decide: "To decide", waiting: "Waiting", over: "Over" } satisfies Record<InboxPart, string>,
  counted: {
    decide: (count: number) =>
      count === 1 ? "1 request waits for your answer" : `${count} requests wait for your answer`,
    waiting: (count: number) =>
      count === 1 ? "1 request waits for somebody else" : `${count} requests wait for somebody else`,
    over: (count: number) =>
      count === 1 ? "1 request was not answered in time" : `${count} requests were not answered in time`,
  } satisfies Record<InboxPart, (count: number) => string>,
  found: (count: number, all: number) => `${count} of ${all} match the search`,
  none: {
    decide: "No request waits for your answer",
    waiting: "No request waits for somebody else",
    over: "No request was left without an answer",
  } satisfies Record<InboxPart, string>,
  /** To somebody whose token Waldur does not take. */
  hidden: "No request is shown here until then, whether one waits for you or not.",
  noneYet: "New requests appear here by themselves.",
  noneFound: "No request matches.",
  showAll: "Show all",
  loading: (names: string) =>
    `Waldur is being read for the first time: ${names}. This page then opens again by itself.`,
  unmanaged:
    "Your account manages no provider in Waldur, so there is nothing for you to decide. Requests you made are listed here once you have a calendar of them.",
  makeMine: "Create a calendar of the bookings I made",
  firstCalendar: "You have no calendar of your own yet.",
  makeFirst: "Create a calendar",
  search: {
    open: "Search and filter",
    words: "Words",
    wordsHelp: "In the name, the message, the project or the offering.",
    names: "Requester or customer",
    offering: "Offering",
    allOfferings: "All offerings",
    from: "From",
    to: "To",
    order: "Order",
    orders: { start: "Soonest first", age: "Longest waiting first", latest: "Latest first" },
    apply: "Search",
  },
  waited: {
    days: (count: number) => (count === 1 ? "waiting for 1 day" : `waiting for ${count} days`),
    hours: (count: number) => (count === 1 ? "waiting for 1 hour" : `waiting for ${count} hours`),
    minutes: (count: number) => (count === 1 ? "waiting for 1 minute" : `waiting for ${count} minutes`),
  },
  of: "Requested by",
  more: (count: number) => (count === 1 ? "and 1 more time" : `and ${count} more times`),
  overlaps: "Overlaps",
  confirmed: "confirmed",
  pending: "also requested",
  moreOverlaps: (count: number) => `and ${count} more`,
  begun: "This time has already begun.",
  over: "This time is over. It can no longer be decided here; close the request in Waldur.",
  /** Of the strip that draws a day. */
  strip: (day: string, own: string, others: number) =>
    `${day}: this request ${own}; ${others === 0 ? "nothing else of this offering" : others === 1 ? "1 other booking of this offering" : `${others} other bookings of this offering`}`,
  accept: "Accept",
  acceptLook: "Accept…",
  reject: "Reject…",
  withdraw: "Withdraw…",
  waldur: "In Waldur",
  order: "Open the order in Waldur",
  tick: "Accept together",
  tickAll: (count: number) => `Tick all ${count} without overlap`,
  acceptTicked: "Accept the ticked",
  noneTicked: "Nothing was ticked, so nothing was accepted.",
  pages: "Pages",
  page: (number: number, count: number) => `Page ${number} of ${count}`,
  earlier: "Previous",
  later: "Next",
  /** The report on many. */
  report: {
    title: (count: number) =>
      count === 1
        ? "1 request was accepted"
        : count === 0
          ? "No request was accepted"
          : `${count} requests were accepted`,
    overlaps: (names: string) => `Not accepted: it overlaps ${names}. Look at it on its own.`,
    begun: "Not accepted: its time has already begun. Look at it on its own.",
    over: "Not accepted: its time is over.",
    left: (count: number) =>
      `${count === 1 ? "1 is" : `${count} are`} left, because this service is allowed only so much work at a time`,
    goOn: (count: number) => (count === 1 ? "Go on with the last one" : `Go on with the other ${count}`),
  },
  /** The second step. */
  confirm: {
    accept: "Accept this request?",
    reject: "Reject this request?",
    withdraw: "Withdraw this request?",
    overlaps: "Others have the same time:",
    overlapsHelp: "Waldur takes both. If you accept, agree with the others who comes when.",
    begun: (when: string) => `It began ${when}.`,
    will: {
      accept: "The booking is confirmed in Waldur, and the calendars show it at once.",
      reject: (name: string) =>
        `The request ends in Waldur and the time is free again. This cannot be taken back: ${name} would have to ask anew.`,
      withdraw: "Your request ends in Waldur and the time is free again. This cannot be taken back.",
    },
    yes: { accept: "Accept", reject: "Reject", withdraw: "Withdraw" },
    anyway: "Accept all the same",
    back: "Back to the requests",
    none: "You cannot answer this request.",
  },
};

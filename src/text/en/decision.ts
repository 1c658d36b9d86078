import type { Action } from "../../calendar/profile.ts";
import type { BookingStatus } from "../../calendar/status.ts";
import type { Decision } from "../../decision/decide.ts";
import type { DecisionFacts } from "../facts.ts";

const outcome: Readonly<Record<Decision["result"], (facts: DecisionFacts) => string>> = {
  done: ({ action, byOperator, own }) =>
    action === "accept"
      ? "Accepted. The booking is confirmed, and the calendar now shows it."
      : own
        ? "Withdrawn. The time is free again, and the calendar now shows it."
        : `Rejected. The time is free again, and the calendar now shows it.${byOperator ? " Waldur’s log names the operator’s account, ours names you." : ""}`,
  already: ({ action }) =>
    `This booking had already been ${action === "accept" ? "accepted" : "rejected"} by somebody else. Nothing was left to do.`,
  other: () => "Meanwhile this booking was decided otherwise, or it has ended. Your click changed nothing.",
  past: () => "The time of this booking is over. Nothing was changed.",
  moved: () => "The times of this booking have changed since you saw it. Nothing was changed; look at it again.",
  "not-yours": ({ provider }) =>
    `This account does not represent the provider, so it cannot accept. Owners and managers of ${provider} can. Nothing was changed.`,
  refused: ({ action, provider, customer }) =>
    action === "accept"
      ? `Waldur refused: this account may not accept. Owners and managers of ${provider} may. Nothing was changed.`
      : `Waldur refused: only its staff, the requester, and owners and managers of ${customer} may reject this booking. Ask one of them, or the operator of Waldur. Nothing was changed.`,
  "not-ready": ({ status, provider, customer }) =>
    `Too early. ${whoseMoveEn(status, provider, customer)} Nothing was changed.`,
  gone: () => "Waldur does not have this booking any more, or does not show it to this account. Nothing was changed.",
  expired: ({ name }) => `Waldur no longer accepts the token of ${name}. Sign in with a new one. Nothing was changed.`,
  unchanged: () => "Waldur did not answer as it should. Nothing was changed; try again in a minute.",
  unknown: () =>
    "Waldur was told, but did not say whether it worked. Look at this page again in a minute before you try again.",
  busy: () => "Somebody is deciding on this booking right now. Your click changed nothing; look again in a minute.",
  limited: () => "There were too many attempts. Nothing was changed; wait ten minutes.",
};

/** Says whose move it is while nobody can accept or reject. */
function whoseMoveEn(status: BookingStatus | null, provider: string, customer: string): string {
  switch (status) {
    case "awaiting-approval":
      return `It is the customer’s move: ${customer} has not approved this request yet. After that the provider can decide here.`;
    case "awaiting-start":
      return "This request waits for its project or its start date. After that the provider can decide here.";
    case "awaiting-order":
      return `It is the provider’s move, in Waldur: an owner or manager of ${provider} has to approve the order there first. Waldur takes no answer from here before that.`;
    default:
      return `Waldur takes no answer yet: ${customer} has not approved this request, its project has not started, or its order waits for ${provider} in Waldur.`;
  }
}

/** The page on which a booking is accepted or rejected. */
export const decision = {
  page: "Booking request",
  nameless: "Booking without a name",
  actions: { accept: "Accept", reject: "Reject" },
  labels: {
    offering: "Offering",
    requester: "Requested by",
    customer: "Customer",
    project: "Project",
    when: "When",
    state: "State",
    decided: "Decided",
    past: "Over",
    error: "Error",
  },
  part: (number: number, count: number) => `Part ${number} of ${count}`,
  beside: "At the same time",
  alone: "No other booking of this offering overlaps.",
  besidePending: "also requested",
  besideConfirmed: "already confirmed",
  moreBeside: "More is requested or confirmed for this time than you saw. Nothing was changed; look at it again.",
  decide: "Your decision",
  as: (name: string) => `You are deciding as ${name}.`,
  /** For whoever asked for the booking. */
  own: {
    title: "Your request",
    text: "The provider accepts or rejects it. Until then you can withdraw it: its time is free again at once.",
    button: "Withdraw",
  },
  waiting: { title: "Not to be decided here yet", move: whoseMoveEn, order: "Open the order in Waldur" },
  /** For a link that decides by itself, without signing in. */
  holder: (name: string) => `Anyone with this link decides as ${name}: do not share it.`,
  signIn: {
    title: "Sign in to decide",
    why: "Many people can see a calendar, so this page asks who you are. After that, one click is enough in this browser for 90 days.",
    own: "Decide in your own name instead",
    others: "Other ways to sign in",
  },
  token: {
    label: "Your Waldur token",
    help: "In Waldur: your profile, API token. It is checked with Waldur, stored encrypted, and used only to decide in your name.",
    sample: "This is the sample: sample-provider-owner is the token of the owner of this provider.",
    button: "Sign in",
  },
  signedIn: (name: string) => `Signed in as ${name}`,
  forget: "Forget this browser",
  forgetAll: "Forget all my browsers",
  closed: {
    decided: "This was decided in Waldur. There is nothing left to do here.",
    past: "The time of this booking is over. It can no longer be decided here.",
  },
  made: (action: Action, name: string) =>
    `${action === "accept" ? "Accepted" : "Rejected"} by ${name} through this calendar`,
  openWaldur: "Open it in Waldur",
  /** Limits of the account, shown before it tries. */
  may: {
    notYours: (provider: string) =>
      `Your account does not represent the provider, so it cannot accept. Owners and managers of ${provider} can.`,
    noReject: (customer: string) =>
      `Waldur will probably not let your account reject: only staff, the requester, and owners and managers of ${customer} may.`,
    byOperator:
      "Waldur does not let a provider reject other people’s bookings, so Reject uses the operator’s account: Waldur’s own log will name that account, ours names you.",
    unanswered: "Waldur is not answering, so it is not known what your account may do.",
  },
  /** Whom a sentence names where Waldur gives no name. */
  unnamed: {
    provider: "the provider",
    customer: "the customer",
    account: "this account",
    person: "somebody who asked to be forgotten",
  },
  outcome,
  expired: (name: string) => `Waldur no longer accepts the token of ${name}. Sign in with a new one.`,
  badToken: "This is not a token: a token has at least 8 characters and no spaces.",
  refusedToken:
    "Waldur does not accept this token. It may have expired or been revoked, or only part of it was copied.",
  waldurSilent: "Waldur did not answer, so your token could not be checked. Try again in a minute.",
  foreign: "This form was not sent from this page, or was open for too long. Nothing was changed; try again below.",
  missing: {
    title: "There is nothing at this address",
    text: "The link is incomplete or was made for an older address of the calendar, or the calendar has ended. A newer event in the calendar may have a new link.",
  },
  broken: { title: "Something went wrong", text: "Nothing was changed. Try again in a minute." },
};

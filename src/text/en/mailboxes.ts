/** The page on which the mailboxes of rooms and equipment are set, and what is said about their answers. */
export const mailboxes = {
  title: "Mailboxes of rooms",
  about:
    "The mailbox of a room or equipment accepts an invitation while it is free, and declines it while it is taken. It can answer the requests of an offering in your place.",
  how: "It gets an invitation for each period: it accepts a request by accepting all, and rejects it by declining one. This happens in your name; you and your colleagues can decide, too.",
  page: "An answer does not decide here: it brings you a mail with the page on which one click does.",
  shown: "It sees the offering, the times and a link; not who asks, nor why.",
  off: "Requests are not sent as invitations here.",
  none: "There is no offering whose requests you may decide.",
  offering: "Offering",
  address: "Address of the mailbox",
  addressHelp: (domains: string) => `In ${domains}.`,
  save: "Let it answer",
  end: "Stop asking it",
  set: "Mailboxes that are set",
  by: (name: string) => `set by ${name}`,
  idle: "Not asked now. Give the address again, and it answers in your place.",
  saved: "Saved.",
  ended: "Done. What the mailbox has accepted stays, and what waits for an answer goes.",
  fault: {
    offering: "Choose an offering whose requests you may decide.",
    bad: "This is no mail address.",
    domain: "Mailboxes of this domain may not be asked.",
    person: "This is the address of a person.",
    taken: "This mailbox answers for another offering.",
  },
  /** In the event in the mailbox's calendar, above the link to its page. */
  event: "A booking, or a request for one",
  kept: (address: string) => `${address} declined this booking, which is accepted already. It stands.`,
  /** Stands behind the sentence that an acceptance had no effect. */
  over: "Another booking has some of that time.",
  undone: {
    accept: (address: string) => `${address} accepted this request, but that had no effect.`,
    reject: (address: string) => `${address} declined this request, but that had no effect.`,
  },
};

/** The page on which the mailboxes of rooms and equipment are set, and what is said about their answers. */
export const mailboxes = {
  title: "Mailboxes of rooms",
  about:
    "A room or equipment with a mailbox of its own in Exchange or Google accepts an invitation while it is free, and declines it while it is taken. Such a mailbox can answer the requests of an offering in your place.",
  how: "It gets an invitation for each period of a request. Once it has accepted them all, the request is accepted; when it declines one, the request is rejected. This happens in your name, and the history names the mailbox. You and your colleagues can still decide: whoever is first counts.",
  page: "The operator of this service does not let mails decide: each answer of the mailbox brings you a mail with the page on which one click does.",
  shown:
    "The mailbox sees the name of the offering, the times of bookings and requests, and a link to each; not who asks, and not why. Requests of more than 20 periods are left to people. A request that overlaps an earlier one is asked about once that is decided.",
  setUp: "What the administrator of the mailbox has to set is in the documentation of this service, under Mail.",
  off: "Requests are not sent as invitations here, so no mailbox can answer them: the operator of this service has not set that up.",
  none: "There is no offering whose requests you may decide.",
  offering: "Offering",
  address: "Address of the mailbox",
  addressHelp: (domains: string) => `In ${domains}. The domain is the proof that the mailbox is one of yours.`,
  save: "Let it answer",
  end: "Stop asking it",
  set: "Mailboxes that are set",
  by: (name: string) => `set by ${name}`,
  idle: "Not asked now. Give the address again, and it answers in your place.",
  saved: "Saved. The mailbox is told what is booked, then asked about the open requests. With many this takes a while.",
  ended:
    "Done. The mailbox is asked no more. What it has accepted stays in its calendar, and what waits for an answer goes.",
  fault: {
    offering: "Choose an offering whose requests you may decide.",
    bad: "This is no mail address. Give one such as room@example.org.",
    domain: "Mailboxes of this domain may not be asked. The operator of this service can allow it.",
    person: "This is the address of a person, who chooses for themselves. Give that of a room or equipment.",
    taken: "This mailbox answers for another offering. Each answers for one.",
  },
  /** In the event in the mailbox's calendar, above the link to its page. */
  event: "A booking, or a request for one",
  pageMail: {
    accept: (address: string) =>
      `${address} accepted this request. It is not decided yet: one more click on the page does it.`,
    reject: (address: string) =>
      `${address} declined this request. It is not decided yet: one more click on the page does it.`,
  },
  kept: (address: string) =>
    `${address} declined this booking, which is accepted already. It stands, though the mailbox has no time for it.`,
  /** Stands behind the sentence that an acceptance had no effect. */
  over: "Another booking has some of that time. Decide on the page.",
  undone: {
    accept: (address: string) => `${address} accepted this request, but that had no effect.`,
    reject: (address: string) => `${address} declined this request, but that had no effect.`,
  },
};

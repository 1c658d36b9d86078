/** Mails about requests as invitations, and about what became of answers that came by mail. */
export const answers = {
  /** Stands above the link to the request in an invitation. */
  invited: {
    on: "Accept or decline in your calendar program, or here",
    page: "Decide here; an answer from your calendar program brings a mail with this link",
  },
  cancelled:
    "There is nothing to decide any more: this request was decided, withdrawn or changed, or is no longer yours.",
  /** Stands above the link to a request that still waits, where its invitation is taken back. */
  left: "This request comes as an invitation no more, so its event goes. It still waits for an answer",
  open: "Look closer and decide",
  page: {
    accept:
      "You accepted this request in your calendar program. It is not decided yet: one more click on the page does it.",
    reject:
      "You declined this request in your calendar program. It is not decided yet: one more click on the page does it.",
  },
  unproven:
    "An answer to this request came by mail, but nothing proves that it is yours, so it decided nothing. If you sent it, perhaps from another address, decide on the page. If you did not, there is nothing to do.",
  outdated: "You answered an earlier version of this request. It has changed since, so your answer decided nothing.",
  undecided: "Your answer was neither yes nor no, so nothing was decided: a request can only be accepted or rejected.",
  proposal:
    "Another time cannot be proposed by mail, so nothing was decided. Write to the requester, or reject the request.",
  tnef: "Your answer came as winmail.dat, a form of its own that nothing but Outlook reads, so it decided nothing. Decide on the page of the request, and set your mail program to send HTML or plain text.",
  unread: "An answer that could not be read",
  by: (name: string) => `It was decided by ${name}.`,
  comment: "What you wrote with your answer was not passed on.",
};

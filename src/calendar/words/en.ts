import type { CalendarWords } from "./calendar-words.ts";

/** Every text of a calendar in English. */
export const en: CalendarWords = {
  calendar: "Bookings in Waldur. Changes are made in Waldur, not in this calendar.",
  mark: {
    requested: "Pending",
    "awaiting-approval": "Pending",
    "awaiting-start": "Pending",
    "awaiting-order": "Pending",
    "awaiting-provider": "Pending",
    confirmed: "",
    updating: "",
    cancelling: "Cancelling",
    cancelled: "Cancelled",
    rejected: "Rejected",
    refused: "Rejected",
    failed: "Error",
    faulty: "Error",
    vanished: "Cancelled",
  },
  state: {
    requested: "Requested, not decided yet",
    "awaiting-approval": "Requested, waits for approval by the customer",
    "awaiting-start": "Requested, waits for the start of the project or order",
    "awaiting-order": "Requested, waits for the provider to approve the order in Waldur",
    "awaiting-provider": "Requested, waits for the provider to accept or reject",
    confirmed: "Confirmed",
    updating: "Confirmed, being updated",
    cancelling: "Being cancelled, still held",
    cancelled: "Cancelled after it was accepted",
    rejected: "Rejected by the provider or withdrawn by the requester",
    refused: "Not approved by the customer",
    failed: "The order failed, nothing is booked",
    faulty: "Marked as erred in Waldur, still held",
    vanished: "Removed from Waldur",
  },
  busy: { TENTATIVE: "Busy (tentative)", CONFIRMED: "Busy", CANCELLED: "Cancelled: Busy" },
  booking: "Booking",
  removed: "This period was removed from the booking",
  labels: {
    state: "State",
    offering: "Offering",
    provider: "Provider",
    requester: "Requested by",
    customer: "Customer",
    project: "Project",
    time: "Local time",
    error: "Error",
  },
  decide: { accept: "Accept", reject: "Reject", both: "Look closer and decide", withdraw: "Open or withdraw" },
  message: "Message from the requester:",
  order: "Order in Waldur",
  part: (number, count) => `Part ${number} of ${count}`,
  periods: (count) => `All ${count} periods, which one answer decides`,
  unread: (count) =>
    count === 1
      ? "Waldur has one period of this booking with a time that cannot be read; look there."
      : `Waldur has ${count} periods of this booking with times that cannot be read; look there.`,
  backwards: "Waldur has the end of this period before its start; the time between the two is shown.",
  lengthless: "This period has no length in Waldur; one minute is shown.",
  sampleTitle: "[SAMPLE] ",
  sample: "SAMPLE DATA: this booking is made up.",
  ended: {
    title: "This calendar has ended",
    text: (since) =>
      `This calendar address was closed at ${since}. It shows no bookings any more. ` +
      "Remove the subscription, and ask whoever gave you the address for a new one.",
  },
  empty: {
    title: "No bookings at present",
    text: "This calendar has no bookings in its days at present. This entry keeps calendar programs from showing old ones.",
  },
  notice: {
    unreachable: {
      title: "Calendar not up to date: Waldur cannot be reached",
      text: (since) =>
        `Bookings are as of ${since}. Waldur has not answered since. ` +
        "Whoever runs Waldur or this calendar service must bring the connection back.",
    },
    token: {
      title: "Calendar not up to date: access to Waldur has expired",
      text: (since) =>
        `Bookings are as of ${since}. Waldur has not accepted the access token of this calendar service since. ` +
        "Whoever runs the service must give it a new token.",
    },
    failing: {
      title: "Calendar not up to date: Waldur answers with errors",
      text: (since) =>
        `Bookings are as of ${since}. Waldur has answered with errors since. ` +
        "Whoever runs Waldur or this calendar service must look into it.",
    },
    suspended: {
      title: "Calendar emptied: no news from Waldur for too long",
      text: (since) =>
        `Waldur could not be read since ${since}, so the bookings were taken out. They come back as soon as it can be ` +
        "read. Whoever runs Waldur or this calendar service must see to it.",
    },
    role: {
      title: "Calendar not up to date: a role in Waldur was taken away",
      text: (since, until) =>
        `Bookings are as of ${since}. The account that reads them has had no role in Waldur since that shows them. ` +
        "An owner of the organisation must give it the role back, or a colleague who holds one must take this calendar " +
        `over. Otherwise the bookings are taken out at ${until}.`,
    },
    inactive: {
      title: "Calendar not up to date: its user is not active in Waldur",
      text: (since, until) =>
        `Bookings are as of ${since}. The user whose account reads them has not been active in Waldur since. ` +
        "The operator of Waldur must activate the user again, or a colleague must take this calendar over. " +
        `Otherwise the bookings are taken out at ${until}.`,
    },
    expired: {
      title: "Calendar not up to date: its owner must sign in again",
      text: (since, until, proofDays) =>
        `Bookings are as of ${since}. By then Waldur had not accepted the token of the account whose calendar this is for ` +
        `${proofDays} ${proofDays === 1 ? "day" : "days"}, so it is not known whether the account still has its role. ` +
        "Its owner must sign in to this calendar service again, or a colleague must take this calendar over. " +
        `Otherwise the bookings are taken out at ${until}.`,
    },
    part: {
      title: "Some bookings are not up to date: a role in Waldur was taken away",
      text: (since, until) =>
        `The account that reads this calendar has had no role in Waldur since ${since} that shows some of its bookings. ` +
        "An owner of their organisation must give it the role back. " +
        `Otherwise these bookings are taken out at ${until}.`,
    },
    "role-cleared": {
      title: "Calendar emptied: a role in Waldur was taken away",
      text: (since) =>
        `The account that reads the bookings has had no role in Waldur since ${since} that shows them, so they were ` +
        "taken out. They come back by themselves, under the same address, when an owner of the organisation gives it " +
        "the role back, or when a colleague who holds one takes this calendar over.",
    },
    "inactive-cleared": {
      title: "Calendar emptied: its user is not active in Waldur",
      text: (since) =>
        `The user whose account reads the bookings has not been active in Waldur since ${since}, so they were taken out. ` +
        "They come back by themselves, under the same address, when the operator of Waldur activates the user again, or " +
        "when a colleague takes this calendar over.",
    },
    "expired-cleared": {
      title: "Calendar emptied: its owner must sign in again",
      text: (since, _until, proofDays) =>
        `It has not been known since ${since} whether the account whose calendar this is still has its role in Waldur: ` +
        `by then its token had not been accepted for ${proofDays} ${proofDays === 1 ? "day" : "days"}, so the bookings were ` +
        "taken out. They come back by themselves, under the same address, when its owner signs in to this calendar service " +
        "again, or when a colleague takes this calendar over.",
    },
  },
};

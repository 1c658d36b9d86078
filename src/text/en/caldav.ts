/** The sentences that calendar programs show of a refusal. */
export const caldav = {
  onlyAnswers:
    "Nothing can be changed in this calendar but your answer to a request: accept or decline it. Bookings are changed in Waldur.",
  onlyReading: "This calendar can only be read. Bookings are changed in Waldur.",
};

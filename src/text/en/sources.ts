/** How up to date what was read from Waldur is, and who must act when it is not. */
export const sources = {
  fresh: (when: string) => `Fresh as of ${when}`,
  loading: "Being read for the first time",
  waits: "Waits for its first reading",
  failing: (reason: string, when: string) => `${reason} since ${when}. It is tried again every minute.`,
  lost: "The account that reads it no longer holds the role in Waldur. Its calendars have ended.",
  held: "Many bookings vanished at once. They are kept until the operator says that this is right.",
  reasons: {
    waldur_refused_token: "Waldur has not taken the token",
    waldur_unreachable: "Waldur cannot be reached",
    waldur_timeout: "Waldur has not answered in time",
    waldur_throttled: "Waldur says that it is asked too often",
    waldur_failed: "Waldur has answered with errors",
    waldur_forbidden: "Waldur has refused because a right is missing",
    other: "Waldur's answers could not be used",
  },
  changing:
    "Waldur's list has to be walked through once more: it changed each time, or something in it looked off. Until then nothing that vanished from it is removed.",
  skipped: (count: number) => `Bookings that cannot be read: ${count}. The log says why.`,
};

/** The health of a source: how up to date it is, or who must act. */
export const sources = {
  fresh: (when: string) => `Up to date as of ${when}`,
  loading: "Being read for the first time",
  waits: "Waiting to be read for the first time",
  failing: (reason: string, when: string) => `${reason} since ${when}. The service tries again every minute.`,
  lost: "The account that reads it no longer has the role in Waldur. Its calendars have ended.",
  held: "Many bookings disappeared at once. They are kept until the operator says that this is right.",
  /** Each is followed by "since" and a time. */
  reasons: {
    waldur_refused_token: "Waldur has not accepted the token",
    waldur_unreachable: "Waldur cannot be reached",
    waldur_timeout: "Waldur has not answered in time",
    waldur_throttled: "Waldur has reported too many requests",
    waldur_failed: "Waldur has answered with errors",
    waldur_forbidden: "Waldur has refused because a permission is missing",
    seal_broken:
      "A key of this service is missing, so the token of the account cannot be used; its person can sign in again,",
    other: "Waldur's answers could not be used",
  },
  changing:
    "Waldur's list must be read once more: it changed each time, or something in it looked wrong. Until then, nothing that disappeared from it is removed.",
  skipped: (count: number) => `Bookings that cannot be read: ${count}. The log says why.`,
};

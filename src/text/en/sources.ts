/** The health of a source: how up to date it is, or who must act. */
export const sources = {
  fresh: (when: string) => `Up to date as of ${when}`,
  loading: "Being read for the first time",
  waits: "Waiting to be read for the first time",
  failing: (reason: string, when: string) => `${reason} since ${when}. The service tries again every minute.`,
  lost: {
    role: (when: string) =>
      `The account that reads it has had no role in Waldur since ${when} that shows these bookings. An owner of the organisation must give it the role back, or a colleague who holds one must take the calendars over. Then they go on by themselves.`,
    inactive: (when: string) =>
      `The user whose account reads it has not been active in Waldur since ${when}. The operator of Waldur must activate the user again, or a colleague must take the calendars over. Then they go on by themselves.`,
    expired: (when: string) =>
      `Waldur does not accept the token of the account, so that since ${when} it is not known whether it still has its role. Its owner must sign in again, or a colleague must take the calendars over. Then they go on by themselves.`,
    part: (when: string) =>
      `The account that reads it lost a role in Waldur at ${when} that showed some of these bookings. An owner of their organisation must give it the role back, else these bookings are taken out.`,
  },
  held: "Many bookings disappeared at once. They are kept until the operator says that this is right.",
  /** Each is followed by "since" and a time. */
  reasons: {
    waldur_refused_token: "Waldur has not accepted the token",
    waldur_unreachable: "Waldur cannot be reached",
    waldur_timeout: "Waldur has not answered in time",
    waldur_throttled: "Waldur has reported too many requests",
    waldur_failed: "Waldur has answered with errors",
    waldur_forbidden: "Waldur has refused because a permission is missing",
    lost_role: "The account has lost the role that shows these bookings",
    lost_inactive: "The user has not been active in Waldur",
    lost_expired: "The role of the account has not been known",
    seal_broken:
      "A key of this service is missing, so the token of the account cannot be used; its person can sign in again,",
    other: "Waldur's answers could not be used",
  },
  changing:
    "Waldur's list must be read once more: it changed each time, or something in it looked wrong. Until then, nothing that disappeared from it is removed.",
  clock: (minutes: number, ahead: boolean) =>
    `This machine's clock is ${minutes} minutes ${ahead ? "ahead of" : "behind"} Waldur's: set the one that is wrong.`,
  skipped: (count: number) => `Bookings that cannot be read: ${count}. The log says why.`,
};

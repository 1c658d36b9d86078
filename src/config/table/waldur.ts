import { flag, optional, secret, setting, visible, waldurAddress, waldurToken } from "../setting.ts";

/** Settings of the Waldur, and of what is decided there. */
export const waldur = {
  waldurApiUrl: optional(
    "WALDUR_API_URL",
    waldurAddress,
    visible("Address of the Waldur; without it a sample Waldur runs inside"),
  ),
  waldurApiToken: optional("WALDUR_API_TOKEN", waldurToken, secret("Token of the account that reads that Waldur")),
  waldurDecisionToken: optional(
    "WALDUR_DECISION_TOKEN",
    waldurToken,
    secret(
      "Token of a staff account of that Waldur, with which owners and managers of a provider reject its bookings; nothing else is done with it",
    ),
  ),
  signedDecisions: setting(
    "SIGNED_DECISIONS",
    flag,
    "off",
    "Whether feeds may have links with which whoever holds them decides: on or off",
  ),
};

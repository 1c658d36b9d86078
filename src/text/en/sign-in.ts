/** Signing in. */
export const signIn = {
  title: "Sign in",
  about: (site: string) =>
    `See the bookings of your ${site} providers as calendars, subscribe to them, and answer requests.`,
  token: "Waldur token",
  tokenHelp: "In Waldur: your profile, API token; or, better, a personal access token.",
  tokenPage: "Open the page of your API token in Waldur",
  sample: "This is the sample: sample-provider-owner is the token of a provider's owner.",
  lasting:
    "Logging out of Waldur ends its API token, and your calendars are no longer updated. A personal access token, or the token of an account that nobody logs out of, lasts.",
  kept: "The token is checked with Waldur and stored encrypted. It is never shown again. You see here what Waldur lets you see.",
  submit: "Sign in",
  or: "Or",
  waldur: (label: string) => `Log in with Waldur (${label})`,
  insecure:
    "Signing in requires https, because a token must not be sent unencrypted. The operator must put this service behind https.",
  missing: "Enter a token.",
  notToken: "This is not a token: a token has no spaces and at least 8 characters.",
  refused: "Waldur does not accept this token. It may have ended when you logged out of Waldur: create a new one.",
  foreignLogin: "This login was not started in this browser, or took too long. Start again.",
  loginFailed: "Waldur did not accept the code of this login, which works only once and for ten seconds. Start again.",
  youAre: (name: string) => `You are ${name}`,
  continue: "Continue",
  notMe: "This is not me",
  goOn: "This browser will be signed in for 8 hours.",
};

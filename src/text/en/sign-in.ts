/** Signing in. */
export const signIn = {
  title: "Sign in",
  about: (site: string) =>
    `See the bookings of your ${site} providers as calendars, subscribe to them, and answer requests.`,
  token: "Waldur token",
  tokenHelp: "In Waldur: your profile, API token; or, better, a personal access token.",
  sample: "This is the sample: sample-provider-owner is the token of a provider's owner.",
  lasting:
    "Logging out of Waldur ends its API token, and your calendars stop being updated. A personal access token, or the token of an account that nobody logs out of, lasts.",
  kept: "The token is checked with Waldur and kept sealed. It is never shown again. You see here what Waldur lets you see.",
  submit: "Sign in",
  or: "Or",
  waldur: (label: string) => `Log in with Waldur (${label})`,
  insecure:
    "Signing in needs https: a token must not travel in the clear. Whoever runs the service must put it behind https.",
  missing: "Enter a token.",
  notToken: "This is no token: a token has no spaces and at least 8 characters.",
  refused: "Waldur does not take this token. It may have ended when you logged out of Waldur: make a new one.",
  foreignLogin: "This login was not begun in this browser, or took too long. Begin again.",
  loginFailed: "Waldur did not take the code of this login: it is good once and for ten seconds. Begin again.",
  youAre: (name: string) => `You are ${name}`,
  continue: "Continue",
  notMe: "This is not me",
  goOn: "This browser will be signed in for 8 hours.",
};

import type { Language } from "../calendar/profile.ts";

const en = {
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

const et: typeof en = {
  title: "Logi sisse",
  about: (site) => `Vaata oma teenusepakkujate broneeringuid (${site}) kalendrina, telli neid ja vasta taotlustele.`,
  token: "Walduri pääsutunnus",
  tokenHelp: "Walduris: sinu profiil, API token; või parem, isiklik pääsutunnus (personal access token).",
  sample: "See on näidis: sample-provider-owner on teenusepakkuja omaniku pääsutunnus.",
  lasting:
    "Waldurist välja logimine lõpetab selle API tunnuse ja kalendreid enam ei uuendata. Isiklik pääsutunnus või sellise konto tunnus, millest keegi välja ei logi, jääb kehtima.",
  kept: "Tunnust kontrollitakse Walduris ja hoitakse suletuna. Seda ei näidata enam kunagi. Siin näed seda, mida Waldur sulle näitab.",
  submit: "Logi sisse",
  or: "Või",
  waldur: (label) => `Logi sisse Walduriga (${label})`,
  insecure:
    "Sisselogimiseks on vaja https-i: pääsutunnus ei tohi liikuda lahtiselt. Teenuse haldaja peab selle https-i taha panema.",
  missing: "Sisesta pääsutunnus.",
  notToken: "See ei ole pääsutunnus: selles ei ole tühikuid ja on vähemalt 8 märki.",
  refused: "Waldur ei võta seda pääsutunnust vastu. See võis lõppeda, kui Waldurist välja logisid: tee uus.",
  foreignLogin: "Seda sisselogimist ei alustatud selles brauseris või see võttis liiga kaua. Alusta uuesti.",
  loginFailed:
    "Waldur ei võtnud selle sisselogimise koodi vastu: see kehtib ühe korra ja kümme sekundit. Alusta uuesti.",
  youAre: (name) => `Sina oled ${name}`,
  continue: "Jätka",
  notMe: "See ei ole mina",
  goOn: "Selles brauseris oled sisse logitud 8 tundi.",
};

export const signInWords: Readonly<Record<Language, typeof en>> = { en, et };

import type { signIn as english } from "../en/sign-in.ts";

export const signIn: typeof english = {
  title: "Logi sisse",
  about: (site) => `Vaata oma teenusepakkujate broneeringuid (${site}) kalendrina, telli neid ja vasta taotlustele.`,
  token: "Walduri pääsutunnus",
  tokenHelp: "Walduris: sinu profiil, API token; või parem, isiklik pääsutunnus (personal access token).",
  tokenPage: "Ava oma API tokeni leht Walduris",
  sample: "See on näidis: sample-provider-owner on teenusepakkuja omaniku pääsutunnus.",
  lasting:
    "Waldurist välja logimine lõpetab selle API tunnuse ja kalendreid enam ei uuendata. Isiklik pääsutunnus või sellise konto tunnus, millest keegi välja ei logi, jääb kehtima.",
  kept: "Tunnust kontrollitakse Walduris ja hoitakse krüpteerituna. Seda ei näidata enam kunagi. Siin näed seda, mida Waldur sulle näitab.",
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

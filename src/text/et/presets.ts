import type { presets as english } from "../en/presets.ts";

const appPasswordHint = (where: string): string => `Tee rakenduse parool: ${where}.`;
const own = (where: string): string => `Kasuta ${where} kasutajanime ja parooli.`;
const given = "Kasuta kasutajanime ja parooli, mille andis serveri haldaja.";
const slow = (name: string): string =>
  `Kasuta oma postkasti parooli. ${name} võtab vastu ühe päringu kahe sekundi jooksul: esimene kord kestab kaua.`;
const twoFactor = (where: string): string =>
  `Kaheastmelise sisselogimise korral tee rakenduse parool: ${where}; muidu kasuta oma parooli.`;

const hints: Readonly<Record<string, string>> = {
  google:
    "Google laseb programmi sisse alles siis, kui oled brauseris nõusoleku andnud. Tee enne Google'is broneeringute jaoks kalender.",
  icloud: appPasswordHint("account.apple.com, Sign-In and Security, App-Specific Passwords"),
  fastmail: appPasswordHint("Settings, Privacy & Security, Manage app passwords, access to Calendars"),
  nextcloud: appPasswordHint("isiklikud seaded, Turvalisus, Loo uus rakenduse parool; kasutajanimi on selle kõrval"),
  mailbox: twoFactor("Settings, Security"),
  zoho: "Anna CalDAV-i aadress, mida Zoho kalendri seadetes näitab, ja rakenduse parool lehelt accounts.zoho.com, Security.",
  yahoo: appPasswordHint("Account security, Generate app password"),
  gmx: slow("GMX"),
  webde: slow("WEB.DE"),
  posteo: "Kasuta oma parooli. Tee enne Posteos broneeringute jaoks kalender.",
  purelymail: twoFactor("konto seaded"),
  sogo: own("SOGo"),
  davical: own("DAViCali"),
  baikal: given,
  zimbra: own("Zimbra"),
  cyrus: own("oma postkasti"),
  radicale: given,
  other: "Anna serveri või kalendri enda aadress.",
};

export const presets: typeof english = { names: { other: "muu CalDAV-i server" }, hints };

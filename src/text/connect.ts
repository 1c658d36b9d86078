import type { Language } from "../calendar/profile.ts";
import type { ConnectReason } from "../mirror/connect-error.ts";

const enReasons: Readonly<Record<ConnectReason, string>> = {
  "no-caldav":
    "Exchange, Outlook.com, Microsoft 365 and Proton have no CalDAV. Subscribe to the calendar's address there instead.",
  oauth: "Google takes no password here. Begin again and choose Google Calendar.",
  "no-address":
    "This leads nowhere. Give the address of the server or of the calendar, such as https://dav.example.org/.",
  elsewhere:
    "This address leads to another server, which was sent no password. If you trust it, begin again with this one:",
  unauthorized:
    "The server does not take this user name and password. Many providers want an app password instead of your own.",
  blocked: "The rules of this service forbid this address. Whoever runs the service can allow it.",
  missing: "There is no calendar at this address. Look at it again, or give the address of the calendar itself.",
  "read-only": "You may not write to this calendar. Choose another, or ask its owner for the right.",
  "which-calendar": "Choose one of those shown.",
  "makes-none": "No calendar can be made here from outside. Make one at the provider, then open this page again.",
  exists: "This calendar is mirrored there already.",
  overwrites:
    "This server overwrites an event whatever was changed in it meanwhile, so other people's changes could be lost. Subscribe to the calendar's address instead.",
  silent: "The server gave no answer. Look at its address again; if that is right, try again in a minute.",
  failed: "The calendar's server did not do what was asked. Try again; if it stays so, ask whoever runs that server.",
};

const etReasons: Readonly<Record<ConnectReason, string>> = {
  "no-caldav": "Exchange'il, Outlook.comil, Microsoft 365-l ja Protonil ei ole CalDAV-i. Telli seal kalendri aadress.",
  oauth: "Google ei võta siin parooli vastu. Alusta uuesti ja vali Google Calendar.",
  "no-address": "See ei vii kuhugi. Anna serveri või kalendri aadress, näiteks https://dav.example.org/.",
  elsewhere: "See aadress viib teise serverisse, millele parooli ei saadetud. Kui usaldad seda, alusta uuesti sellega:",
  unauthorized:
    "Server ei võta seda kasutajanime ja parooli vastu. Paljud pakkujad tahavad sinu parooli asemel rakenduse parooli.",
  blocked: "Selle teenuse reeglid keelavad selle aadressi. Teenuse haldaja saab selle lubada.",
  missing: "Sellel aadressil ei ole kalendrit. Vaata see üle või anna kalendri enda aadress.",
  "read-only": "Sa ei tohi sellesse kalendrisse kirjutada. Vali teine või küsi selle omanikult õigust.",
  "which-calendar": "Vali üks näidatutest.",
  "makes-none": "Siin ei saa väljastpoolt kalendrit teha. Tee see pakkuja juures ja ava siis see leht uuesti.",
  exists: "See kalender on juba sinna peegeldatud.",
  overwrites:
    "See server kirjutab sündmuse üle ka siis, kui keegi on seda vahepeal muutnud, nii et teiste muudatused võivad kaduda. Telli selle asemel kalendri aadress.",
  silent: "Server ei vastanud. Vaata selle aadress üle; kui see on õige, proovi minuti pärast uuesti.",
  failed: "Kalendri server ei teinud seda, mida paluti. Proovi uuesti; kui nii jääb, küsi selle serveri haldajalt.",
};

const en = {
  title: "Connect a calendar",
  of: "Mirrors",
  about:
    "Its bookings are written into a calendar of yours within a minute of each change, with that calendar's own notifications.",
  steps: ["Where it is", "Sign in", "Which calendar", "Turn on"],
  stepsLabel: "Steps",
  whereTitle: "Where is your calendar?",
  preset: "Provider",
  byAddress: "Found by the address below",
  address: "Address of the server or calendar, or your mail address",
  addressHelp:
    "Not needed for iCloud, Fastmail, mailbox.org, Yahoo, Posteo and Purelymail. For Google: your Google mail address.",
  none: "Exchange, Outlook.com, Microsoft 365 and Proton have no CalDAV: subscribe to the calendar's address there.",
  noGoogle:
    "Google is not offered: whoever runs this service must first register it with Google (GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET).",
  next: "Next",
  back: "Back",
  cancel: "Cancel",
  signInTitle: (name: string) => `Sign in to ${name}`,
  username: "User name",
  password: "Password",
  kept: "It is kept sealed, sent to that server alone, and never shown again.",
  googleTitle: "Let this service into Google Calendar",
  googleHelp: (mail: string) =>
    `Google asks you, as ${mail}, whether this service may see and change your calendars. It writes only into the one that you choose, and only its own events.`,
  googleGo: "Continue at Google",
  googleFaults: {
    denied: "Google gave no permission. Begin again, and leave the tick at the calendar where it is.",
    misconfigured: "Google does not know this service. Whoever runs it must look at its Google client.",
    failed: "Google did not answer. Try again in a minute.",
  },
  calendarTitle: "Which calendar?",
  calendar: "Write into",
  calendarHelp: "Best one that holds nothing else. Events of others are never touched.",
  make: "A new calendar",
  makeName: "Name of the new calendar",
  unwritable: "Not offered, since you may not write there",
  edits: "When somebody changes or deletes one of its events there",
  editChoices: { mirror: "It is put back as it was", respect: "It is left as they made it" },
  cancelled: "Bookings that are cancelled",
  cancelledChoices: { keep: "Stay, marked as cancelled", delete: "Go" },
  try: "Try it",
  tryHelp:
    "One event of the year 2020 is written, changed and taken away again, to see how the server behaves. Nothing else is written before you turn it on.",
  faults: "Look at what is marked and send it again.",
  fault: {
    choice: "Choose one of those shown.",
    mail: "Give your Google mail address.",
    username: "Give the user name, at most 320 characters.",
    password: "Give the password, at most 500 characters.",
    name: "Give a name of 1 to 100 characters.",
    long: "This is longer than any address.",
    https: "Begin the address with https://. Whoever runs the service can allow this server without.",
  },
  reasons: enReasons,
};

const et: typeof en = {
  title: "Ühenda kalender",
  of: "Peegeldab",
  about:
    "Broneeringud kirjutatakse sinu kalendrisse minuti jooksul pärast iga muutust, koos selle kalendri enda teadetega.",
  steps: ["Kus see on", "Logi sisse", "Milline kalender", "Lülita sisse"],
  stepsLabel: "Sammud",
  whereTitle: "Kus on sinu kalender?",
  preset: "Pakkuja",
  byAddress: "Leitakse allpool oleva aadressi järgi",
  address: "Serveri või kalendri aadress või sinu meiliaadress",
  addressHelp:
    "Ei ole vaja, kui pakkuja on iCloud, Fastmail, mailbox.org, Yahoo, Posteo või Purelymail. Google'i puhul: sinu Google'i meiliaadress.",
  none: "Exchange'il, Outlook.comil, Microsoft 365-l ja Protonil ei ole CalDAV-i: telli seal kalendri aadress.",
  noGoogle:
    "Google'it ei pakuta: teenuse haldaja peab selle enne Google'is registreerima (GOOGLE_CLIENT_ID ja GOOGLE_CLIENT_SECRET).",
  next: "Edasi",
  back: "Tagasi",
  cancel: "Loobu",
  signInTitle: (name) => `Logi sisse: ${name}`,
  username: "Kasutajanimi",
  password: "Parool",
  kept: "Seda hoitakse suletuna, saadetakse ainult sellele serverile ega näidata enam kunagi.",
  googleTitle: "Luba see teenus Google'i kalendrisse",
  googleHelp: (mail) =>
    `Google küsib sinult (${mail}), kas see teenus tohib sinu kalendreid näha ja muuta. Teenus kirjutab ainult sellesse, mille valid, ja ainult oma sündmusi.`,
  googleGo: "Jätka Google'is",
  googleFaults: {
    denied: "Google ei andnud luba. Alusta uuesti ja jäta kalendri juures olev märge alles.",
    misconfigured: "Google ei tunne seda teenust. Teenuse haldaja peab oma Google'i kliendi üle vaatama.",
    failed: "Google ei vastanud. Proovi minuti pärast uuesti.",
  },
  calendarTitle: "Milline kalender?",
  calendar: "Kirjuta kalendrisse",
  calendarHelp: "Kõige parem selline, kus midagi muud ei ole. Teiste sündmusi ei puudutata kunagi.",
  make: "Uus kalender",
  makeName: "Uue kalendri nimi",
  unwritable: "Ei pakuta, sest sa ei tohi sinna kirjutada",
  edits: "Kui keegi muudab või kustutab seal selle sündmuse",
  editChoices: { mirror: "See pannakse tagasi nii, nagu oli", respect: "See jääb nii, nagu nad tegid" },
  cancelled: "Tühistatud broneeringud",
  cancelledChoices: { keep: "Jäävad, märgitud tühistatuks", delete: "Kaovad" },
  try: "Proovi",
  tryHelp:
    "Üks 2020. aasta sündmus kirjutatakse, muudetakse ja võetakse jälle ära, et näha, kuidas server käitub. Midagi muud ei kirjutata enne, kui selle sisse lülitad.",
  faults: "Vaata märgitud kohad üle ja saada uuesti.",
  fault: {
    choice: "Vali üks näidatutest.",
    mail: "Anna oma Google'i meiliaadress.",
    username: "Anna kasutajanimi, kuni 320 märki.",
    password: "Anna parool, kuni 500 märki.",
    name: "Anna nimi, 1 kuni 100 märki.",
    long: "Nii pikki aadresse ei ole.",
    https: "Alusta aadressi nii: https://. Teenuse haldaja saab selle serveri ka ilma selleta lubada.",
  },
  reasons: etReasons,
};

export const connectWords: Readonly<Record<Language, typeof en>> = { en, et };

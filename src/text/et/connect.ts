import type { connect as english } from "../en/connect.ts";

export const connect: typeof english = {
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
  next: "Edasi",
  back: "Tagasi",
  cancel: "Loobu",
  signInTitle: (name) => `Logi sisse: ${name}`,
  username: "Kasutajanimi",
  password: "Parool",
  kept: "Seda hoitakse krüpteerituna, saadetakse ainult sellele serverile ega näidata enam kunagi.",
  googleTitle: "Luba sellel teenusel Google'i kalendrit kasutada",
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
  calendarHelp: "Soovitavalt selline, kus midagi muud ei ole. Teisi sündmusi selles ei muudeta kunagi.",
  make: "Uus kalender",
  makeName: "Uue kalendri nimi",
  unwritable: "Ei pakuta, sest sa ei tohi sinna kirjutada",
  edits: "Kui keegi muudab või kustutab seal selle sündmuse",
  editChoices: { mirror: "Sündmus taastatakse", respect: "Muudatus jääb alles" },
  cancelled: "Tühistatud broneeringud",
  cancelledChoices: { keep: "Jäävad, märgitud tühistatuks", delete: "Eemaldatakse" },
  try: "Proovi",
  tryHelp:
    "Üks 2020. aasta sündmus kirjutatakse, muudetakse ja eemaldatakse jälle, et näha, kuidas server käitub. Midagi muud ei kirjutata enne, kui peegli sisse lülitad.",
  faults: "Vaata märgitud kohad üle ja saada uuesti.",
  fault: {
    choice: "Vali üks näidatutest.",
    mail: "Anna oma Google'i meiliaadress.",
    username: "Anna kasutajanimi, kuni 320 märki.",
    password: "Anna parool, kuni 500 märki.",
    name: "Anna nimi, 1 kuni 100 märki.",
    long: "See aadress on liiga pikk.",
    server: "Anna oma serveri aadress, näiteks cloud.example.org.",
    google:
      "Google'it ei pakuta: teenuse haldaja peab selle enne Google'is registreerima (GOOGLE_CLIENT_ID ja GOOGLE_CLIENT_SECRET).",
    https: "Alusta aadressi nii: https://. Teenuse haldaja saab selle serveri ka ilma selleta lubada.",
  },
  reasons: {
    "no-caldav":
      "Exchange'il, Outlook.comil, Microsoft 365-l ja Protonil ei ole CalDAV-i. Telli seal kalendri aadress.",
    oauth: "Google ei võta siin parooli vastu. Alusta uuesti ja vali Google Calendar.",
    "no-address":
      "Selle järgi ei leia ühtegi serverit. Anna serveri või kalendri aadress, näiteks https://dav.example.org/.",
    elsewhere:
      "See aadress viib teise serverisse, millele parooli ei saadetud. Kui usaldad seda, alusta uuesti sellega:",
    unauthorized:
      "Server ei võta seda kasutajanime ja parooli vastu. Paljud pakkujad tahavad sinu parooli asemel rakenduse parooli.",
    blocked: "Selle teenuse reeglid keelavad selle aadressi. Teenuse haldaja saab selle lubada.",
    missing: "Sellel aadressil ei ole kalendrit. Vaata see üle või anna kalendri enda aadress.",
    "read-only": "Sa ei tohi sellesse kalendrisse kirjutada. Vali teine või küsi selle omanikult õigust.",
    "which-calendar": "Vali üks näidatutest.",
    "makes-none":
      "See server ei lase teistel programmidel kalendreid teha. Tee see pakkuja juures ja ava siis see leht uuesti.",
    exists: "See kalender on juba sinna peegeldatud.",
    unfit:
      "Sellesse serverisse ei saa peegeldada: see nimetab sündmusi ümber või ei ütle kindlalt, millal mõnda muudeti. Telli selle asemel kalendri aadress.",
    leftover:
      "2020. aasta proovisündmust ei saanud eemaldada ja see võib olla kalendris alles. Kustuta see seal ja küsi kalendri omanikult õigust sündmusi kustutada.",
    overwrites:
      "See server kirjutab sündmuse üle ka siis, kui keegi on seda vahepeal muutnud, nii et teiste muudatused võivad kaduda. Telli selle asemel kalendri aadress.",
    silent: "Server ei vastanud. Vaata selle aadress üle; kui see on õige, proovi minuti pärast uuesti.",
    failed: "Kalendri server ei teinud seda, mida paluti. Proovi uuesti; kui nii jääb, küsi selle serveri haldajalt.",
  },
};

import { joinCounts } from "../facts.ts";
import type { mirror as english } from "../en/mirror.ts";

export const mirror: typeof english = {
  title: "Kalendrid, mis seda kalendrit peegeldavad",
  none: "Veel ühtegi. Peegel näitab broneeringut minuti jooksul, koos kalendri enda teadetega.",
  connect: "Ühenda kalender",
  mirror: "Peegel",
  of: "Peegeldab",
  stops: {
    credentials: "Peatatud: server ei võta kasutajanime ja parooli enam vastu. Anna uued.",
    owner:
      "Peatatud: sa võtsid selle kalendri üle ja endise pidaja kasutajanimi ja parool kustutati. Anna enda omad või eemalda peegel.",
    "read-only":
      "Peatatud: konto ei tohi sellesse kalendrisse enam kirjutada. Küsi selle omanikult õigust ja jätka siis.",
    gone: "Peatatud: kalendrit ei ole enam. Eemalda peegel või too kalender tagasi ja jätka.",
    blocked: "Peatatud: teenuse reeglid keelavad kalendri aadressi. Palu teenuse haldajal see lubada ja jätka siis.",
    "feed-ended": "Peatatud: kalender, mida see peegeldab, on lõppenud. Vali, mis saab sündmustest.",
    leftover:
      "Peatatud: mõnda selle sündmust ei saanud kustutada ja need on kalendris alles. Eemalda peegel uuesti või jäta sündmused sinna.",
  },
  googleStop:
    "Peatatud: Google ei lase seda teenust enam sisse, sest luba võeti tagasi või see lõppes. Anna luba uuesti.",
  googleTaken:
    "Peatatud: sa võtsid selle kalendri üle ja endise pidaja luba Google'is on tagasi antud. Eemalda peegel ja ühenda siis oma Google'i kalender.",
  removing: "Eemaldatakse selle sündmused ja seejärel peegel ise. Midagi ei ole vaja teha.",
  ready: "Proovitud ja valmis. Lülita see sisse.",
  paused: "Peatatud ajutiselt: midagi ei saadeta, kuni jätkad.",
  failing: {
    silent: (when) =>
      `Server ei ole alates ${when} vastanud. Teenus proovib uuesti; kui nii jääb, küsi selle serveri haldajalt.`,
    throttled: (when) => `Server palub alates ${when} vähem päringuid. Teenus proovib uuesti. Midagi ei ole vaja teha.`,
    wrong: (when) =>
      `Server ei ole alates ${when} vastanud nii, nagu peab. Teenus proovib uuesti; kui nii jääb, küsi selle serveri haldajalt.`,
  },
  held: "Paljud selle sündmused kaoksid korraga, sellepärast on eemaldamine peatatud. Kui see on õige, luba see.",
  lost: (count) =>
    `${count} selle sündmust on kalendrist puudu: see tühjendati, loodi uuesti või taastati vanemast koopiast. Pane need tagasi, kui need ei pidanudki kaduma; uusi ja muudetud sündmusi kirjutatakse ikka.`,
  filling: "Selle sündmusi kirjutatakse. Midagi ei ole vaja teha.",
  fresh: (when) => `Ajakohane seisuga ${when}`,
  turnOn: "Lülita sisse",
  resume: "Jätka",
  pause: "Peata ajutiselt",
  pauseHelp: "Kuni see on peatatud, ei saadeta kalendrisse midagi.",
  facts: "Sellest peeglist",
  calendar: "Kalender",
  account: "Sisse logitud kui",
  events: "Sündmusi seal",
  missing: (count) => `${count} on puudu`,
  left: (count) => `${count} on jäetud nii, nagu keegi neid muutis`,
  retired: (count) => `${count} vanemat on jäetud paika`,
  restores: (count) => `seni taastatud ${count}`,
  failingEvents: (count) => `${count} ei saanud kirjutada ja neid proovitakse uuesti`,
  full: "Kalender on täis: tee selles ruumi või küsi selle serveri haldajalt.",
  states: { on: "töös", paused: "ajutiselt peatatud", stopped: "peatatud", removing: "eemaldamisel" },
  edits: "Seal tehtud muudatused",
  cancelled: "Tühistatud broneeringud",
  checked: "Viimati võrreldud",
  never: "veel mitte",
  lastRun: "Viimane muudatus",
  run: ({ created, updated, deleted, restored, conflict, failed, requests }) =>
    `${
      joinCounts([
        [created, "kirjutatud"],
        [updated, "muudetud"],
        [deleted, "eemaldatud"],
        [restored, "taastatud"],
        [conflict, "vastuolus millegi muuga"],
        [failed, "ebaõnnestus"],
      ]) || "midagi ei kirjutatud"
    }; päringuid ${requests}`,
  server: "Kuidas server käitub",
  probe: {
    keeps: "See hoiab teiste muudatused alles: vahepeal muudetud sündmust ei kirjutata kunagi üle.",
    noCreate: "See paneks uue sündmuse teise samanimelise peale, sellepärast vaadatakse igaühe koht enne üle.",
    noDelete: "See kustutaks ka vahepeal muudetud sündmuse, sellepärast vaadatakse igaüks enne üle.",
    noTag: "See ei ütle, millise versiooni ta vastu võttis, sellepärast loetakse iga sündmus tagasi: rohkem päringuid.",
    rewrites: "See hoiab sündmusi omal kujul; neid võrreldakse tähenduse järgi.",
    tells: "See ütleb ühe päringuga, kas midagi on muutunud.",
    tellsNot: "See ei ütle, kas midagi on muutunud, sellepärast loetletakse iga kord kõik sündmused.",
    most: (kilobytes) => `See võtab vastu kuni ${kilobytes} kB suurusi sündmusi.`,
    software: "See nimetab ennast",
  },
  manage: "Halda",
  credentials: "Muuda kasutajanime või parooli",
  credentialsHelp: "Neid proovitakse kohe ja kasutatakse kõigi sinu peeglite jaoks sellel kontol.",
  save: "Salvesta",
  google: "Anna Google'i luba uuesti",
  probeAgain: "Proovi serverit uuesti",
  probeHelp: "Kui serverit on muudetud või uuendatud: üks 2020. aasta sündmus kirjutatakse ja eemaldatakse jälle.",
  restore: "Pane puuduvad sündmused tagasi",
  restoreHelp: "Kõik puuduvad sündmused kirjutatakse kalendrisse uuesti. Teised sündmused selles jäävad nii, nagu on.",
  allow: "Luba eemaldamine",
  allowHelp:
    "Peatatud eemaldamisega sündmused kustutatakse siis kalendrist kohe. Vaata enne broneeringud üle: need võisid kaduda ekslikult.",
  remove: "Eemalda see peegel",
  removeEvents: "Selle sündmused kalendris",
  removeChoices: { leave: "Jäta need sinna nii, nagu on", remove: "Eemalda need; siis kaob peegel ise" },
  removeHelp: "Kalendrisse ei saadeta enam midagi. Teisi sündmusi selles ei muudeta kunagi.",
  removeLeft: "Selle sündmused jäävad endise pidaja kalendrisse.",
  renameHelp: "Nimi siin. Kalender oma serveris jätab oma nime.",
  done: {
    renamed: "Ümber nimetatud.",
    tried: "Kalendrit prooviti ja sellesse saab peegeldada: allpool on kirjas, kuidas selle server käitub.",
    on: "See on sees. Sündmusi kirjutatakse.",
    paused: "See on ajutiselt peatatud.",
    probed: "Serverit prooviti uuesti.",
    credentials: "Uus kasutajanimi ja parool töötavad ja on alles hoitud.",
    restored: "Puuduvad sündmused pannakse tagasi.",
    allowed: "Eemaldamine lubati.",
    removing: "Selle sündmusi eemaldatakse.",
  },
};

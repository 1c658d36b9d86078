import type { Language } from "../calendar/profile.ts";
import type { StopCode } from "../store/targets.ts";

const enStops: Readonly<Record<Exclude<StopCode, "">, string>> = {
  credentials: "Stopped: the server does not take the user name and password any more. Your move: give new ones.",
  owner:
    "Stopped: you have taken this calendar over, and the credentials of whoever had it are thrown away. Your move: give your own, or remove the mirror.",
  "read-only":
    "Stopped: the account may not write to this calendar any more. Your move: ask its owner for the right, then resume.",
  gone: "Stopped: the calendar is not there any more. Your move: remove the mirror, or bring the calendar back and resume.",
  blocked:
    "Stopped: the rules of this service forbid the calendar's address. Whoever runs the service can allow it; then resume.",
  "feed-ended": "Stopped: the calendar that it mirrors has ended. Your move: say what becomes of the events.",
};

const etStops: Readonly<Record<Exclude<StopCode, "">, string>> = {
  credentials: "Peatatud: server ei võta kasutajanime ja parooli enam vastu. Sinu kord: anna uued.",
  owner:
    "Peatatud: sa võtsid selle kalendri üle ja endise pidaja kasutajanimi ja parool visati ära. Sinu kord: anna enda omad või eemalda peegel.",
  "read-only":
    "Peatatud: konto ei tohi sellesse kalendrisse enam kirjutada. Sinu kord: küsi selle omanikult õigust ja jätka siis.",
  gone: "Peatatud: kalendrit ei ole enam. Sinu kord: eemalda peegel või too kalender tagasi ja jätka.",
  blocked: "Peatatud: teenuse reeglid keelavad kalendri aadressi. Teenuse haldaja saab selle lubada; jätka siis.",
  "feed-ended": "Peatatud: kalender, mida see peegeldab, on lõppenud. Sinu kord: ütle, mis saab sündmustest.",
};

/** What one run did; each count is 0 for none. */
interface Counts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly restored: number;
  readonly conflict: number;
  readonly failed: number;
  readonly requests: number;
}

const parts = (all: readonly (readonly [number, string])[]): string =>
  all
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");

const en = {
  title: "Calendars that mirror this",
  none: "None yet. A mirror shows a booking within a minute, with the calendar's own notifications.",
  connect: "Connect a calendar",
  mirror: "Mirror",
  of: "Mirrors",
  stops: enStops,
  googleStop:
    "Stopped: Google lets this service in no more, because the permission was taken back or ran out. Your move: give it again.",
  googleTaken:
    "Stopped: you have taken this calendar over, and Google's permission of whoever had it is given up. Your move: remove the mirror, then connect a Google calendar of your own.",
  removing: "Its events are being taken away; then it goes by itself. Nothing is to do.",
  ready: "Tried, and ready. Your move: turn it on.",
  paused: "Paused: nothing is sent. Your move: resume it.",
  failing: {
    silent: (when: string) =>
      `The server has not answered since ${when}. It is tried again by itself; if it stays so, ask whoever runs that server.`,
    throttled: (when: string) =>
      `The server has asked since ${when} to be left alone for a while. It is tried again by itself. Nothing is to do.`,
    wrong: (when: string) =>
      `The server has not answered as it should since ${when}. It is tried again by itself; if it stays so, ask whoever runs that server.`,
  },
  held: "Many of its events would go at once, so they are held. Your move: if that is right, let them go.",
  filling: "Its events are being written. Nothing is to do.",
  fresh: (when: string) => `Up to date as of ${when}`,
  turnOn: "Turn on",
  resume: "Resume",
  pause: "Pause",
  pauseHelp: "While it is paused, nothing is sent to the calendar.",
  facts: "About this mirror",
  calendar: "Calendar",
  account: "Signed in as",
  events: "Events there",
  left: (count: number) => `${count} left as somebody edited them`,
  retired: (count: number) => `${count} older ones left in place`,
  restores: (count: number) => `${count} put back so far`,
  failingEvents: (count: number) => `${count} could not be written and are tried again`,
  full: "The calendar is full: make room in it, or ask whoever runs its server.",
  states: { on: "on", paused: "paused", stopped: "stopped", removing: "being taken away" },
  edits: "Changes made there",
  cancelled: "Cancelled bookings",
  checked: "Last compared",
  never: "not yet",
  lastRun: "Last run that did something",
  run: ({ created, updated, deleted, restored, conflict, failed, requests }: Counts) =>
    `${
      parts([
        [created, "written"],
        [updated, "changed"],
        [deleted, "taken away"],
        [restored, "put back"],
        [conflict, "met something else there"],
        [failed, "failed"],
      ]) || "nothing written"
    }; ${requests === 1 ? "1 request" : `${requests} requests`}`,
  server: "How its server behaves",
  probe: {
    keeps: "It keeps what others change: an event that was changed meanwhile is never overwritten.",
    noCreate: "It would put a new event over another of the same name, so each is looked for before.",
    noDelete: "It would delete an event that was changed meanwhile, so each is looked at before.",
    noTag: "It does not say which version it took, so each event is read back: more requests.",
    rewrites: "It keeps events in a form of its own; they are compared by what they mean.",
    tells: "It tells with one request whether anything has changed.",
    tellsNot: "It does not tell whether anything has changed, so all its events are listed each time.",
    most: (kilobytes: number) => `It takes events of up to ${kilobytes} kB.`,
    software: "It calls itself",
  },
  manage: "Manage",
  credentials: "Change user name or password",
  credentialsHelp: "They are tried at once, and kept for all your mirrors on that account.",
  save: "Save",
  google: "Give Google's permission again",
  probeAgain: "Try the server again",
  probeHelp: "After the server was changed or renewed: one event of the year 2020 is written and taken away again.",
  allow: "Let the held events go",
  allowHelp: "They are deleted from the calendar now. Look at the bookings first: they may have vanished by mistake.",
  remove: "Remove this mirror",
  removeEvents: "Its events in the calendar",
  removeChoices: { leave: "Leave them there as they are", remove: "Take them away; the mirror then goes by itself" },
  removeHelp: "Nothing is sent to the calendar any more. Events of others are never touched.",
  removeLeft: "Its events stay in the calendar of whoever had it before.",
  done: {
    tried: "The calendar was tried and can be mirrored into: how its server behaves stands below.",
    on: "It is on. Its events are being written.",
    paused: "It is paused.",
    probed: "The server was tried again.",
    credentials: "The new credentials work and are kept.",
    allowed: "The held events were let go.",
    removing: "Its events are being taken away.",
  },
};

const et: typeof en = {
  title: "Kalendrid, mis seda peegeldavad",
  none: "Veel ühtegi. Peegel näitab broneeringut minuti jooksul, koos kalendri enda teadetega.",
  connect: "Ühenda kalender",
  mirror: "Peegel",
  of: "Peegeldab",
  stops: etStops,
  googleStop:
    "Peatatud: Google ei lase seda teenust enam sisse, sest luba võeti tagasi või see lõppes. Sinu kord: anna see uuesti.",
  googleTaken:
    "Peatatud: sa võtsid selle kalendri üle ja endise pidaja luba Google'is on tagasi antud. Sinu kord: eemalda peegel ja ühenda siis oma Google'i kalender.",
  removing: "Selle sündmusi võetakse ära; seejärel kaob see ise. Midagi ei ole vaja teha.",
  ready: "Proovitud ja valmis. Sinu kord: lülita see sisse.",
  paused: "Peatatud ajutiselt: midagi ei saadeta. Sinu kord: jätka.",
  failing: {
    silent: (when) =>
      `Server ei ole alates ${when} vastanud. Seda proovitakse ise uuesti; kui nii jääb, küsi selle serveri haldajalt.`,
    throttled: (when) =>
      `Server palub alates ${when} end mõneks ajaks rahule jätta. Seda proovitakse ise uuesti. Midagi ei ole vaja teha.`,
    wrong: (when) =>
      `Server ei ole alates ${when} vastanud nii, nagu peab. Seda proovitakse ise uuesti; kui nii jääb, küsi selle serveri haldajalt.`,
  },
  held: "Paljud selle sündmused kaoksid korraga, sellepärast hoitakse neid kinni. Sinu kord: kui see on õige, lase need minna.",
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
  left: (count) => `${count} on jäetud nii, nagu keegi neid muutis`,
  retired: (count) => `${count} vanemat on jäetud paika`,
  restores: (count) => `seni tagasi pandud ${count}`,
  failingEvents: (count) => `${count} ei saanud kirjutada ja neid proovitakse uuesti`,
  full: "Kalender on täis: tee selles ruumi või küsi selle serveri haldajalt.",
  states: { on: "töös", paused: "ajutiselt peatatud", stopped: "peatatud", removing: "äravõtmisel" },
  edits: "Seal tehtud muudatused",
  cancelled: "Tühistatud broneeringud",
  checked: "Viimati võrreldud",
  never: "veel mitte",
  lastRun: "Viimane kord, mil midagi tehti",
  run: ({ created, updated, deleted, restored, conflict, failed, requests }) =>
    `${
      parts([
        [created, "kirjutatud"],
        [updated, "muudetud"],
        [deleted, "ära võetud"],
        [restored, "tagasi pandud"],
        [conflict, "leidis eest midagi muud"],
        [failed, "ebaõnnestus"],
      ]) || "midagi ei kirjutatud"
    }; päringuid ${requests}`,
  server: "Kuidas server käitub",
  probe: {
    keeps: "See hoiab alles, mida teised muudavad: vahepeal muudetud sündmust ei kirjutata kunagi üle.",
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
  credentialsHelp: "Neid proovitakse kohe ja hoitakse kõigi sinu peeglite jaoks sellel kontol.",
  save: "Salvesta",
  google: "Anna Google'i luba uuesti",
  probeAgain: "Proovi serverit uuesti",
  probeHelp: "Kui serverit on muudetud või uuendatud: üks 2020. aasta sündmus kirjutatakse ja võetakse jälle ära.",
  allow: "Lase kinni hoitud sündmused minna",
  allowHelp: "Need kustutatakse kalendrist kohe. Vaata enne broneeringud üle: need võisid kaduda ekslikult.",
  remove: "Eemalda see peegel",
  removeEvents: "Selle sündmused kalendris",
  removeChoices: { leave: "Jäta need sinna nii, nagu on", remove: "Võta need ära; siis kaob peegel ise" },
  removeHelp: "Kalendrisse ei saadeta enam midagi. Teiste sündmusi ei puudutata kunagi.",
  removeLeft: "Selle sündmused jäävad endise pidaja kalendrisse.",
  done: {
    tried: "Kalendrit prooviti ja sellesse saab peegeldada: allpool on kirjas, kuidas selle server käitub.",
    on: "See on sees. Sündmusi kirjutatakse.",
    paused: "See on ajutiselt peatatud.",
    probed: "Serverit prooviti uuesti.",
    credentials: "Uus kasutajanimi ja parool töötavad ja on alles hoitud.",
    allowed: "Kinni hoitud sündmused lasti minna.",
    removing: "Selle sündmusi võetakse ära.",
  },
};

export const targetWords: Readonly<Record<Language, typeof en>> = { en, et };

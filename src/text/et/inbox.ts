import type { inbox as english } from "../en/inbox.ts";

export const inbox: typeof english = {
  title: "Taotlused",
  parts: { decide: "Otsustada", waiting: "Ootel", over: "Möödas" },
  counted: {
    decide: (count) => (count === 1 ? "1 taotlus ootab sinu vastust" : `${count} taotlust ootab sinu vastust`),
    waiting: (count) => (count === 1 ? "1 taotlus ootab kedagi teist" : `${count} taotlust ootab kedagi teist`),
    over: (count) =>
      count === 1 ? "1 taotlus jäi õigel ajal vastuseta" : `${count} taotlust jäi õigel ajal vastuseta`,
  },
  found: (count, all) => `Otsingule vastab ${count}, kokku on ${all}`,
  none: {
    decide: "Ükski taotlus ei oota sinu vastust",
    waiting: "Ükski taotlus ei oota kedagi teist",
    over: "Ükski taotlus ei jäänud vastuseta",
  },
  hidden: "Seni ei näidata siin ühtki taotlust, ka neid, mis sind ootavad.",
  noneYet: "Uued taotlused ilmuvad siia ise.",
  noneFound: "Ükski taotlus ei vasta otsingule.",
  showAll: "Näita kõiki",
  loading: (names) => `Waldurit loetakse esimest korda: ${names}. Seejärel avaneb see leht ise uuesti.`,
  unmanaged:
    "Sinu konto ei halda Walduris ühtki teenusepakkujat, seega ei ole sul midagi otsustada. Sinu tehtud taotlused on siin, kui oled neist kalendri teinud.",
  makeMine: "Tee kalender minu tehtud broneeringutest",
  firstCalendar: "Sul ei ole veel oma kalendrit.",
  makeFirst: "Tee kalender",
  search: {
    open: "Otsi ja sõelu",
    words: "Sõnad",
    wordsHelp: "Nimes, sõnumis, projektis või pakkumises.",
    names: "Taotleja või klient",
    offering: "Pakkumine",
    allOfferings: "Kõik pakkumised",
    from: "Alates",
    to: "Kuni",
    order: "Järjestus",
    orders: { start: "Varasem aeg enne", age: "Kauem oodanud enne", latest: "Hilisem aeg enne" },
    apply: "Otsi",
  },
  waited: {
    days: (count) => (count === 1 ? "ootab 1 päeva" : `ootab ${count} päeva`),
    hours: (count) => (count === 1 ? "ootab 1 tunni" : `ootab ${count} tundi`),
    minutes: (count) => (count === 1 ? "ootab 1 minuti" : `ootab ${count} minutit`),
  },
  of: "Taotleja",
  more: (count) => (count === 1 ? "ja veel 1 aeg" : `ja veel ${count} aega`),
  overlaps: "Kattub",
  confirmed: "kinnitatud",
  pending: "samuti taotletud",
  moreOverlaps: (count) => `ja veel ${count}`,
  begun: "See aeg on juba alanud.",
  over: "See aeg on möödas. Siin seda enam otsustada ei saa; sulge taotlus Walduris.",
  strip: (day, own, others) =>
    `${day}: see taotlus ${own}; ${others === 0 ? "muud sellel pakkumisel ei ole" : others === 1 ? "sellel pakkumisel veel 1 broneering" : `sellel pakkumisel veel ${others} broneeringut`}`,
  accept: "Kinnita",
  acceptLook: "Kinnita…",
  reject: "Lükka tagasi…",
  withdraw: "Võta tagasi…",
  waldur: "Walduris",
  order: "Ava tellimus Walduris",
  tick: "Kinnita koos",
  tickAll: (count) => `Märgi kõik ${count} kattumata`,
  acceptTicked: "Kinnita märgitud",
  noneTicked: "Midagi ei olnud märgitud, seega ei kinnitatud midagi.",
  pages: "Leheküljed",
  page: (number, count) => `Lehekülg ${number}/${count}`,
  earlier: "Eelmine",
  later: "Järgmine",
  report: {
    title: (count) =>
      count === 0
        ? "Ühtki taotlust ei kinnitatud"
        : count === 1
          ? "Kinnitati 1 taotlus"
          : `Kinnitati ${count} taotlust`,
    overlaps: (names) => `Kinnitamata: kattub – ${names}. Vaata seda eraldi.`,
    begun: "Kinnitamata: selle aeg on juba alanud. Vaata seda eraldi.",
    over: "Kinnitamata: selle aeg on möödas.",
    left: (count) => `${count} on jäänud, sest teenus tohib korraga teha ainult osa`,
    goOn: (count) => (count === 1 ? "Jätka viimasega" : `Jätka ülejäänud ${count} taotlusega`),
  },
  confirm: {
    accept: "Kas kinnitada see taotlus?",
    reject: "Kas lükata see taotlus tagasi?",
    withdraw: "Kas võtta see taotlus tagasi?",
    overlaps: "Sama aeg on ka teistel:",
    overlapsHelp: "Waldur lubab mõlemad. Kui kinnitad, lepi teistega kokku, kes millal tuleb.",
    begun: (when) => `See algas ${when}.`,
    will: {
      accept: "Broneering kinnitatakse Walduris ja kalendrid näitavad seda kohe.",
      reject: (name) =>
        `Taotlus lõpeb Walduris ja aeg on jälle vaba. Seda ei saa tagasi võtta: ${name} peaks uuesti taotlema.`,
      withdraw: "Sinu taotlus lõpeb Walduris ja aeg on jälle vaba. Seda ei saa tagasi võtta.",
    },
    yes: { accept: "Kinnita", reject: "Lükka tagasi", withdraw: "Võta tagasi" },
    anyway: "Kinnita ikkagi",
    back: "Tagasi taotluste juurde",
    none: "Sa ei saa sellele taotlusele vastata.",
  },
};

import type { calendars as english } from "../en/calendars.ts";

export const calendars: typeof english = {
  title: "Kalendrid",
  traits: {
    detail: { busy: "ainult hõivatud ajad", basic: "nimedeta", full: "nimedega" },
    allOfferings: "kõik pakkumised",
    offerings: (names, more) => names.join(", ") + (more > 0 ? ` ja veel ${more}` : ""),
    unknown: "tundmatu pakkumine",
    used: (client, when) => `viimati päris ${client}, ${when}`,
    unused: "seni pärimata",
  },
  publicUrlMissing: (address) =>
    `PUBLIC_URL on seadmata. Seetõttu algavad kalendrite aadressid ja lingid neis aadressiga ${address}, mida keegi teine avada ei saa. Pane sinna selle teenuse aadress, näiteks https://calendar.example.org.`,
  noCalendars: "Kalendrit veel ei ole. Tee esimene: selleks kulub minut.",
  programs: "Kõik korraga kalendriprogrammis",
  next: "Veel kalendreid",
  providers: "Teenusepakkujad ilma kalendrita",
  providersFailed: "Waldurilt ei saanud sinu teenusepakkujaid küsida; kalendriga teenusepakkujad on ülal.",
  make: "Tee kalender",
  makeOther: "Tee veel üks kalender",
  makeMine: "Tee kalender minu tehtud broneeringutest",
  makeVisible: "Tee kalender kõigest, mida Waldur mulle näitab",
  open: "Aadress ja seaded",
  agenda: "Päevakava",
  month: "Kuu",
  events: (count) => (count === 1 ? "1 sündmus" : `${count} sündmust`),
  kinds: {
    provider: "teenusepakkuja",
    offering: "pakkumine",
    customer: "klient",
    project: "projekt",
    visible: "kõik, mida näen",
  },
  kept: (name) => `omanik ${name}`,
  takeOver: "Võta üle",
  takeOverHelp:
    "Kalendrit loetakse siis sinu pääsutunnusega ja see on sinu oma. Tellijad jäävad alles; sina saad sellele oma aadressi.",
  takeOverMirrors:
    "Ka peeglid saavad sinu omaks, aga mitte ligipääs kalendritele, kuhu need kirjutavad: igaüks peatub, kuni annad oma kasutajanime ja parooli.",
  mirrors: "Peeglid",
  troubled: "Ühendatud kalendrid, mis on peatunud või tõrguvad",
  moreMirrors: (count) => (count === 1 ? "veel 1 peegel" : `veel ${count} peeglit`),
  standing: {
    owner: "",
    operator: "",
    colleague: "kolleegi tehtud",
    former: "Sul ei ole enam seda rolli või Waldur ei võta sinu pääsutunnust: saad selle ainult lõpetada.",
    none: "",
  },
  partial: {
    offering: "Waldur näitab ainult broneeringuid, mille see konto ise tegi.",
    other: "Waldur näitab ainult nende pakkumiste broneeringuid, mida see konto haldab, ja tema enda omi.",
  },
  states: { loading: "tegemisel", active: "töös", suspended: "praegu tühjendatud", ended: "lõppenud" },
  refused: (when) =>
    `Waldur ei võta sinu pääsutunnust vastu alates ${when}. Kalendreid ei uuendata, kuni logid uuega sisse.`,
  expires: (when) => `Sinu Walduri pääsutunnus aegub ${when}. Logi enne seda uuega sisse.`,
  sliding: (duration) =>
    `Sinu Walduri pääsutunnus lõpeb ${duration} pärast viimast kasutust ja siis, kui Waldurist välja logid. Isiklik pääsutunnus jääb kehtima.`,
  minutes: (count) => `${count} minutit`,
  hours: (count) => (count === 1 ? "tund" : `${count} tundi`),
  days: (count) => `${count} päeva`,
  signInAgain: "Logi sisse teise pääsutunnusega",
};

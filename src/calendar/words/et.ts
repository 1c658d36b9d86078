import type { CalendarWords } from "./calendar-words.ts";

/** Every text of a calendar in Estonian. */
export const et: CalendarWords = {
  calendar: "Waldurisse tehtud broneeringud. Muudatusi tehakse Walduris, mitte selles kalendris.",
  mark: {
    requested: "Ootel",
    "awaiting-approval": "Ootel",
    "awaiting-start": "Ootel",
    "awaiting-order": "Ootel",
    "awaiting-provider": "Ootel",
    confirmed: "",
    updating: "",
    cancelling: "Tühistamisel",
    cancelled: "Tühistatud",
    rejected: "Tagasi lükatud",
    refused: "Tagasi lükatud",
    failed: "Viga",
    faulty: "Viga",
    vanished: "Tühistatud",
  },
  state: {
    requested: "Taotletud, otsust veel ei ole",
    "awaiting-approval": "Taotletud, ootab kliendi heakskiitu",
    "awaiting-start": "Taotletud, ootab projekti või tellimuse algust",
    "awaiting-order": "Taotletud, ootab, et teenusepakkuja kinnitaks tellimuse Walduris",
    "awaiting-provider": "Taotletud, ootab teenusepakkuja otsust",
    confirmed: "Kinnitatud",
    updating: "Kinnitatud, uuendamisel",
    cancelling: "Tühistamisel, aeg on veel kinni",
    cancelled: "Tühistatud pärast kinnitamist",
    rejected: "Teenusepakkuja lükkas tagasi või taotleja võttis tagasi",
    refused: "Klient ei kiitnud heaks",
    failed: "Tellimus ebaõnnestus, midagi ei ole broneeritud",
    faulty: "Walduris märgitud vigaseks, aeg on endiselt kinni",
    vanished: "Waldurist kustutatud",
  },
  busy: { TENTATIVE: "Hõivatud (esialgne)", CONFIRMED: "Hõivatud", CANCELLED: "Tühistatud: Hõivatud" },
  booking: "Broneering",
  removed: "See aeg on broneeringust eemaldatud",
  labels: {
    state: "Olek",
    offering: "Pakkumine",
    provider: "Teenusepakkuja",
    requester: "Taotleja",
    customer: "Klient",
    project: "Projekt",
    time: "Kohalik aeg",
    error: "Viga",
  },
  decide: {
    accept: "Kinnita",
    reject: "Lükka tagasi",
    both: "Vaata lähemalt ja otsusta",
    withdraw: "Ava või võta tagasi",
  },
  message: "Taotleja sõnum:",
  order: "Tellimus Walduris",
  part: (number, count) => `Osa ${number}/${count}`,
  periods: (count) => `Kõik ${count} aega, mille üle otsustab üks vastus`,
  unread: (count) =>
    count === 1
      ? "Walduris on sellel broneeringul üks aeg, mida ei saa lugeda; vaata sealt."
      : `Walduris on sellel broneeringul ${count} aega, mida ei saa lugeda; vaata sealt.`,
  backwards: "Walduris on selle aja lõpp enne algust; näidatud on nende vaheline aeg.",
  lengthless: "Walduris ei ole sellel ajal kestust; näidatud on üks minut.",
  sampleTitle: "[NÄIDIS] ",
  sample: "NÄIDISANDMED: see broneering on välja mõeldud.",
  ended: {
    title: "See kalender on lõppenud",
    text: (since) =>
      `See kalendriaadress suleti ${since}. Broneeringuid siin enam ei näidata. ` +
      "Eemalda tellimus ja küsi uus aadress sellelt, kes selle andis.",
  },
  empty: {
    title: "Praegu broneeringuid ei ole",
    text: "Selles kalendris ei ole praegu ühtegi broneeringut. See kirje hoiab ära, et kalendriprogramm näitaks vanu.",
  },
  notice: {
    unreachable: {
      title: "Kalender ei ole ajakohane: Waldur ei ole kättesaadav",
      text: (since) =>
        `Broneeringud on seisuga ${since}. Sellest ajast ei ole Waldur vastanud. ` +
        "Ühenduse peab taastama Walduri või selle kalendriteenuse haldaja.",
    },
    token: {
      title: "Kalender ei ole ajakohane: ligipääs Waldurile on aegunud",
      text: (since) =>
        `Broneeringud on seisuga ${since}. Sellest ajast ei võta Waldur kalendriteenuse pääsutunnust vastu. ` +
        "Teenuse haldaja peab andma uue pääsutunnuse.",
    },
    failing: {
      title: "Kalender ei ole ajakohane: Waldur vastab vigadega",
      text: (since) =>
        `Broneeringud on seisuga ${since}. Sellest ajast vastab Waldur vigadega. ` +
        "Seda peab uurima Walduri või selle kalendriteenuse haldaja.",
    },
    suspended: {
      title: "Kalender on tühjendatud: Waldurist ei ole liiga kaua uudiseid",
      text: (since) =>
        `Waldurit ei ole saanud lugeda alates ${since}, seetõttu on broneeringud eemaldatud. Need tulevad tagasi, ` +
        "kui Waldurit saab jälle lugeda. Sellega peab tegelema Walduri või selle kalendriteenuse haldaja.",
    },
    role: {
      title: "Kalender ei ole ajakohane: roll Walduris on ära võetud",
      text: (since, until) =>
        `Broneeringud on seisuga ${since}. Sellest ajast ei ole kontol, mis neid loeb, Walduris rolli, mis neid näitab. ` +
        "Organisatsiooni omanik peab rolli tagasi andma või kolleeg, kellel see on, peab kalendri üle võtma. " +
        `Muidu eemaldatakse broneeringud ${until}.`,
    },
    inactive: {
      title: "Kalender ei ole ajakohane: selle kasutaja ei ole Walduris aktiivne",
      text: (since, until) =>
        `Broneeringud on seisuga ${since}. Sellest ajast ei ole kasutaja, kelle konto neid loeb, Walduris aktiivne. ` +
        "Walduri haldaja peab kasutaja uuesti aktiveerima või kolleeg peab kalendri üle võtma. " +
        `Muidu eemaldatakse broneeringud ${until}.`,
    },
    expired: {
      title: "Kalender ei ole ajakohane: selle omanik peab uuesti sisse logima",
      text: (since, until, proofDays) =>
        `Broneeringud on seisuga ${since}. Selleks ajaks ei olnud Waldur kalendri konto pääsutunnust vastu võtnud ` +
        `${proofDays} päeva, seega ei ole teada, kas kontol on roll alles. Kalendri omanik peab sellesse ` +
        "kalendriteenusesse uuesti sisse logima või kolleeg peab kalendri üle võtma. " +
        `Muidu eemaldatakse broneeringud ${until}.`,
    },
    part: {
      title: "Osa broneeringuid ei ole ajakohased: roll Walduris on ära võetud",
      text: (since, until) =>
        `Kontol, mis seda kalendrit loeb, ei ole alates ${since} Walduris rolli, mis näitab osa selle broneeringuid. ` +
        `Nende organisatsiooni omanik peab rolli tagasi andma. Muidu eemaldatakse need broneeringud ${until}.`,
    },
    "role-cleared": {
      title: "Kalender on tühjendatud: roll Walduris on ära võetud",
      text: (since) =>
        `Kontol, mis broneeringuid loeb, ei ole alates ${since} Walduris rolli, mis neid näitab, seetõttu on need ` +
        "eemaldatud. Need tulevad ise samale aadressile tagasi, kui organisatsiooni omanik annab rolli tagasi või kui " +
        "kolleeg, kellel see on, kalendri üle võtab.",
    },
    "inactive-cleared": {
      title: "Kalender on tühjendatud: selle kasutaja ei ole Walduris aktiivne",
      text: (since) =>
        `Kasutaja, kelle konto broneeringuid loeb, ei ole alates ${since} Walduris aktiivne, seetõttu on need eemaldatud. ` +
        "Need tulevad ise samale aadressile tagasi, kui Walduri haldaja kasutaja uuesti aktiveerib või kui kolleeg " +
        "kalendri üle võtab.",
    },
    "expired-cleared": {
      title: "Kalender on tühjendatud: selle omanik peab uuesti sisse logima",
      text: (since, _until, proofDays) =>
        `Alates ${since} ei ole teada, kas kalendri kontol on Walduris roll alles, sest selleks ajaks ei olnud Waldur selle ` +
        `pääsutunnust vastu võtnud ${proofDays} päeva, seetõttu on broneeringud eemaldatud. ` +
        "Need tulevad ise samale aadressile tagasi, kui kalendri omanik sellesse kalendriteenusesse uuesti sisse logib või " +
        "kui kolleeg kalendri üle võtab.",
    },
  },
};

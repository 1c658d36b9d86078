import type { BookingStatus } from "../../calendar/status.ts";
import type { decision as english } from "../en/decision.ts";

function whoseMoveEt(status: BookingStatus | null, provider: string, customer: string): string {
  switch (status) {
    case "awaiting-approval":
      return `Järg on kliendi käes (${customer}): taotlus ei ole veel heaks kiidetud. Pärast seda saab teenusepakkuja siin otsustada.`;
    case "awaiting-start":
      return "See taotlus ootab oma projekti algust või alguskuupäeva. Pärast seda saab teenusepakkuja siin otsustada.";
    case "awaiting-order":
      return `Järg on teenusepakkuja käes (${provider}): omanik või haldur peab tellimuse enne Walduris kinnitama. Kuni selleni ei võta Waldur siit vastust vastu.`;
    default:
      return `Waldur ei võta veel vastust vastu: taotlus ootab kliendi (${customer}) heakskiitu või projekti algust, või ootab tellimus Walduris teenusepakkujat (${provider}).`;
  }
}

export const decision: typeof english = {
  page: "Broneeringu taotlus",
  nameless: "Nimeta broneering",
  actions: { accept: "Kinnita", reject: "Lükka tagasi" },
  labels: {
    offering: "Pakkumine",
    requester: "Taotleja",
    customer: "Klient",
    project: "Projekt",
    when: "Aeg",
    state: "Olek",
    decided: "Otsustatud",
    past: "Möödas",
    error: "Viga",
  },
  part: (number, count) => `Osa ${number}/${count}`,
  beside: "Samal ajal",
  alone: "Ükski teine selle pakkumise broneering ei kattu.",
  besidePending: "samuti taotletud",
  besideConfirmed: "juba kinnitatud",
  moreBeside:
    "Selleks ajaks on taotletud või kinnitatud rohkem, kui sina nägid. Midagi ei muudetud; vaata seda uuesti.",
  decide: "Sinu otsus",
  as: (name) => `Otsustad kasutajana ${name}.`,
  own: {
    title: "Sinu taotlus",
    text: "Teenusepakkuja kinnitab selle või lükkab tagasi. Seni saad selle tagasi võtta: aeg on siis kohe jälle vaba.",
    button: "Võta tagasi",
  },
  waiting: { title: "Siin ei saa seda veel otsustada", move: whoseMoveEt, order: "Ava tellimus Walduris" },
  holder: (name) => `Selle lingiga otsustab igaüks kasutajana ${name}: ära jaga seda.`,
  signIn: {
    title: "Otsustamiseks logi sisse",
    why: "Kalendrit näevad paljud, seepärast küsib see leht, kes sa oled. Edaspidi piisab selles brauseris 90 päeva jooksul ühest klõpsust.",
    own: "Otsusta hoopis oma nime all",
    others: "Muud viisid sisse logida",
  },
  token: {
    label: "Sinu Walduri pääsutunnus",
    help: "Walduris: sinu profiil, API token. Seda kontrollitakse Walduris, hoitakse krüpteeritult ja kasutatakse ainult sinu nimel otsustamiseks.",
    sample: "See on näidis: sample-provider-owner on selle teenusepakkuja omaniku pääsutunnus.",
    button: "Logi sisse",
  },
  signedIn: (name) => `Sisse logitud: ${name}`,
  forget: "Unusta see brauser",
  forgetAll: "Unusta kõik minu brauserid",
  closed: {
    decided: "Selle kohta otsustati Walduris; siin ei ole enam midagi teha.",
    past: "Selle broneeringu aeg on möödas. Siin seda enam otsustada ei saa.",
  },
  made: (action, name) => `${action === "accept" ? "Kinnitas" : "Lükkas tagasi"} ${name} selle kalendri kaudu`,
  openWaldur: "Ava Walduris",
  may: {
    notYours: (provider) =>
      `Sinu konto ei esinda teenusepakkujat ega saa kinnitada. Seda saavad ${provider} omanikud ja haldurid.`,
    noReject: (customer) =>
      `Tõenäoliselt ei luba Waldur sinu kontol tagasi lükata: seda saavad ainult Walduri haldajad, taotleja ise ning ${customer} omanikud ja haldurid.`,
    byOperator:
      "Waldur ei luba teenusepakkujal teiste broneeringuid tagasi lükata. Seepärast tehakse seda haldaja kontoga: Walduri logis on see konto, meie omas oled sina.",
    unanswered: "Waldur praegu ei vasta, seepärast ei ole teada, mida su konto teha saab.",
  },
  unnamed: { provider: "teenusepakkuja", customer: "kliendi", account: "(nimeta)", person: "(palus end unustada)" },
  outcome: {
    done: ({ action, byOperator, own }) =>
      action === "accept"
        ? "Kinnitatud. Broneering kehtib ja kalender näitab seda nüüd."
        : own
          ? "Tagasi võetud. Aeg on jälle vaba ja kalender näitab seda nüüd."
          : `Tagasi lükatud. Aeg on jälle vaba ja kalender näitab seda nüüd.${byOperator ? " Walduri logis on haldaja konto, meie omas oled sina." : ""}`,
    already: ({ action }) =>
      `Keegi teine oli selle broneeringu juba ${action === "accept" ? "kinnitanud" : "tagasi lükanud"}. Midagi ei jäänud teha.`,
    other: () =>
      "Selle broneeringu kohta on vahepeal teisiti otsustatud või on see lõppenud. Sinu klõps ei muutnud midagi.",
    past: () => "Selle broneeringu aeg on möödas. Midagi ei muudetud.",
    moved: () =>
      "Selle broneeringu ajad on muutunud pärast seda, kui sina seda nägid. Midagi ei muudetud; vaata seda uuesti.",
    "not-yours": ({ provider }) =>
      `See konto ei esinda teenusepakkujat ega saa kinnitada. Seda saavad ${provider} omanikud ja haldurid. Midagi ei muudetud.`,
    refused: ({ action, provider, customer }) =>
      action === "accept"
        ? `Waldur keeldus: see konto ei tohi kinnitada. Seda tohivad ${provider} omanikud ja haldurid. Midagi ei muudetud.`
        : `Waldur keeldus: selle broneeringu tohivad tagasi lükata ainult Walduri haldajad, taotleja ise ning ${customer} omanikud ja haldurid. Palu neid või Walduri haldajat. Midagi ei muudetud.`,
    "not-ready": ({ status, provider, customer }) =>
      `Liiga vara. ${whoseMoveEt(status, provider, customer)} Midagi ei muudetud.`,
    gone: () => "Walduris seda broneeringut enam ei ole või ei näidata seda sellele kontole. Midagi ei muudetud.",
    expired: ({ name }) =>
      `Waldur ei võta enam vastu kasutaja ${name} pääsutunnust. Logi sisse uuega. Midagi ei muudetud.`,
    unchanged: () => "Waldur ei vastanud nii, nagu peab. Midagi ei muudetud; proovi minuti pärast uuesti.",
    unknown: () =>
      "Waldurile anti otsus edasi, aga see ei öelnud, kas see õnnestus. Vaata seda lehte minuti pärast, enne kui uuesti proovid.",
    busy: () => "Keegi otsustab seda broneeringut praegu. Sinu klõps ei muutnud midagi; vaata minuti pärast uuesti.",
    limited: () => "Katseid oli liiga palju. Midagi ei muudetud; oota kümme minutit.",
  },
  expired: (name) => `Waldur ei võta enam vastu kasutaja ${name} pääsutunnust. Logi sisse uuega.`,
  badToken: "See ei ole pääsutunnus: selles on vähemalt 8 märki ja tühikuid ei ole.",
  refusedToken: "Waldur ei võta seda pääsutunnust vastu. See võib olla aegunud, tühistatud või poolikult kopeeritud.",
  waldurSilent: "Waldur ei vastanud, seepärast ei saanud pääsutunnust kontrollida. Proovi minuti pärast uuesti.",
  foreign: "See vorm ei tulnud sellelt lehelt või oli liiga kaua avatud. Midagi ei muudetud; proovi allpool uuesti.",
  missing: {
    title: "Sellel aadressil ei ole midagi",
    text: "Link on poolik, kuulub kalendri vanale aadressile või on kalender lõppenud. Kalendri uuemas sündmuses võib olla uus link.",
  },
  broken: { title: "Midagi läks valesti", text: "Midagi ei muudetud. Proovi minuti pärast uuesti." },
};

import type { Action, Language } from "../calendar/profile.ts";
import type { Decision } from "../decision/decide.ts";

/** Whom and what a sentence is about. */
export interface DecisionFacts {
  readonly action: Action;
  readonly provider: string;
  readonly customer: string;
  /** Whose token Waldur does not take any more. */
  readonly name: string;
  /** Waldur was told with the operator's token. */
  readonly byOperator: boolean;
}

/** Every text of ours on a decision page. */
export interface DecisionWords {
  readonly page: string;
  readonly nameless: string;
  readonly actions: Readonly<Record<Action, string>>;
  readonly labels: Readonly<
    Record<"offering" | "requester" | "customer" | "project" | "when" | "words" | "state" | "decided" | "error", string>
  >;
  readonly noWords: string;
  readonly part: (number: number, count: number) => string;
  readonly beside: string;
  readonly alone: string;
  readonly besidePending: string;
  readonly besideConfirmed: string;
  readonly decide: string;
  readonly as: (name: string) => string;
  /** A link with which whoever holds it decides. */
  readonly holder: (name: string) => string;
  readonly signIn: { readonly title: string; readonly why: string; readonly own: string; readonly others: string };
  readonly token: { readonly label: string; readonly help: string; readonly sample: string; readonly button: string };
  readonly signedIn: (name: string) => string;
  readonly forget: string;
  readonly forgetAll: string;
  readonly closed: { readonly decided: string; readonly past: string };
  readonly made: (action: Action, name: string) => string;
  readonly openWaldur: string;
  /** What the account may not do, told before it tries. */
  readonly may: {
    readonly notYours: (provider: string) => string;
    readonly noReject: (customer: string) => string;
    readonly byOperator: string;
    readonly unanswered: string;
  };
  /** Whom a sentence names where Waldur gives no name. */
  readonly unnamed: { readonly provider: string; readonly customer: string; readonly account: string };
  readonly outcome: Readonly<Record<Decision["result"], (told: DecisionFacts) => string>>;
  readonly expired: (name: string) => string;
  readonly badToken: string;
  readonly refusedToken: string;
  readonly waldurSilent: string;
  readonly tooOften: string;
  readonly foreign: string;
  readonly missing: { readonly title: string; readonly text: string };
  readonly broken: { readonly title: string; readonly text: string };
}

const english: DecisionWords = {
  page: "Booking request",
  nameless: "Booking without a name",
  actions: { accept: "Accept", reject: "Reject" },
  labels: {
    offering: "Offering",
    requester: "Requested by",
    customer: "Customer",
    project: "Project",
    when: "When",
    words: "In their words",
    state: "State",
    decided: "Decided",
    error: "Error",
  },
  noWords: "No words were added.",
  part: (number, count) => `Part ${number} of ${count}`,
  beside: "At the same time",
  alone: "No other booking of this offering overlaps.",
  besidePending: "also requested",
  besideConfirmed: "already confirmed",
  decide: "Your decision",
  as: (name) => `You decide as ${name}.`,
  holder: (name) => `Whoever has this link decides as ${name}: keep it to yourself.`,
  signIn: {
    title: "Sign in to decide",
    why: "A calendar is seen by many, so this page asks who you are. After that one click is enough in this browser for 90 days.",
    own: "Decide under your own name instead",
    others: "Other ways to sign in",
  },
  token: {
    label: "Your Waldur token",
    help: "In Waldur: your profile, API token. It is checked with Waldur, kept encrypted, and used only to decide as you.",
    sample: "This is the sample: sample-provider-owner is the token of the owner of this provider.",
    button: "Sign in",
  },
  signedIn: (name) => `Signed in as ${name}`,
  forget: "Forget this browser",
  forgetAll: "Forget all my browsers",
  closed: {
    decided: "This was decided in Waldur; there is nothing left to do here.",
    past: "The time of this booking is over. It can no longer be decided here.",
  },
  made: (action, name) => `${action === "accept" ? "Accepted" : "Rejected"} by ${name} through this calendar`,
  openWaldur: "Open it in Waldur",
  may: {
    notYours: (provider) =>
      `Your account does not stand for the provider, so it cannot accept. Owners and managers of ${provider} can.`,
    noReject: (customer) =>
      `Waldur will probably not let your account reject: it lets only staff, whoever asked, and owners and managers of ${customer}.`,
    byOperator:
      "Waldur does not let a provider reject bookings of others. Reject is therefore done with the operator’s account: Waldur’s own log will name that account, ours names you.",
    unanswered: "Waldur does not answer at present, so what your account may do is not known.",
  },
  unnamed: { provider: "the provider", customer: "the customer", account: "this account" },
  outcome: {
    done: ({ action, byOperator }) =>
      action === "accept"
        ? "Accepted. The booking is confirmed, and the calendar shows it from now on."
        : `Rejected. The time is free again, and the calendar shows it from now on.${byOperator ? " Waldur’s log names the operator’s account, ours names you." : ""}`,
    already: ({ action }) =>
      `This booking had already been ${action === "accept" ? "accepted" : "rejected"} by somebody else. Nothing was left to do.`,
    other: () => "This booking has been decided otherwise or has ended meanwhile. Your click changed nothing.",
    past: () => "The time of this booking is over. Nothing was changed.",
    "not-yours": ({ provider }) =>
      `This account does not stand for the provider, so it cannot accept. Owners and managers of ${provider} can. Nothing was changed.`,
    refused: ({ action, provider, customer }) =>
      action === "accept"
        ? `Waldur refused: this account may not accept. Owners and managers of ${provider} may. Nothing was changed.`
        : `Waldur refused: only its staff, whoever asked, and owners and managers of ${customer} may reject this booking. Ask one of them, or the operator of Waldur. Nothing was changed.`,
    "not-ready": ({ customer }) =>
      `Too early: the request still waits for approval by ${customer}, or for its project to begin. Nothing was changed; come back after that.`,
    gone: () => "Waldur does not have this booking any more, or does not show it to this account. Nothing was changed.",
    expired: ({ name }) =>
      `Waldur does not take the token of ${name} any more. Sign in with a new one. Nothing was changed.`,
    unchanged: () => "Waldur did not answer as it should. Nothing was changed; try again in a minute.",
    unknown: () =>
      "Waldur was told, but did not say what became of it. Look at this page again in a minute before you try once more.",
    busy: () => "Somebody is deciding this booking at this moment. Your click changed nothing; look again in a minute.",
    limited: () => "Too many tries on this booking. Nothing was changed; wait ten minutes.",
  },
  expired: (name) => `Waldur does not take the token of ${name} any more. Sign in with a new one.`,
  badToken: "This is no token: it has at least 8 characters and no spaces.",
  refusedToken: "Waldur does not take this token. It may be expired, revoked, or not copied whole.",
  waldurSilent: "Waldur did not answer, so your token could not be checked. Try again in a minute.",
  tooOften: "Too many tries to sign in. Wait ten minutes.",
  foreign: "This form was not sent from this page, or was open for too long. Nothing was changed; try again below.",
  missing: {
    title: "There is nothing at this address",
    text: "The link is not whole, was made for an older calendar address, or its calendar has ended. A newer event of the calendar may have a new link.",
  },
  broken: { title: "Something went wrong", text: "Nothing was changed. Try again in a minute." },
};

const estonian: DecisionWords = {
  page: "Broneeringu taotlus",
  nameless: "Nimeta broneering",
  actions: { accept: "Kinnita", reject: "Lükka tagasi" },
  labels: {
    offering: "Pakkumine",
    requester: "Taotleja",
    customer: "Klient",
    project: "Projekt",
    when: "Aeg",
    words: "Taotleja sõnad",
    state: "Olek",
    decided: "Otsustatud",
    error: "Viga",
  },
  noWords: "Selgitust ei lisatud.",
  part: (number, count) => `Osa ${number}/${count}`,
  beside: "Samal ajal",
  alone: "Ükski teine selle pakkumise broneering ei kattu.",
  besidePending: "samuti taotletud",
  besideConfirmed: "juba kinnitatud",
  decide: "Sinu otsus",
  as: (name) => `Otsustad kasutajana ${name}.`,
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
  unnamed: { provider: "teenusepakkuja", customer: "kliendi", account: "(nimeta)" },
  outcome: {
    done: ({ action, byOperator }) =>
      action === "accept"
        ? "Kinnitatud. Broneering kehtib ja kalender näitab seda nüüdsest."
        : `Tagasi lükatud. Aeg on jälle vaba ja kalender näitab seda nüüdsest.${byOperator ? " Walduri logis on haldaja konto, meie omas oled sina." : ""}`,
    already: ({ action }) =>
      `Keegi teine oli selle broneeringu juba ${action === "accept" ? "kinnitanud" : "tagasi lükanud"}. Midagi ei jäänud teha.`,
    other: () =>
      "Selle broneeringu kohta on vahepeal teisiti otsustatud või on see lõppenud. Sinu klõps ei muutnud midagi.",
    past: () => "Selle broneeringu aeg on möödas. Midagi ei muudetud.",
    "not-yours": ({ provider }) =>
      `See konto ei esinda teenusepakkujat ega saa kinnitada. Seda saavad ${provider} omanikud ja haldurid. Midagi ei muudetud.`,
    refused: ({ action, provider, customer }) =>
      action === "accept"
        ? `Waldur keeldus: see konto ei tohi kinnitada. Seda tohivad ${provider} omanikud ja haldurid. Midagi ei muudetud.`
        : `Waldur keeldus: selle broneeringu tohivad tagasi lükata ainult Walduri haldajad, taotleja ise ning ${customer} omanikud ja haldurid. Palu neid või Walduri haldajat. Midagi ei muudetud.`,
    "not-ready": ({ customer }) =>
      `Liiga vara: taotlus ootab veel kliendi (${customer}) heakskiitu või projekti algust. Midagi ei muudetud; tule pärast seda tagasi.`,
    gone: () => "Walduris seda broneeringut enam ei ole või ei näidata seda sellele kontole. Midagi ei muudetud.",
    expired: ({ name }) =>
      `Waldur ei võta enam vastu kasutaja ${name} pääsutunnust. Logi sisse uuega. Midagi ei muudetud.`,
    unchanged: () => "Waldur ei vastanud nii, nagu peab. Midagi ei muudetud; proovi minuti pärast uuesti.",
    unknown: () =>
      "Waldurile anti otsus edasi, aga see ei öelnud, mis sellest sai. Vaata seda lehte minuti pärast, enne kui uuesti proovid.",
    busy: () => "Keegi otsustab seda broneeringut praegu. Sinu klõps ei muutnud midagi; vaata minuti pärast uuesti.",
    limited: () => "Selle broneeringuga on liiga palju katseid. Midagi ei muudetud; oota kümme minutit.",
  },
  expired: (name) => `Waldur ei võta enam vastu kasutaja ${name} pääsutunnust. Logi sisse uuega.`,
  badToken: "See ei ole pääsutunnus: selles on vähemalt 8 märki ja tühikuid ei ole.",
  refusedToken: "Waldur ei võta seda pääsutunnust vastu. See võib olla aegunud, tühistatud või poolikult kopeeritud.",
  waldurSilent: "Waldur ei vastanud, seepärast ei saanud pääsutunnust kontrollida. Proovi minuti pärast uuesti.",
  tooOften: "Liiga palju sisselogimise katseid. Oota kümme minutit.",
  foreign: "See vorm ei tulnud sellelt lehelt või oli liiga kaua avatud. Midagi ei muudetud; proovi allpool uuesti.",
  missing: {
    title: "Sellel aadressil ei ole midagi",
    text: "Link on poolik, kuulub kalendri vanale aadressile või on kalender lõppenud. Kalendri uuemas sündmuses võib olla uus link.",
  },
  broken: { title: "Midagi läks valesti", text: "Midagi ei muudetud. Proovi minuti pärast uuesti." },
};

/** The texts of each language. */
export const decisionWords: Readonly<Record<Language, DecisionWords>> = { en: english, et: estonian };

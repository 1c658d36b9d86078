import type { BookingStatus } from "../status.ts";
import type { Language } from "../profile.ts";

/** Why a feed is not kept up to date. */
export type NoticeReason = "unreachable" | "token" | "failing" | "suspended";

/** Every text of ours that a calendar can show. */
export interface CalendarWords {
  readonly calendar: string;
  /** In front of the title; ends in a blank, or is empty. */
  readonly prefix: Readonly<Record<BookingStatus, string>>;
  readonly state: Readonly<Record<BookingStatus, string>>;
  readonly busy: Readonly<Record<"TENTATIVE" | "CONFIRMED" | "CANCELLED", string>>;
  /** Title of a booking without any name. */
  readonly booking: string;
  readonly removed: string;
  readonly labels: Readonly<
    Record<"state" | "offering" | "provider" | "requester" | "customer" | "project" | "time" | "error", string>
  >;
  /** In front of the links to decide. */
  readonly decide: Readonly<Record<"accept" | "reject" | "both", string>>;
  readonly part: (number: number, count: number) => string;
  readonly backwards: string;
  readonly lengthless: string;
  readonly sampleTitle: string;
  readonly sample: string;
  readonly ended: { readonly title: string; readonly text: (since: string) => string };
  /** Stands alone in a feed that would run empty. */
  readonly empty: { readonly title: string; readonly text: string };
  readonly notice: Readonly<Record<NoticeReason, { readonly title: string; readonly text: (since: string) => string }>>;
}

const english: CalendarWords = {
  calendar: "Bookings in Waldur. Changes are made in Waldur, not in this calendar.",
  prefix: {
    requested: "Pending: ",
    "awaiting-approval": "Pending: ",
    "awaiting-start": "Pending: ",
    "awaiting-provider": "Pending: ",
    confirmed: "",
    updating: "",
    cancelling: "Cancelling: ",
    cancelled: "Cancelled: ",
    rejected: "Rejected: ",
    refused: "Rejected: ",
    failed: "Error: ",
    faulty: "Error: ",
    vanished: "Cancelled: ",
  },
  state: {
    requested: "Requested, not decided yet",
    "awaiting-approval": "Requested, waits for approval by the customer",
    "awaiting-start": "Requested, waits for the start of the project or order",
    "awaiting-provider": "Requested, waits for the provider to accept or reject",
    confirmed: "Confirmed",
    updating: "Confirmed, being updated",
    cancelling: "Being cancelled, still held",
    cancelled: "Cancelled after it was accepted",
    rejected: "Rejected by the provider or withdrawn by the requester",
    refused: "Not approved by the customer",
    failed: "The order failed, nothing is booked",
    faulty: "Marked as erred in Waldur, still held",
    vanished: "Removed from Waldur",
  },
  busy: { TENTATIVE: "Busy (tentative)", CONFIRMED: "Busy", CANCELLED: "Cancelled: Busy" },
  booking: "Booking",
  removed: "This period was removed from the booking",
  labels: {
    state: "State",
    offering: "Offering",
    provider: "Provider",
    requester: "Requested by",
    customer: "Customer",
    project: "Project",
    time: "Local time",
    error: "Error",
  },
  decide: { accept: "Accept", reject: "Reject", both: "Look closer and decide" },
  part: (number, count) => `Part ${number} of ${count}`,
  backwards: "Waldur has the end of this period before its start; the time between the two is shown.",
  lengthless: "This period has no length in Waldur; one minute is shown.",
  sampleTitle: "[SAMPLE] ",
  sample: "SAMPLE DATA: this booking is made up.",
  ended: {
    title: "This calendar has ended",
    text: (since) =>
      `This calendar address was closed at ${since}. It shows no bookings any more. ` +
      "Remove the subscription, and ask whoever gave you the address for a new one.",
  },
  empty: {
    title: "No bookings at present",
    text: "This calendar has no bookings in its days at present. This entry keeps calendar programs from showing old ones.",
  },
  notice: {
    unreachable: {
      title: "Calendar not up to date: Waldur cannot be reached",
      text: (since) =>
        `Bookings are as of ${since}. Waldur has not answered since. ` +
        "Whoever runs Waldur or this calendar service must bring the connection back.",
    },
    token: {
      title: "Calendar not up to date: access to Waldur has expired",
      text: (since) =>
        `Bookings are as of ${since}. Waldur has not accepted the access token of this calendar service since. ` +
        "Whoever runs the service must give it a new token.",
    },
    failing: {
      title: "Calendar not up to date: Waldur answers with errors",
      text: (since) =>
        `Bookings are as of ${since}. Waldur has answered with errors since. ` +
        "Whoever runs Waldur or this calendar service must look into it.",
    },
    suspended: {
      title: "Calendar emptied: no news from Waldur for too long",
      text: (since) =>
        `Waldur could not be read since ${since}, so the bookings were taken out. They come back as soon as it can be ` +
        "read. Whoever runs Waldur or this calendar service must see to it.",
    },
  },
};

const estonian: CalendarWords = {
  calendar: "Waldurisse tehtud broneeringud. Muudatusi tehakse Walduris, mitte selles kalendris.",
  prefix: {
    requested: "Ootel: ",
    "awaiting-approval": "Ootel: ",
    "awaiting-start": "Ootel: ",
    "awaiting-provider": "Ootel: ",
    confirmed: "",
    updating: "",
    cancelling: "Tühistamisel: ",
    cancelled: "Tühistatud: ",
    rejected: "Tagasi lükatud: ",
    refused: "Tagasi lükatud: ",
    failed: "Viga: ",
    faulty: "Viga: ",
    vanished: "Tühistatud: ",
  },
  state: {
    requested: "Taotletud, otsust veel ei ole",
    "awaiting-approval": "Taotletud, ootab kliendi heakskiitu",
    "awaiting-start": "Taotletud, ootab projekti või tellimuse algust",
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
  decide: { accept: "Kinnita", reject: "Lükka tagasi", both: "Vaata lähemalt ja otsusta" },
  part: (number, count) => `Osa ${number}/${count}`,
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
  },
};

/** The texts of each language a feed may have. */
export const calendarWords: Readonly<Record<Language, CalendarWords>> = { en: english, et: estonian };

import type { ErrorCode } from "../errors.ts";
import type { Language } from "../calendar/profile.ts";

const en = {
  overview: "Overview",
  history: "History",
  navigation: "Main",
  signOut: "Sign out",
  operator: "Operator",
  sample: "Sample data: everything here is made up.",
  failed: "This did not work",
  requestId: "Number of this request, for whoever runs the service",
  back: "To the overview",
  /** Before what a calendar's server said in its own words. */
  said: "The server said",
  /** Before what is for them, in English. */
  forOperator: "For whoever runs the service",
};

const et: typeof en = {
  overview: "Ülevaade",
  history: "Ajalugu",
  navigation: "Peamenüü",
  signOut: "Logi välja",
  operator: "Haldaja",
  sample: "Näidisandmed: kõik siin on välja mõeldud.",
  failed: "See ei õnnestunud",
  requestId: "Päringu number teenuse haldajale",
  back: "Ülevaatesse",
  said: "Server ütles",
  forOperator: "Teenuse haldajale",
};

export const commonWords: Readonly<Record<Language, typeof en>> = { en, et };

/** What went wrong, and whose move it is. */
const englishFailures: Readonly<Record<ErrorCode | "internal", string>> = {
  bad_input: "Something in what was sent does not fit. Go back, look at it again and send it once more.",
  bad_config: "A setting of this service is missing or wrong. Whoever runs the service must look at it.",
  unauthorized: "You are not signed in. Sign in and try again.",
  forbidden: "You may not do this. Ask whoever runs the service.",
  too_many: "Too many wrong attempts came from your address. Wait ten minutes and try again.",
  foreign_form: "This form did not come from our own page, or is too old. Open the page again and send it once more.",
  not_found: "There is nothing here for you. It may have been removed, or it belongs to somebody else.",
  conflict: "This is in another state by now, or somebody else was at it. Open the page again.",
  store_failed: "The database did not answer. Try again in a minute; if it stays so, tell whoever runs the service.",
  seal_broken: "A stored secret cannot be read: a key is missing. Whoever runs the service must look at its keys.",
  caldav_failed: "The calendar server did not do what was asked. Look at its address and password, or try again later.",
  waldur_unreachable: "Waldur cannot be reached. Try again later; if it stays so, tell whoever runs Waldur.",
  waldur_timeout: "Waldur did not answer in time. Try again later; if it stays so, tell whoever runs Waldur.",
  waldur_throttled: "Waldur is asked too often. Wait a minute and try again.",
  waldur_failed: "Waldur answered with an error. Try again later; if it stays so, tell whoever runs Waldur.",
  waldur_refused_token: "Waldur does not take your token any more. Sign in again with a new one.",
  waldur_forbidden: "Waldur says that you may not do this. Ask the owner of the provider in Waldur for the role.",
  waldur_not_found: "Waldur does not know this, or does not show it to you.",
  waldur_conflict: "Waldur says that this is in another state by now. Open the page again.",
  waldur_not_ready: "The customer's side has not approved this yet. Nobody can decide before.",
  waldur_bad_request: "Waldur did not take the request. Tell whoever runs the service.",
  waldur_bad_answer: "Waldur gave an answer that makes no sense. Tell whoever runs the service.",
  internal: "Something went wrong in this service. Its log has it under the number below; tell whoever runs it.",
};

const estonianFailures: Readonly<Record<ErrorCode | "internal", string>> = {
  bad_input: "Midagi saadetus ei sobi. Mine tagasi, vaata üle ja saada uuesti.",
  bad_config: "Teenuse seadistus on puudu või vale. Seda peab vaatama teenuse haldaja.",
  unauthorized: "Sa ei ole sisse logitud. Logi sisse ja proovi uuesti.",
  forbidden: "Sul ei ole selleks õigust. Küsi teenuse haldajalt.",
  too_many: "Sinu aadressilt tuli liiga palju valesid katseid. Oota kümme minutit ja proovi uuesti.",
  foreign_form: "See vorm ei tulnud meie lehelt või on liiga vana. Ava leht uuesti ja saada veel kord.",
  not_found: "Siin ei ole sinu jaoks midagi. See võib olla eemaldatud või kuulub kellelegi teisele.",
  conflict: "See on juba teises olekus või keegi teine tegeleb sellega. Ava leht uuesti.",
  store_failed: "Andmebaas ei vastanud. Proovi minuti pärast; kui nii jääb, ütle teenuse haldajale.",
  seal_broken: "Salvestatud saladust ei saa lugeda: võti on puudu. Teenuse haldaja peab võtmed üle vaatama.",
  caldav_failed: "Kalendriserver ei teinud seda, mida paluti. Vaata aadress ja parool üle või proovi hiljem uuesti.",
  waldur_unreachable: "Waldur ei ole kättesaadav. Proovi hiljem; kui nii jääb, ütle Walduri haldajale.",
  waldur_timeout: "Waldur ei vastanud õigel ajal. Proovi hiljem; kui nii jääb, ütle Walduri haldajale.",
  waldur_throttled: "Waldurilt küsitakse liiga tihti. Oota minut ja proovi uuesti.",
  waldur_failed: "Waldur vastas veaga. Proovi hiljem; kui nii jääb, ütle Walduri haldajale.",
  waldur_refused_token: "Waldur ei võta sinu pääsutunnust enam vastu. Logi uue pääsutunnusega sisse.",
  waldur_forbidden: "Walduri sõnul ei ole sul selleks õigust. Küsi rolli teenusepakkuja omanikult Walduris.",
  waldur_not_found: "Waldur ei tunne seda või ei näita seda sulle.",
  waldur_conflict: "Walduri sõnul on see juba teises olekus. Ava leht uuesti.",
  waldur_not_ready: "Kliendi pool ei ole seda veel heaks kiitnud. Enne ei saa keegi otsustada.",
  waldur_bad_request: "Waldur ei võtnud päringut vastu. Ütle teenuse haldajale.",
  waldur_bad_answer: "Waldur andis arusaamatu vastuse. Ütle teenuse haldajale.",
  internal: "Teenuses läks midagi valesti. Logis on see allpool oleva numbri all; ütle teenuse haldajale.",
};

export const failureWords: Readonly<Record<Language, Readonly<Record<ErrorCode | "internal", string>>>> = {
  en: englishFailures,
  et: estonianFailures,
};

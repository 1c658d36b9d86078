import type { failures as english, limits as englishLimits } from "../en/failures.ts";

export const limits: typeof englishLimits = {
  feeds: (most) =>
    `Ühel inimesel võib siin olla ${most} kalendrit ja sul on neid nii palju. Lõpeta mõni, mida sa enam ei vaja, või palu teenuse haldajal piiri tõsta.`,
  sources: (most) =>
    `Ühe inimese kalendrid võivad olla ${most} Walduri loendi kohta ja sinu omad on. Lõpeta need, mille loendit sa enam ei vaja, või palu teenuse haldajal piiri tõsta.`,
  targets: (most) =>
    `Üks inimene võib peegeldada ${most} kalendrisse ja sina teed seda. Eemalda mõni peegeldus, mida sa enam ei vaja, või palu teenuse haldajal piiri tõsta.`,
};

export const failures: typeof english = {
  bad_input: "Midagi vormis ei sobi. Mine tagasi, vaata see üle ja saada uuesti.",
  too_large: "Saadetu on suurem, kui teenus vastu võtab. Mine tagasi ja saada vähem.",
  bad_config: "Teenuse seadistus on puudu või vale. Seda peab vaatama teenuse haldaja.",
  unauthorized: "Sa ei ole sisse logitud. Logi sisse ja proovi uuesti.",
  forbidden: "Sul ei ole selleks õigust. Küsi teenuse haldajalt.",
  no_role:
    "Selleks on vaja rolli Walduris ja sul seda seal ei ole. Saad teha kalendri enda tehtud broneeringutest; muu jaoks küsi Walduris rolli teenusepakkuja omanikult.",
  over_quota: "Sul on neid nii palju, kui siin ühel inimesel olla võib.",
  too_many: "Sinult on tulnud liiga palju katseid. Oota kümme minutit ja proovi uuesti.",
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
  waldur_bad_answer: "Walduri vastus oli arusaamatu. Ütle teenuse haldajale.",
  internal: "Teenuses läks midagi valesti. Ütle teenuse haldajale allpool olev number; üksikasjad on logis.",
};

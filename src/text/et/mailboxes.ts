import type { mailboxes as english } from "../en/mailboxes.ts";

/** Ruumide ja seadmete postkastide leht ning kirjad nende vastuste kohta. */
export const mailboxes: typeof english = {
  title: "Ruumide postkastid",
  about:
    "Ruum või seade, millel on Exchange'is või Google'is oma postkast, võtab kutse vastu, kui on vaba, ja keeldub, kui on hõivatud. Selline postkast võib pakkumise taotlustele sinu asemel vastata.",
  how: "Postkast saab kutse taotluse iga aja kohta. Kui ta on kõik vastu võtnud, on taotlus vastu võetud; kui ta ühest keeldub, on taotlus tagasi lükatud. See sünnib sinu nimel ja ajalugu nimetab postkasti. Sina ja kolleegid võite endiselt otsustada: loeb esimene.",
  page: "Selle teenuse haldaja ei lase kirjadel otsustada: postkasti iga vastus toob sulle kirja lehega, millel otsustab üks klõps.",
  shown:
    "Postkast näeb pakkumise nime, broneeringute ja taotluste aegu ning linki igaühele, aga mitte seda, kes ja miks taotleb. Enam kui 20 ajaga taotlused jäävad inimestele. Taotluse kohta, mis kattub varasemaga, küsitakse siis, kui varasem on otsustatud.",
  setUp: "Mida postkasti haldaja peab seadma, on kirjas selle teenuse dokumentatsioonis, meili juures.",
  off: "Siin ei saadeta taotlusi kutsetena, seega ei saa ükski postkast neile vastata: teenuse haldaja ei ole seda seadistanud.",
  none: "Sul ei ole ühtki pakkumist, mille taotlusi võiksid otsustada.",
  offering: "Pakkumine",
  address: "Postkasti aadress",
  addressHelp: (domains) => `Domeenis ${domains}. Domeen on tõend, et postkast on teie oma.`,
  save: "Lase vastata",
  end: "Lõpeta küsimine",
  set: "Määratud postkastid",
  by: (name) => `määras ${name}`,
  idle: "Praegu ei küsita. Anna aadress veel kord, siis vastab see sinu asemel.",
  saved:
    "Salvestatud. Postkast saab teada, mis on broneeritud, siis küsitakse temalt lahtiste taotluste kohta. Kui neid on palju, võtab see aega.",
  ended: "Tehtud. Postkastilt enam ei küsita. Mis on vastu võetud, jääb selle kalendrisse, ja mis ootab vastust, kaob.",
  fault: {
    offering: "Vali pakkumus, mille taotlusi võid otsustada.",
    bad: "See ei ole meiliaadress. Anna näiteks room@example.org.",
    domain: "Selle domeeni postkastidelt ei tohi küsida. Teenuse haldaja saab seda lubada.",
    person: "See on inimese aadress, kes valib ise. Anna ruumi või seadme oma.",
    taken: "See postkast vastab teise pakkumise eest. Igaüks vastab ühe eest.",
  },
  event: "Broneering või selle taotlus",
  pageMail: {
    accept: (address) =>
      `${address} võttis selle taotluse vastu. Otsus ei ole veel tehtud: selleks on vaja üht klõpsu lehel.`,
    reject: (address) =>
      `${address} keeldus sellest taotlusest. Otsus ei ole veel tehtud: selleks on vaja üht klõpsu lehel.`,
  },
  kept: (address) =>
    `${address} keeldus sellest broneeringust, mis on juba vastu võetud. See jääb kehtima, kuigi postkastil selleks aega ei ole.`,
  over: "Osa sellest ajast on teisel broneeringul. Otsusta lehel.",
  undone: {
    accept: (address) => `${address} võttis selle taotluse vastu, aga sellest ei tulnud midagi.`,
    reject: (address) => `${address} keeldus sellest taotlusest, aga sellest ei tulnud midagi.`,
  },
};

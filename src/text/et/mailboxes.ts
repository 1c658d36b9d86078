import type { mailboxes as english } from "../en/mailboxes.ts";

/** Ruumide ja seadmete postkastide leht ning kirjad nende vastuste kohta. */
export const mailboxes: typeof english = {
  title: "Ruumide postkastid",
  link: "Lase ruumi või seadme postkastil taotlustele vastata",
  about:
    "Ruumi või seadme postkast võtab kutse vastu, kui see on vaba, ja keeldub, kui see on hõivatud. Ta võib pakkumise taotlustele sinu asemel vastata.",
  how: "Postkast saab iga aja kohta kutse. Kui ta on taotluse kõik ajad vastu võtnud, on see vastu võetud; keeldumine ühest lükkab selle tagasi. See sünnib sinu nimel. Sina ja kolleegid võite endiselt otsustada: loeb esimene.",
  page: "Siin vastus ei otsusta, vaid toob sulle kirja lehega, millel otsustab üks klõps.",
  shown:
    "See näeb pakkumist, aegu ja linki, aga mitte seda, kes ja miks taotleb. Enam kui 20 ajaga taotlused jäävad inimestele.",
  off: "Siin ei saadeta taotlusi kutsetena, seega ei saa ükski postkast neile vastata.",
  none: "Sul ei ole ühtki pakkumist, mille taotlusi võiksid otsustada.",
  offering: "Pakkumine",
  address: "Postkasti aadress",
  addressHelp: (domains) => `Domeenis ${domains}.`,
  save: "Lase vastata",
  end: "Lõpeta küsimine",
  set: "Määratud postkastid",
  by: (name) => `määras ${name}`,
  idle: "Praegu ei küsita. Anna aadress veel kord, siis vastab see sinu asemel.",
  saved: "Salvestatud. Broneeringud ja lahtised taotlused lähevad postkasti.",
  ended: "Tehtud. Mis on vastu võetud, jääb, ja mis ootab vastust, kaob.",
  fault: {
    offering: "Vali pakkumus, mille taotlusi võid otsustada.",
    bad: "See ei ole meiliaadress.",
    domain: "Selle domeeni postkastidelt ei tohi küsida.",
    person: "See on inimese aadress.",
    taken: "See postkast vastab teise pakkumise eest.",
  },
  event: "Broneering või selle taotlus",
  kept: (address) => `${address} keeldus sellest broneeringust, mis on juba vastu võetud. See jääb kehtima.`,
  over: "Osa sellest ajast on teisel broneeringul.",
  undone: {
    accept: (address) => `${address} võttis selle taotluse vastu, aga sellest ei tulnud midagi.`,
    reject: (address) => `${address} keeldus sellest taotlusest, aga sellest ei tulnud midagi.`,
  },
};

import type { mailboxes as english } from "../en/mailboxes.ts";

/** Ruumide ja seadmete postkastide leht ning kirjad nende vastuste kohta. */
export const mailboxes: typeof english = {
  title: "Ruumide postkastid",
  about:
    "Ruumi või seadme postkast võtab kutse vastu, kui see on vaba, ja keeldub, kui see on hõivatud. Ta võib pakkumise taotlustele sinu asemel vastata.",
  how: "See saab iga aja kohta kutse: ta võtab taotluse vastu, kui võtab vastu kõik, ja lükkab tagasi, kui keeldub ühest. See sünnib sinu nimel; ka sina ja kolleegid võite otsustada.",
  page: "Siin vastus ei otsusta, vaid toob sulle kirja lehega, millel otsustab üks klõps.",
  shown: "See näeb pakkumist, aegu ja linki, aga mitte seda, kes ja miks taotleb.",
  off: "Siin ei saadeta taotlusi kutsetena.",
  none: "Sul ei ole ühtki pakkumist, mille taotlusi võiksid otsustada.",
  offering: "Pakkumine",
  address: "Postkasti aadress",
  addressHelp: (domains) => `Domeenis ${domains}.`,
  save: "Lase vastata",
  end: "Lõpeta küsimine",
  set: "Määratud postkastid",
  by: (name) => `määras ${name}`,
  idle: "Praegu ei küsita. Anna aadress veel kord, siis vastab see sinu asemel.",
  saved: "Salvestatud.",
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

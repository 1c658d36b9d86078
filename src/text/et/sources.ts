import type { sources as english } from "../en/sources.ts";

export const sources: typeof english = {
  fresh: (when) => `Ajakohane seisuga ${when}`,
  loading: "Loetakse esimest korda",
  waits: "Ootab esimest lugemist",
  failing: (reason, when) => `${reason} alates ${when}. Teenus proovib uuesti iga minut.`,
  lost: {
    role: (when) =>
      `Kontol, mis seda loeb, ei ole alates ${when} Walduris rolli, mis neid broneeringuid näitab. Organisatsiooni omanik peab rolli tagasi andma või kolleeg, kellel see on, peab kalendrid üle võtma. Siis jätkavad need ise.`,
    inactive: (when) =>
      `Kasutaja, kelle konto seda loeb, ei ole alates ${when} Walduris aktiivne. Walduri haldaja peab kasutaja uuesti aktiveerima või kolleeg peab kalendrid üle võtma. Siis jätkavad need ise.`,
    expired: (when) =>
      `Waldur ei võta konto pääsutunnust vastu ja alates ${when} ei ole teada, kas kontol on roll alles. Selle omanik peab uuesti sisse logima või kolleeg peab kalendrid üle võtma. Siis jätkavad need ise.`,
    part: (when) =>
      `Konto, mis seda loeb, kaotas ${when} Walduris rolli, mis näitas osa neist broneeringutest. Nende organisatsiooni omanik peab rolli tagasi andma, muidu eemaldatakse need broneeringud.`,
  },
  held: "Korraga kadus palju broneeringuid. Neid hoitakse alles, kuni haldaja ütleb, et nii on õige.",
  reasons: {
    waldur_refused_token: "Waldur ei võta pääsutunnust vastu",
    waldur_unreachable: "Waldur ei ole kättesaadav",
    waldur_timeout: "Waldur ei vasta õigel ajal",
    waldur_throttled: "Walduri sõnul küsitakse liiga tihti",
    waldur_failed: "Waldur vastab vigadega",
    waldur_forbidden: "Waldur keeldub, sest õigus puudub",
    lost_role: "Konto on kaotanud rolli, mis neid broneeringuid näitab",
    lost_inactive: "Kasutaja ei ole Walduris aktiivne",
    lost_expired: "Ei ole teada, kas kontol on roll alles,",
    seal_broken: "Teenuse võti on puudu ja konto pääsutunnust ei saa kasutada; selle inimene võib uuesti sisse logida,",
    other: "Walduri vastuseid ei saa kasutada",
  },
  changing:
    "Walduri loend tuleb veel kord läbi käia: see muutus iga kord või miski selles ei klappinud. Seni ei eemaldata midagi, mis sealt kadus.",
  clock: (minutes, ahead) =>
    `Selle masina kell on Walduri omast ${minutes} minutit ${ahead ? "ees" : "taga"}: see, mis valesti käib, tuleb õigeks seada.`,
  skipped: (count) => `Broneeringuid, mida ei saa lugeda: ${count}. Põhjused on logis.`,
};

import type { sources as english } from "../en/sources.ts";

export const sources: typeof english = {
  fresh: (when) => `Ajakohane seisuga ${when}`,
  loading: "Loetakse esimest korda",
  waits: "Ootab esimest lugemist",
  failing: (reason, when) => `${reason} alates ${when}. Teenus proovib uuesti iga minut.`,
  lost: "Kontol, mis seda loeb, ei ole Walduris enam seda rolli. Selle kalendrid on lõppenud.",
  held: "Korraga kadus palju broneeringuid. Neid hoitakse alles, kuni haldaja ütleb, et nii on õige.",
  reasons: {
    waldur_refused_token: "Waldur ei võta pääsutunnust vastu",
    waldur_unreachable: "Waldur ei ole kättesaadav",
    waldur_timeout: "Waldur ei vasta õigel ajal",
    waldur_throttled: "Walduri sõnul küsitakse liiga tihti",
    waldur_failed: "Waldur vastab vigadega",
    waldur_forbidden: "Waldur keeldub, sest õigus puudub",
    seal_broken: "Teenuse võti on puudu ja konto pääsutunnust ei saa kasutada; selle inimene võib uuesti sisse logida,",
    other: "Walduri vastuseid ei saa kasutada",
  },
  changing:
    "Walduri loend tuleb veel kord läbi käia: see muutus iga kord või miski selles ei klappinud. Seni ei eemaldata midagi, mis sealt kadus.",
  skipped: (count) => `Broneeringuid, mida ei saa lugeda: ${count}. Põhjused on logis.`,
};

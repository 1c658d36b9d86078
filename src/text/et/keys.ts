import type { keys as english } from "../en/keys.ts";

export const keys: typeof english = {
  addresses: (count) => (count === 1 ? "1 kalendri aadress" : `${count} kalendri aadressi`),
  tokens: (count) => (count === 1 ? "1 inimese pääsutunnus" : `${count} inimese pääsutunnused`),
  credentials: (count) => (count === 1 ? "1 peegli parool" : `${count} peegli paroolid`),
  missing: (id, sealed) =>
    `Võti ${id} on puudu. Sellega on lukustatud: ${sealed}. Kalendrid töötavad oma aadressidel edasi; ülejäänu jaoks too võti tagasi.`,
  other: (id, sealed) =>
    `Võti ${id} ei ole see, millega salvestatu lukustati. Sellega on lukustatud: ${sealed}. Kalendrid töötavad oma aadressidel edasi; ülejäänu jaoks too õige võti tagasi.`,
  address: (id) =>
    `Aadress töötab nagu enne, aga seda ei saa näidata: võti ${id}, millega see on lukustatud, on puudu. Teenuse haldaja saab võtme tagasi tuua; ka uut aadressi saab näidata, aga siis peavad kõik uuesti tellima.`,
  standing: (id) =>
    `Kalender näitab seda, mis selles viimati oli: võti ${id}, millega tehakse selle sündmuste nimed, on puudu. Teenuse haldaja saab võtme tagasi tuua; ka uue aadressiga läheb see edasi, aga siis peavad kõik uuesti tellima.`,
  mirror: (id) =>
    `Sinna ei kirjutata midagi: võti ${id}, millega on lukustatud selle kasutajanimi ja parool, on puudu. Teenuse haldaja saab võtme tagasi tuua; võid ka kasutajanime ja parooli uuesti anda.`,
};

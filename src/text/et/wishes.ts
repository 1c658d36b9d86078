import type { wishes as english } from "../en/wishes.ts";

/** Lehekülgede ajavöönd ja keel. */
export const wishes: typeof english = {
  title: "Ajavöönd ja keel",
  times: (zone) => `Kellaajad sellel lehel on ajavööndis ${zone}.`,
  calendarTimes: (zone) => `Kellaajad sellel lehel on ajavööndis ${zone}, mis on selle kalendri oma.`,
  change: "Muuda",
  zone: "Ajavöönd",
  zoneHelp: (given) => `Otsimiseks kirjuta osa nimest, näiteks Tallinn. Tühjana kehtib ${given}.`,
  propose: "Võta {}, nagu ütleb see brauser",
  language: "Keel",
  asBrowser: "Nagu brauser küsib",
  save: "Salvesta",
  saved: "Salvestatud.",
  about: "Mõlemad jäävad sinu kontole ja kehtivad igas brauseris. Uued kalendrid algavad nendega.",
};

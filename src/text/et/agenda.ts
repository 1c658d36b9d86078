import type { agenda as english } from "../en/agenda.ts";

export const agenda: typeof english = {
  agenda: "Päevakava",
  month: "Kuu",
  zone: (zone) => `Ajad on vööndis ${zone}.`,
  earlier: "Varasemad",
  later: "Hilisemad",
  today: "Täna",
  none: "Nendel päevadel ei ole midagi.",
  noneDay: "vaba",
  status: { TENTATIVE: "ootel", CONFIRMED: "kinnitatud", CANCELLED: "tühistatud" },
  overlaps: "kattub",
  overlapsWith: (titles) => `Kattub: ${titles}`,
  more: (count) => `veel ${count}`,
  cut: "Siin on rohkem, kui ühele lehele mahub: vaata hilisemaid või üksikuid päevi.",
  continues: "jätkub",
  details: "Üksikasjad",
  weekdays: ["E", "T", "K", "N", "R", "L", "P"],
  caption: "Kuu päevad ja mis kalendris on",
};

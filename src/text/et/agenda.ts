import type { agenda as english } from "../en/agenda.ts";

export const agenda: typeof english = {
  agenda: "Päevakava",
  month: "Kuu",
  zone: (zone) => `Ajad on vööndis ${zone}.`,
  earlier: "Varasemad",
  later: "Hilisemad",
  today: "Täna",
  none: "Nendel päevadel ei ole sündmusi.",
  noneDay: "vaba",
  status: { TENTATIVE: "ootel", CONFIRMED: "kinnitatud", CANCELLED: "tühistatud" },
  overlaps: "kattub",
  overlapsWith: (titles) => `Kattub: ${titles}`,
  more: (count) => `veel ${count}`,
  cut: "Kõik ei mahu ühele lehele: vaata hilisemaid või üksikut päeva.",
  continues: "jätkub",
  details: "Üksikasjad",
  weekdays: ["E", "T", "K", "N", "R", "L", "P"],
  caption: "Kuu päevad ja nende sündmused",
};

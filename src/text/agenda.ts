import type { Language } from "../calendar/profile.ts";

const en = {
  agenda: "Agenda",
  month: "Month",
  zone: (zone: string) => `Times are in ${zone}.`,
  earlier: "Earlier",
  later: "Later",
  today: "Today",
  none: "Nothing in these days.",
  noneDay: "free",
  status: { TENTATIVE: "pending", CONFIRMED: "confirmed", CANCELLED: "cancelled" },
  overlaps: "overlaps",
  overlapsWith: (titles: string) => `Overlaps with ${titles}`,
  more: (count: number) => `${count} more`,
  cut: "There is more than one page shows: go on with Later, or look at single days.",
  continues: "continues",
  details: "Details",
  weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  caption: "Days of the month, with what is in the calendar",
};

const et: typeof en = {
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

export const agendaWords: Readonly<Record<Language, typeof en>> = { en, et };

import type { Language } from "../../calendar/profile.ts";

const en = {
  title: "History",
  decisions: "Decisions",
  runs: "Readings of Waldur",
  runsHelp: "Those that changed something, failed or came back. A reading that finds nothing new leaves no line. Kept for 90 days.",
  filter: "Filter",
  source: "Calendar source",
  all: "All",
  onlyFailed: "Only those that failed",
  apply: "Show",
  when: "When",
  what: "What",
  result: "Result",
  none: "Nothing here.",
  older: "Older",
  counts: (added: number, changed: number, removed: number) => `${added} new, ${changed} changed, ${removed} gone`,
  skipped: (count: number) => `${count} could not be used`,
  ok: "done",
  held: "removal held back",
  nothingNew: "nothing new",
};

const et: typeof en = {
  title: "Ajalugu",
  decisions: "Otsused",
  runs: "Walduri lugemised",
  runsHelp: "Need, mis midagi muutsid, ebaõnnestusid või taastusid. Lugemisest, mis midagi uut ei leia, rida ei jää. Hoitakse 90 päeva.",
  filter: "Filter",
  source: "Kalendri allikas",
  all: "Kõik",
  onlyFailed: "Ainult ebaõnnestunud",
  apply: "Näita",
  when: "Millal",
  what: "Mida",
  result: "Tulemus",
  none: "Siin ei ole midagi.",
  older: "Vanemad",
  counts: (added, changed, removed) => `${added} uut, ${changed} muudetud, ${removed} kadunud`,
  skipped: (count) => `${count} ei saanud kasutada`,
  ok: "tehtud",
  held: "eemaldamine kinni hoitud",
  nothingNew: "midagi uut ei ole",
};

export const historyWords: Readonly<Record<Language, typeof en>> = { en, et };

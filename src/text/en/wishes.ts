/** Zone and language of the pages. */
export const wishes = {
  title: "Zone and language",
  times: (zone: string) => `Times on this page are in ${zone}.`,
  calendarTimes: (zone: string) => `Times on this page are in ${zone}, the zone of this calendar.`,
  change: "Change",
  zone: "Time zone",
  zoneHelp: (given: string) => `Type part of its name to search, such as Tallinn. Leave it empty for ${given}.`,
  /** On the button that takes over what the browser says; `{}` is the zone. */
  propose: "Use {}, as this browser says",
  language: "Language",
  asBrowser: "As the browser asks",
  save: "Save",
  saved: "Saved.",
  about: "Both are kept with your account, for every browser. New calendars start with them.",
};

/** Keys that are missing, and what was sealed with them. */
export const keys = {
  addresses: (count: number) => (count === 1 ? "1 calendar address" : `${count} calendar addresses`),
  tokens: (count: number) => (count === 1 ? "1 token of a person" : `${count} tokens of people`),
  credentials: (count: number) => (count === 1 ? "1 password of a mirror" : `${count} passwords of mirrors`),
  missing: (id: string, sealed: string) =>
    `The key ${id} is missing. Sealed with it: ${sealed}. Calendars go on under their addresses; put the key back to use the rest.`,
  other: (id: string, sealed: string) =>
    `The key ${id} is not the one that sealed what is stored. Sealed with that one: ${sealed}. Calendars go on under their addresses; put the right key back to use the rest.`,
  /** On the page of a calendar. */
  address: (id: string) =>
    `The address works as before, but cannot be shown: the key ${id}, with which it is sealed, is missing. The operator of this service can put the key back; a new address can be shown too, but everybody must subscribe again.`,
  standing: (id: string) =>
    `The calendar shows what it last had: the key ${id}, with which the names of its events are made, is missing. The operator of this service can put the key back; with a new address it goes on too, but everybody must subscribe again.`,
  /** On the page of a mirror. */
  mirror: (id: string) =>
    `Nothing is written there: the key ${id}, with which its credentials are sealed, is missing. The operator of this service can put the key back, or enter the credentials anew.`,
};

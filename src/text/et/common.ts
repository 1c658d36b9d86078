import type { common as english } from "../en/common.ts";

export const common: typeof english = {
  requests: "Taotlused",
  schedule: "Ajakava",
  calendars: "Kalendrid",
  history: "Ajalugu",
  notices: "Teavitused",
  navigation: "Peamenüü",
  signOut: "Logi välja",
  operator: "Haldaja",
  sample: "Näidisandmed: kõik siin on välja mõeldud.",
  failed: "See ei õnnestunud",
  requestId: "Päringu number teenuse haldajale",
  back: "Tagasi taotluste juurde",
  kept: "Saadetu on sellel lehel alles, paroolid välja arvatud.",
  signInBeside: "Logi sisse uuel vahelehel",
  sendAgain: "Saada uuesti",
  said: "Server ütles",
  forOperator: "Teenuse haldajale",
  dayFormat: "ccc, d. LLL yyyy",
  skip: "Sisu juurde",
};

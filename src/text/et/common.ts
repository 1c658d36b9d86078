import type { common as english } from "../en/common.ts";

export const common: typeof english = {
  overview: "Ülevaade",
  history: "Ajalugu",
  navigation: "Peamenüü",
  signOut: "Logi välja",
  operator: "Haldaja",
  sample: "Näidisandmed: kõik siin on välja mõeldud.",
  failed: "See ei õnnestunud",
  requestId: "Päringu number teenuse haldajale",
  back: "Ülevaatesse",
  said: "Server ütles",
  forOperator: "Teenuse haldajale",
  dayFormat: "ccc, d. LLL yyyy",
  skip: "Sisu juurde",
};

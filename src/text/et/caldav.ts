import type { caldav as english } from "../en/caldav.ts";

export const caldav: typeof english = {
  onlyAnswers:
    "Selles kalendris saab muuta ainult oma vastust taotlusele: võtta see vastu või keelduda. Broneeringuid muudetakse Walduris.",
  onlyReading: "Seda kalendrit saab ainult lugeda. Broneeringuid muudetakse Walduris.",
};

import type { Language } from "../profile.ts";
import type { CalendarWords } from "./calendar-words.ts";
import { en } from "./en.ts";
import { et } from "./et.ts";

/** Every text of a calendar in each language that a feed may have. */
export const calendarWords: Readonly<Record<Language, CalendarWords>> = { en, et };

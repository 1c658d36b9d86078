import type { Language } from "../calendar/profile.ts";
import { en } from "./en/index.ts";
import { et } from "./et/index.ts";

/** Every sentence of the pages in one language, by subject. */
export type Texts = typeof en;

/** Every sentence of the pages, by language. */
export const texts: Readonly<Record<Language, Texts>> = { en, et };

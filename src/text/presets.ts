import { presets } from "../caldav/presets.ts";
import type { Language } from "../calendar/profile.ts";
import { texts } from "./index.ts";

/** Returns the name of a kind of server. */
export function presetName(id: string, language: Language): string {
  return texts[language].presets.names[id] ?? presets.find((one) => one.id === id)?.name ?? id;
}

/** Returns the sentence that says what to do before signing in to such a server. */
export function presetHint(id: string, language: Language): string {
  return texts[language].presets.hints[id] ?? presets.find((one) => one.id === id)?.hint ?? "";
}

import type { Language } from "../../calendar/profile.ts";
import type { Fault } from "../connect-input.ts";
import { connectWords } from "../words/connect.ts";

/** What is wrong, as a sentence. */
export function faultText(fault: Fault | undefined, language: Language): string | undefined {
  if (fault === undefined) return undefined;
  const words = connectWords[language];
  if (typeof fault === "string") return words.fault[fault];
  const text = words.reasons[fault.reason];
  // A sentence without its stop has room for what the server said.
  return text.endsWith(".") ? text : `${text}${fault.said === "" ? "" : `: ${fault.said}`}.`;
}

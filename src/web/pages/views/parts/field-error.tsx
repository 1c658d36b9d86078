import type { JSX } from "hono/jsx/jsx-runtime";
import type { Language } from "../../../../calendar/profile.ts";
import type { FieldError } from "../../connect/input.ts";
import { ServerQuote } from "./server-quote.tsx";
import { texts } from "../../../../text/index.ts";

/** Returns our sentence about a wrong field. */
export function faultSentence(fault: FieldError | undefined, language: Language): string | undefined {
  if (fault === undefined) return undefined;
  const words = texts[language].connect;
  return typeof fault === "string" ? words.fault[fault] : words.reasons[fault.reason];
}

/** Returns the sentence about a wrong field, followed by the server's own words. */
export function fieldErrorText(fault: FieldError | undefined, language: Language): JSX.Element | string | undefined {
  const text = faultSentence(fault, language);
  if (fault === undefined || typeof fault === "string") return text;
  const { reason, said } = fault;
  if (said === "") return text;
  if (reason === "elsewhere") return `${text} ${said}`;
  return (
    <>
      {text}{" "}
      {reason === "blocked" ? (
        <>
          {texts[language].common.forOperator}: <span lang="en">{said}</span>
        </>
      ) : (
        <ServerQuote language={language} text={said} />
      )}
    </>
  );
}

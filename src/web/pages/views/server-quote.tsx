import type { FC } from "hono/jsx";
import type { Language } from "../../../calendar/profile.ts";
import { commonWords } from "../../../text/common.ts";

/** What a server said, marked as its own words, of which nobody knows the language. `text` "": nothing. */
export const ServerQuote: FC<{ language: Language; text: string }> = ({ language, text }) =>
  text === "" ? null : (
    <>
      {commonWords[language].said}:{" "}
      <q lang="" dir="auto">
        {text}
      </q>
    </>
  );

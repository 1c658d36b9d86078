import type { FC } from "hono/jsx";
import type { Language } from "../../../calendar/profile.ts";
import { texts } from "../../../text/index.ts";

/** What a server said, marked as its own words, of which nobody knows the language. `text` "": nothing. */
export const ServerQuote: FC<{ language: Language; text: string }> = ({ language, text }) =>
  text === "" ? null : (
    <>
      {texts[language].common.said}:{" "}
      <q lang="" dir="auto">
        {text}
      </q>
    </>
  );

import type { FC } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import { texts } from "../../../../text/index.ts";

/** A server's own words, marked as a quotation in an unknown language; nothing for "". */
export const ServerQuote: FC<{ language: Language; text: string }> = ({ language, text }) =>
  text === "" ? null : (
    <>
      {texts[language].common.said}:{" "}
      <q lang="" dir="auto">
        {text}
      </q>
    </>
  );

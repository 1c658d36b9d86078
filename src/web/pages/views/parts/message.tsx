import type { FC } from "hono/jsx";
import { cleanMessage } from "../../../../calendar/foreign-text.ts";
import type { Language } from "../../../../calendar/profile.ts";
import { truncate } from "../../../../calendar/text.ts";
import { calendarWords } from "../../../../calendar/words/index.ts";

/** The requester's own words below a rule, quoted, at most `most` characters of them; nothing where there are none. */
export const RequesterMessage: FC<{ language: Language; text: string; most?: number }> = (props) => {
  const { language, text, most = Infinity } = props;
  const message = truncate(cleanMessage(text), most);
  return message === "" ? null : (
    <div class="message">
      <p class="quiet">{calendarWords[language].message}</p>
      <blockquote class="text" dir="auto">
        {message}
      </blockquote>
    </div>
  );
};

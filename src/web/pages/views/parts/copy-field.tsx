import type { FC } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import { texts } from "../../../../text/index.ts";

interface CopyFieldProps {
  readonly language: Language;
  /** Id of the element that names it. */
  readonly labelledBy: string;
  /** Id of the element that says how it is copied. */
  readonly describedBy?: string;
}

/** A text to be copied: one click marks it, and a button copies it where there is script. */
export const CopyField: FC<CopyFieldProps & { text: string }> = ({ language, labelledBy, describedBy, text }) => {
  const words = texts[language].feed;
  return (
    <code
      class="copy"
      tabindex={0}
      role="textbox"
      aria-readonly="true"
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      data-copy={words.copyIt}
      data-copied={words.copied}
    >
      {text}
    </code>
  );
};

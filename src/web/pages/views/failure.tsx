import type { FC } from "hono/jsx";
import type { Language } from "../../../calendar/profile.ts";
import type { ErrorCode } from "../../../errors.ts";
import { texts } from "../../../text/index.ts";

/** A failure: what went wrong, who must act, and the number of its lines in the log. */
export const FailureView: FC<{ language: Language; code: ErrorCode | "internal"; requestId: string }> = ({
  language,
  code,
  requestId,
}) => {
  const words = texts[language].common;
  return (
    <div class="narrow">
      <h1>{words.failed}</h1>
      <p>{texts[language].failures[code]}</p>
      <p>
        <a href="/">{words.back}</a>
      </p>
      <p class="quiet small">
        {words.requestId}: {requestId} ({code})
      </p>
    </div>
  );
};

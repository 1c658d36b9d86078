import type { FC } from "hono/jsx";
import type { Language } from "../../calendar/profile.ts";
import { undecided } from "../../decision/ask-waldur.ts";
import type { DecisionRequest } from "../../decision/decide.ts";
import { besideShown, findChange, type Moment, type Seen, timesShown } from "../../decision/seen.ts";
import { texts } from "../../text/index.ts";
import { outcomeText } from "../../text/outcome.ts";
import type { Notice } from "../notice.ts";
import { type Fields, fieldValue } from "../request/forms.ts";

/** The hidden fields of a form by which its answer tells what its page showed. */
export const SeenFields: FC<Moment> = ({ periods, beside }) => (
  <>
    <input type="hidden" name="times" value={timesShown(periods)} />
    <input type="hidden" name="beside" value={besideShown(beside)} />
  </>
);

/** Reads what the page of a form showed. */
export function readSeen(fields: Fields): Seen {
  return { times: fieldValue(fields, "times"), beside: fieldValue(fields, "beside") };
}

/** Returns what to say to an answer that is to something else than there is now; null to one that counts. */
export function noticeChange(
  seen: Seen,
  request: Pick<DecisionRequest, "action" | "account">,
  now: Moment,
  language: Language,
): Notice | null {
  const change = findChange(seen, request.action, now);
  if (change === null) return null;
  return {
    tone: "bad",
    text:
      change === "moved"
        ? outcomeText(undecided("moved"), request, null, language)
        : texts[language].decision.moreBeside,
  };
}

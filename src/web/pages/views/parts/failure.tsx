import type { FC } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import type { Limit } from "../../../../feed/quota.ts";
import type { ErrorCode } from "../../../../errors.ts";
import { texts } from "../../../../text/index.ts";

interface FailureProps {
  readonly language: Language;
  readonly code: ErrorCode | "internal";
  readonly requestId: string;
  /** The limit that was reached, if that is it. */
  readonly limit: Limit | null;
  readonly again: Sent | null;
}

/** What was sent to a path. */
export interface Sent {
  readonly path: string;
  readonly fields: readonly (readonly [string, readonly string[]])[];
}

/** A failure: what went wrong, who must act, and the number of its lines in the log. */
export const FailureView: FC<FailureProps> = ({ language, code, requestId, limit, again }) => {
  const words = texts[language].common;
  return (
    <div class="narrow">
      <h1>{words.failed}</h1>
      <p>{limit === null ? texts[language].failures[code] : texts[language].limits[limit.of](limit.most)}</p>
      {again !== null && (
        <form method="post" action={again.path} class="card">
          {again.fields.flatMap(([name, values]) =>
            values.map((value) => <input type="hidden" {...{ name, value }} />),
          )}
          <p>{words.kept}</p>
          <div class="actions">
            {code === "unauthorized" && (
              <a class="button" href="/sign-in" target="_blank">
                {words.signInBeside}
              </a>
            )}
            <button class="second">{words.sendAgain}</button>
          </div>
        </form>
      )}
      <p>
        <a href="/">{words.back}</a>
      </p>
      <p class="quiet small">
        {words.requestId}: {requestId} ({code})
      </p>
    </div>
  );
};

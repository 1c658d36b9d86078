import type { FC } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import type { Limit } from "../../../../feed/quota.ts";
import type { ErrorCode } from "../../../../errors.ts";
import { texts } from "../../../../text/index.ts";

export interface FailureProps {
  readonly language: Language;
  readonly code: ErrorCode | "internal";
  readonly requestId: string;
  /** The limit that was reached, if that is it. */
  readonly limit: Limit | null;
  /** The page that failed. */
  readonly path: string;
  /** Signing in, once more perhaps, is the way out. */
  readonly signsIn: boolean;
  /** The fields that can be sent there again; null for none. */
  readonly sent: readonly (readonly [string, readonly string[]])[] | null;
}

/** A failure: what went wrong, who must act, and the number of its lines in the log. */
export const FailureView: FC<FailureProps> = ({ language, code, requestId, limit, path, signsIn, sent }) => {
  const words = texts[language].common;
  return (
    <div class="narrow">
      <h1>{words.failed}</h1>
      <p>{limit === null ? texts[language].failures[code] : texts[language].limits[limit.of](limit.most)}</p>
      {sent !== null && (
        <form method="post" action={path} class="card">
          {sent.flatMap(([name, values]) => values.map((value) => <input type="hidden" {...{ name, value }} />))}
          <p>{words.kept}</p>
          <div class="actions">
            {signsIn && (
              <a class="button" href="/sign-in" target="_blank">
                {words.signInBeside}
              </a>
            )}
            <button class="second">{words.sendAgain}</button>
          </div>
        </form>
      )}
      {signsIn && sent === null && (
        <p>
          <a href={`/sign-in?next=${encodeURIComponent(path)}`}>{texts[language].calendars.signInAgain}</a>
        </p>
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

import type { FC } from "hono/jsx";
import type { Language } from "../../calendar/profile.ts";
import type { FeedRow } from "../../store/feeds.ts";
import type { TargetRow } from "../../store/targets.ts";
import { may, type Standing } from "../../sync/viewer.ts";
import type { Health } from "../state.ts";
import { connectWords } from "../words/connect.ts";
import { targetWords } from "../words/target.ts";

export interface MirrorsProps {
  readonly language: Language;
  readonly feed: FeedRow;
  readonly standing: Standing;
  readonly mirrors: readonly { readonly target: TargetRow; readonly health: Health }[];
}

/** The calendars that mirror a feed, and the way to one more. */
export const Mirrors: FC<MirrorsProps> = ({ language, feed, standing, mirrors }) => {
  const words = targetWords[language];
  const more = feed.state !== "ended" && may(standing, "change");
  if (mirrors.length === 0 && !more) return null;
  return (
    <section aria-labelledby="mirrors">
      <h2 id="mirrors">{words.title}</h2>
      {mirrors.length === 0 && <p>{words.none}</p>}
      <ul class="plain feeds">
        {mirrors.map(({ target, health }) => (
          <li>
            <a href={`/targets/${target.id}`} dir="auto">
              {target.name}
            </a>
            <br />
            <span class={`health ${health.tone}`}>{health.text}</span>
          </li>
        ))}
      </ul>
      {more && (
        <>
          <p>
            <a class="button second" href={`/feeds/${feed.id}/targets/new`}>
              {words.connect}
            </a>
          </p>
          <p class="quiet small">{connectWords[language].none}</p>
        </>
      )}
    </section>
  );
};

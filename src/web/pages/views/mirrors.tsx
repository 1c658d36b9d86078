import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import { may, type Standing } from "../../../account/access.ts";
import { targetLocation } from "../../../mirror/commands.ts";
import { Note } from "./parts/field.tsx";
import type { Mirror } from "../mirror-health.ts";
import { texts } from "../../../text/index.ts";

export interface MirrorsProps {
  readonly language: Language;
  readonly feed: FeedRow;
  readonly standing: Standing;
  readonly mirrors: readonly Mirror[];
}

/** Pages stay small: the calendar's own page has them all. */
const mostMirrors = 4;

/**
 * Mirrors of a feed on the page of calendars: a colleague sees the name and state of each; those who may act see only the ones that
 * need it, and what to do.
 */
export const FeedMirrors: FC<MirrorsProps> = ({ language, feed, standing, mirrors }) => {
  const words = texts[language].calendars;
  const open = may(standing, "end");
  const shown = open ? mirrors.filter(({ health }) => health.tone !== "good") : mirrors;
  const more = shown.length - mostMirrors;
  if (shown.length === 0) return null;
  return (
    <ul class="plain mirrors" aria-label={`${words.mirrors}: ${isolate(feed.profile.name)}`}>
      {shown.slice(0, mostMirrors).map(({ target, health }) => (
        <li>
          <span class="quiet">{texts[language].mirror.mirror}</span>{" "}
          {open ? (
            <>
              <a href={`/targets/${target.id}`} dir="auto">
                {isolate(target.name)}
              </a>
              <br />
              <span class={`health ${health.tone}`}>{health.text}</span>
            </>
          ) : (
            <>
              <span dir="auto">{isolate(target.name)}</span>{" "}
              <span class={`state ${stateTones[target.state]}`}>{texts[language].mirror.states[target.state]}</span>
            </>
          )}
        </li>
      ))}
      {more > 0 && (
        <li class="quiet">
          {open ? <a href={`/feeds/${feed.id}`}>{words.moreMirrors(more)}</a> : words.moreMirrors(more)}
        </li>
      )}
    </ul>
  );
};

/** The note above everything else: mirrors that need somebody, each with a link. */
export const TroubledMirrors: FC<Pick<MirrorsProps, "language" | "mirrors">> = ({ language, mirrors }) => {
  const words = texts[language].calendars;
  const more = mirrors.length - mostMirrors;
  if (mirrors.length === 0) return null;
  return (
    <Note tone="bad">
      {words.troubled}:{" "}
      {mirrors.slice(0, mostMirrors).map(({ target }, at) => (
        <>
          {at > 0 && ", "}
          <a href={`/targets/${target.id}`} dir="auto">
            {isolate(target.name)}
          </a>
        </>
      ))}
      {more > 0 && `, ${words.moreMirrors(more)}`}
    </Note>
  );
};

const stateTones = { on: "good", paused: "wait", stopped: "bad", removing: "wait" } as const;

/** The calendars that mirror a feed, and the link to connect another. */
export const Mirrors: FC<MirrorsProps> = ({ language, feed, standing, mirrors }) => {
  const words = texts[language].mirror;
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
              {isolate(target.name)}
            </a>{" "}
            {may(standing, "content") && <span class="quiet small">{targetLocation(target).account}</span>}
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
          <p class="quiet small">{texts[language].connect.none}</p>
        </>
      )}
    </section>
  );
};

import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import { may, type VisibleSource, type Viewer } from "../../../account/access.ts";
import { nonceField } from "../../request/forms.ts";
import { sourceHealth } from "../../health/source-health.ts";
import type { Mirror } from "../mirror-health.ts";
import type { Times } from "../../../text/times.ts";
import { FeedTraits } from "./parts/feed-traits.tsx";
import { Note } from "./parts/field.tsx";
import { FeedMirrors, TroubledMirrors } from "./mirrors.tsx";
import { Complaints, TokenNote } from "./parts/standing-notes.tsx";
import { texts } from "../../../text/index.ts";

/** A calendar with its mirrors. */
type ShownFeed = FeedRow & { readonly mirrors: readonly Mirror[] };

export interface CalendarsProps {
  readonly language: Language;
  readonly nonce: string;
  readonly viewer: Viewer;
  readonly times: Times;
  readonly nowAt: number;
  /** Each with the name of its owner; "" for the viewer. */
  readonly sources: readonly (VisibleSource & {
    readonly keeper: string;
    readonly feeds: readonly ShownFeed[];
  })[];
  /** Mirrors of all sources, also those on other pages, for which somebody must act. */
  readonly troubled: readonly Mirror[];
  /** Faults of the service, for its operator. */
  readonly complaints: readonly string[];
  /** Number of sources before the next page; null: there is none. */
  readonly next: number | null;
  /** Providers without a calendar; null: Waldur did not answer. */
  readonly providers: readonly { readonly uuid: string; readonly name: string }[] | null;
}

export const CalendarsView: FC<CalendarsProps> = (props) => {
  const { language, viewer, sources, providers } = props;
  const words = texts[language].calendars;
  return (
    <>
      <h1>{words.title}</h1>
      <Complaints complaints={props.complaints} />
      <TokenNote {...props} />
      <TroubledMirrors language={language} mirrors={props.troubled} />
      {sources.length === 0 && <p>{words.noCalendars}</p>}
      {sources.length > 0 && (
        <p class="links">
          <a href="/programs">{words.programs}</a>
        </p>
      )}
      {sources.map((one) => (
        <Source {...props} one={one} />
      ))}
      {props.next !== null && (
        <p>
          <a href={`/calendars?skip=${props.next}`} rel="next">
            {words.next} →
          </a>
        </p>
      )}
      {providers === null && !viewer.account.refusedAt && <Note tone="wait">{words.providersFailed}</Note>}
      {providers !== null && providers.length > 0 && (
        <section aria-labelledby="providers">
          <h2 id="providers">{words.providers}</h2>
          <ul class="plain">
            {providers.slice(0, mostProviders).map(({ uuid, name }) => (
              <li class="card row">
                <span class="grow">{isolate(name)}</span>
                <a
                  class="button"
                  href={`/feeds/new?kind=provider&uuid=${uuid}`}
                  aria-label={`${words.make}: ${isolate(name)}`}
                >
                  {words.make}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p>
        <a href="/feeds/new?kind=mine">{words.makeMine}</a>
        {(viewer.operator || viewer.account.isStaff || viewer.account.roles.length > 0) && (
          <>
            <br />
            <a href="/feeds/new?kind=visible">{words.makeVisible}</a>
          </>
        )}
      </p>
    </>
  );
};

/** Staff see all providers. */
const mostProviders = 30;

const Source: FC<CalendarsProps & { one: CalendarsProps["sources"][number] }> = ({ language, times, one, nonce }) => {
  const words = texts[language].calendars;
  const { source, standing, keeper, feeds } = one;
  const health = sourceHealth(source, language, times);
  const note = words.standing[standing];
  return (
    <article class="card">
      <h2>
        {isolate(source.name)} <span class="quiet small">{words.kinds[source.kind]}</span>
      </h2>
      <p class={`health ${health.tone}`}>{health.text}</p>
      {(note !== "" || keeper !== "") && (
        <p class="quiet">{[note, keeper === "" ? "" : words.kept(keeper)].filter((text) => text !== "").join(", ")}</p>
      )}
      {source.partial !== "" && (
        <p class="quiet">{source.kind === "offering" ? words.partial.offering : words.partial.other}</p>
      )}
      <ul class="plain feeds">
        {feeds.map((feed) => (
          <li>
            <div class="row">
              <span class="grow">
                {may(standing, "content") || standing === "former" ? (
                  <a href={`/feeds/${feed.id}`}>{isolate(feed.profile.name)}</a>
                ) : (
                  isolate(feed.profile.name)
                )}{" "}
                <span class={`state ${feed.state === "active" ? "good" : feed.state === "ended" ? "bad" : "wait"}`}>
                  {words.states[feed.state]}
                </span>
                {feed.state === "active" && <span class="quiet"> {words.events(feed.eventCount)}</span>}
              </span>
              {may(standing, "content") && feed.state !== "ended" && (
                <span class="links">
                  <a href={`/feeds/${feed.id}/agenda`} aria-label={`${words.agenda}: ${isolate(feed.profile.name)}`}>
                    {words.agenda}
                  </a>
                  <a href={`/feeds/${feed.id}/month`} aria-label={`${words.month}: ${isolate(feed.profile.name)}`}>
                    {words.month}
                  </a>
                  <a href={`/feeds/${feed.id}`} aria-label={`${words.open}: ${isolate(feed.profile.name)}`}>
                    {words.open}
                  </a>
                </span>
              )}
            </div>
            {may(standing, "content") && <FeedTraits {...{ language, times, feed, source }} />}
            <FeedMirrors {...{ language, feed, standing }} mirrors={feed.mirrors} />
            {may(standing, "takeOver") && feed.state !== "ended" && <TakeOver {...{ language, nonce, feed }} />}
          </li>
        ))}
      </ul>
      {standing === "owner" && (
        <p>
          <a
            href={`/feeds/new?kind=${source.kind}${source.scopeUuid === "" ? "" : `&uuid=${source.scopeUuid}`}`}
            aria-label={`${words.makeOther}: ${isolate(source.name)}`}
          >
            {words.makeOther}
          </a>
        </p>
      )}
    </article>
  );
};

/** Taking over cannot be undone: the first step explains it, the second does it. */
const TakeOver: FC<Pick<CalendarsProps, "language" | "nonce"> & { feed: ShownFeed }> = ({ language, nonce, feed }) => {
  const words = texts[language].calendars;
  return (
    <details>
      <summary>
        {words.takeOver}
        <span class="hidden">: {isolate(feed.profile.name)}</span>
      </summary>
      <p>
        {words.takeOverHelp}
        {feed.mirrors.length > 0 && ` ${words.takeOverMirrors}`}
      </p>
      <form method="post" action={`/feeds/${feed.id}/take-over`}>
        <input type="hidden" name={nonceField} value={nonce} />
        <div class="actions">
          <button class="second" aria-label={`${words.takeOver}: ${isolate(feed.profile.name)}`}>
            {words.takeOver}
          </button>
        </div>
      </form>
    </details>
  );
};

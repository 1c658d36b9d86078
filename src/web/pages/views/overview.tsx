import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import { orderAddress } from "../../../calendar/homeport.ts";
import { bookingStatus, isDecidable } from "../../../calendar/status.ts";
import type { Booking } from "../../../calendar/booking.ts";
import type { Action, Language } from "../../../calendar/profile.ts";
import { cleanName, cleanPerson } from "../../../calendar/foreign-text.ts";
import { calendarWords } from "../../../calendar/words/index.ts";
import type { BookingRow } from "../../../store/bookings.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import { may, type VisibleSource, type Viewer } from "../../../account/access.ts";
import { nonceField } from "../../forms.ts";
import type { Notice } from "../../notice.ts";
import { sourceHealth } from "../../source-health.ts";
import type { Mirror } from "../mirror-health.ts";
import type { Times } from "../times.ts";
import { Note } from "./field.tsx";
import { RequesterMessage } from "./message.tsx";
import { FeedMirrors, TroubledMirrors } from "./mirrors.tsx";
import { texts } from "../../../text/index.ts";

/** A calendar with its mirrors. */
type OverviewFeed = FeedRow & { readonly mirrors: readonly Mirror[] };

export interface OverviewProps {
  readonly language: Language;
  readonly nonce: string;
  readonly viewer: Viewer;
  readonly times: Times;
  readonly nowAt: number;
  /** The address of HomePort; null where it is not known. */
  readonly homeport: string | null;
  /** Returns the answers that the viewer can give to a request. */
  readonly actionsOf: (booking: Booking) => readonly Action[];
  readonly requests: readonly BookingRow[];
  /** True when more are waiting than are shown. */
  readonly more: boolean;
  /** Each with the name of its owner; "" for the viewer. */
  readonly sources: readonly (VisibleSource & {
    readonly keeper: string;
    readonly feeds: readonly OverviewFeed[];
  })[];
  /** Mirrors of all sources, also those on other pages, for which somebody must act. */
  readonly troubled: readonly Mirror[];
  /** Faults of the service, for its operator. */
  readonly complaints: readonly string[];
  /** Number of sources before the next page; null: there is none. */
  readonly next: number | null;
  /** Providers without a calendar; null: Waldur did not answer. */
  readonly providers: readonly { readonly uuid: string; readonly name: string }[] | null;
  /** Outcome of a decision on the booking of that name; null: nobody decided just now. */
  readonly decided: (Notice & { readonly name: string }) | null;
}

export const OverviewView: FC<OverviewProps> = (props) => {
  const { language, viewer, requests, more, sources, providers, decided } = props;
  const words = texts[language].overview;
  return (
    <>
      <h1>{words.title}</h1>
      {decided && (
        <Note tone={decided.tone}>
          {decided.name !== "" && <strong dir="auto">{isolate(cleanName(decided.name))}: </strong>}
          {decided.text}
        </Note>
      )}
      {props.complaints.map((text) => (
        <Note tone="bad">{text}</Note>
      ))}
      <TokenNote {...props} />
      <TroubledMirrors language={language} mirrors={props.troubled} />
      <section aria-labelledby="requests">
        <h2 id="requests">
          {requests.length === 0
            ? words.noRequests
            : more
              ? words.moreRequests(requests.length)
              : words.requests(requests.length)}
        </h2>
        {requests.length > 0 && (
          <ul class="plain requests">
            {requests.map((row) => (
              <Request {...props} row={row} />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="calendars">
        <h2 id="calendars">{words.sources}</h2>
        {sources.length === 0 && <p>{words.noCalendars}</p>}
        {sources.map((one) => (
          <Source {...props} one={one} />
        ))}
        {props.next !== null && (
          <p>
            <a href={`/?skip=${props.next}`} rel="next">
              {words.next} →
            </a>
          </p>
        )}
      </section>
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
        <br />
        <a href="/feeds/new?kind=visible">{words.makeVisible}</a>
      </p>
    </>
  );
};

/** Staff see all providers. */
const mostProviders = 30;

const daySeconds = 86_400;

/** The end of the viewer's token, if it has one. */
const TokenNote: FC<OverviewProps> = ({ language, viewer, times, nowAt }) => {
  const words = texts[language].overview;
  const { refusedAt, tokenExpiresAt, tokenLifetime } = viewer.account;
  if (viewer.operator) return null;
  if (refusedAt !== null) {
    return (
      <Note tone="bad">
        {words.refused(times.moment(refusedAt))} <a href="/sign-in">{words.signInAgain}</a>
      </Note>
    );
  }
  if (tokenLifetime !== null) return <p class="quiet">{words.sliding(durationText(tokenLifetime, language))}</p>;
  if (tokenExpiresAt === null) return null;
  const soon = tokenExpiresAt - nowAt < 14 * daySeconds;
  const text = words.expires(times.moment(tokenExpiresAt));
  return soon ? <Note tone="wait">{text}</Note> : <p class="quiet">{text}</p>;
};

function durationText(seconds: number, language: Language): string {
  const words = texts[language].overview;
  if (seconds >= 2 * daySeconds) return words.days(Math.floor(seconds / daySeconds));
  return seconds >= 3600
    ? words.hours(Math.floor(seconds / 3600))
    : words.minutes(Math.max(1, Math.floor(seconds / 60)));
}

const mostSlots = 3;
/** Most characters of a message; the page of the booking and the calendar have the whole. */
const mostMessage = 200;

const Request: FC<OverviewProps & { row: BookingRow }> = ({ language, nonce, times, row, homeport, actionsOf }) => {
  const words = texts[language].overview;
  const order = orderAddress(homeport, row);
  const { booking, slots } = row;
  const offered = actionsOf(booking);
  const meaning = bookingStatus(row);
  const live = slots.filter(({ gone }) => !gone);
  const name = isolate(cleanName(booking.name)) || calendarWords[language].booking;
  return (
    <li class="card request">
      <h3 dir="auto">{name}</h3>
      <p>
        <strong>{isolate(cleanName(booking.offeringName))}</strong>
        <br />
        {live.slice(0, mostSlots).map(({ start, end }) => (
          <>
            <span class="when">{times.span(Math.min(start, end), Math.max(start, end))}</span>
            <br />
          </>
        ))}
        {live.length > mostSlots && <>… ({live.length})</>}
      </p>
      <p class="quiet">
        {words.of} {isolate(cleanPerson(booking.requesterName, booking.requesterUsername))},{" "}
        {isolate(cleanName(booking.projectName))}
        {booking.customerName !== "" && ` (${isolate(cleanName(booking.customerName))})`}
      </p>
      {isDecidable(meaning) && offered.length > 0 ? (
        <form method="post" class="actions">
          <input type="hidden" name={nonceField} value={nonce} />
          {offered.map((action) => (
            <button
              class={action === "reject" ? "reject second" : undefined}
              formaction={`/bookings/${booking.uuid}/${action}`}
              aria-label={`${words[action]}: ${name}`}
            >
              {words[action]}
            </button>
          ))}
        </form>
      ) : (
        <p>
          <span class="state wait">{calendarWords[language].state[meaning]}</span>
          {!isDecidable(meaning) && ` ${words.notYet}.`}
          {!isDecidable(meaning) && order !== "" && (
            <>
              {" "}
              <a href={order} rel="noreferrer">
                {words.order}
              </a>
            </>
          )}
        </p>
      )}
      <RequesterMessage language={language} text={booking.description} most={mostMessage} />
    </li>
  );
};

const Source: FC<OverviewProps & { one: OverviewProps["sources"][number] }> = ({ language, times, one, nonce }) => {
  const words = texts[language].overview;
  const { source, standing, keeper, feeds } = one;
  const health = sourceHealth(source, language, times);
  const note = words.standing[standing];
  return (
    <article class="card">
      <h3>
        {isolate(source.name)} <span class="quiet small">{words.kinds[source.kind]}</span>
      </h3>
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
const TakeOver: FC<Pick<OverviewProps, "language" | "nonce"> & { feed: OverviewFeed }> = ({
  language,
  nonce,
  feed,
}) => {
  const words = texts[language].overview;
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

import type { FC } from "hono/jsx";
import type { Viewer } from "../../../account/access.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { Beside } from "../../../decision/beside.ts";
import { isClear } from "../../../decision/caution.ts";
import type { Inbox, InboxRequest } from "../../../decision/inbox.ts";
import { inboxOrders, inboxParts } from "../../../store/bookings/inbox.ts";
import { texts } from "../../../text/index.ts";
import { isolate } from "../../../calendar/text.ts";
import { cleanName } from "../../../calendar/foreign-text.ts";
import { actsForProvider } from "../../../waldur/roles.ts";
import { nonceField } from "../../request/forms.ts";
import type { Notice } from "../../notice.ts";
import { readTick } from "../inbox/tick.ts";
import { type InboxView, inboxQuery, isSearch } from "../inbox/view.ts";
import type { Times } from "../../../text/times.ts";
import { StripHours } from "./parts/day-strip.tsx";
import { Input, Note, Select } from "./parts/field.tsx";
import { bookingName, formIds, overlapsText, RequestCard } from "./parts/request-card.tsx";
import { Complaints, TokenNote } from "./parts/standing-notes.tsx";

/** The outcome of one of many that were to be accepted. */
export interface Reported {
  readonly name: string;
  /** null: somebody has to look at it first. */
  readonly notice: Notice | null;
  readonly overlaps: readonly Beside[];
  readonly over: boolean;
}

export interface InboxProps {
  readonly language: Language;
  readonly nonce: string;
  readonly viewer: Viewer;
  readonly times: Times;
  readonly nowAt: number;
  readonly homeport: string | null;
  readonly complaints: readonly string[];
  readonly view: InboxView;
  readonly inbox: Inbox;
  /** Requests on a page. */
  readonly pageSize: number;
  /** Lists that are being read for the first time. */
  readonly loading: readonly string[];
  /** The address of the form that makes the first calendar; "" for somebody who has one. */
  readonly makeFirst: string;
  /** The answer given just now, and its place among the requests; null: none. */
  readonly answered: {
    readonly uuid: string;
    readonly name: string;
    readonly notice: Notice;
    readonly place: number;
  } | null;
  /** The outcomes of accepting many; null: nobody asked for that. */
  readonly report: {
    readonly accepted: number;
    readonly failed: readonly Reported[];
    /** The ticks that were left for another run. */
    readonly left: readonly string[];
    /** The reason why nothing was done; "" otherwise. */
    readonly hint: string;
  } | null;
}

/** The first page: the requests that wait, and the answers to them. */
export const InboxPage: FC<InboxProps> = (props) => {
  const { language, view, inbox, answered, loading } = props;
  const words = texts[language].inbox;
  const { requests, counts, total } = inbox;
  const all = counts[inbox.part];
  const clear = requests.filter(({ caution, offered }) => isClear(caution) && offered.includes("accept"));
  const query = inboxQuery(view, { page: view.page });
  if (!props.viewer.operator && props.viewer.account.refusedAt !== null) {
    return (
      <>
        <h1>{words.title}</h1>
        <TokenNote {...props} loud />
        <p>{words.hidden}</p>
      </>
    );
  }
  return (
    <>
      <h1 id="requests">{all === 0 ? words.none[inbox.part] : words.counted[inbox.part](all)}</h1>
      <Complaints complaints={props.complaints} />
      <TokenNote {...props} loud />
      {props.report !== null && <Report {...props} report={props.report} query={query} />}
      <nav class="links tabs" aria-label={words.title}>
        {inboxParts.map((part) => (
          <a href={`/?part=${part}`} aria-current={part === inbox.part ? "page" : undefined}>
            {words.parts[part]} <strong>{counts[part]}</strong>
          </a>
        ))}
      </nav>
      {!inbox.decides && (
        <p>
          {words.unmanaged} <a href="/feeds/new?kind=mine">{words.makeMine}</a>
        </p>
      )}
      {all === 0 && inbox.part === "decide" && inbox.decides && <p>{words.noneYet}</p>}
      {loading.length > 0 && <Note tone="wait">{words.loading(loading.map(isolate).join(", "))}</Note>}
      {props.makeFirst !== "" && inbox.decides && (
        <p class="quiet">
          {words.firstCalendar} <a href={props.makeFirst}>{words.makeFirst}</a>
        </p>
      )}
      {(all > 0 || isSearch(view)) && <Search {...props} />}
      {isSearch(view) && (
        <p>
          {total === 0 ? words.noneFound : words.found(total, all)} <a href={`/?part=${inbox.part}`}>{words.showAll}</a>
        </p>
      )}
      <form method="post" id={formIds.one} class="bare">
        <input type="hidden" name={nonceField} value={props.nonce} />
        <input type="hidden" name="back" value={query} />
      </form>
      {clear.length > 1 && <Many {...props} count={clear.length} query={query} />}
      {(requests.length > 0 || answered !== null) && <Cards {...props} query={query} tickable={clear.length > 1} />}
      <Pages {...props} />
    </>
  );
};

const Cards: FC<InboxProps & { query: string; tickable: boolean }> = (props) => {
  const { language, inbox, answered, viewer, view, report, query, tickable } = props;
  const { requests } = inbox;
  const listed = answered !== null && requests.some(({ booking }) => booking.uuid === answered.uuid);
  const next = answered === null ? null : (requests[answered.place + (listed ? 1 : 0)] ?? null);
  const card = (request: InboxRequest) => (
    <RequestCard
      {...props}
      {...{ request, query, tickable }}
      notice={answered?.uuid === request.booking.uuid ? answered.notice : null}
      focused={request === next}
      ticked={view.ticked || report?.left.some((tick) => readTick(tick).uuid === request.booking.uuid) === true}
      acts={actsForProvider(viewer.account, request.booking)}
    />
  );
  const cut = answered === null || listed ? requests.length : answered.place;
  return (
    <>
      <StripHours />
      <ul class="plain requests" aria-labelledby="requests">
        {requests.slice(0, cut).map(card)}
        {answered !== null && !listed && (
          <li class={`card request answered ${answered.notice.tone}`} tabindex={-1} autofocus={next === null}>
            <h2 dir="auto">
              <a href={`/bookings/${answered.uuid}`}>{bookingName(answered.name, language)}</a>
            </h2>
            <Note tone={answered.notice.tone}>{answered.notice.text}</Note>
          </li>
        )}
        {requests.slice(cut).map(card)}
      </ul>
    </>
  );
};

/** The form of the ticks, with a link that ticks all it can. */
const Many: FC<InboxProps & { count: number; query: string }> = ({ language, nonce, view, count, query }) => {
  const words = texts[language].inbox;
  return (
    <form method="post" action="/bookings/accept" id={formIds.many} class="row many">
      <input type="hidden" name={nonceField} value={nonce} />
      <input type="hidden" name="back" value={query} />
      <a href={`/?${inboxQuery(view, { page: view.page, ticked: true })}`}>{words.tickAll(count)}</a>
      <button class="second small">{words.acceptTicked}</button>
    </form>
  );
};

const Report: FC<InboxProps & { report: NonNullable<InboxProps["report"]>; query: string }> = (props) => {
  const { language, nonce, times, report, query } = props;
  const words = texts[language].inbox.report;
  const { accepted, failed, left, hint } = report;
  return (
    <section
      class={`note ${failed.length > 0 || hint !== "" ? "wait" : "good"}`}
      tabindex={-1}
      autofocus={left.length === 0}
    >
      <h2>
        {hint || words.title(accepted)}
        {left.length > 0 && `; ${words.left(left.length)}`}
      </h2>
      {failed.length > 0 && (
        <ul>
          {failed.map(({ name, notice, overlaps, over }) => (
            <li>
              <strong dir="auto">{bookingName(name, language)}</strong>:{" "}
              {notice?.text ??
                (over
                  ? words.over
                  : overlaps.length > 0
                    ? words.overlaps(overlapsText(overlaps, language, times))
                    : words.begun)}
            </li>
          ))}
        </ul>
      )}
      {left.length > 0 && (
        <form method="post" action="/bookings/accept">
          <input type="hidden" name={nonceField} value={nonce} />
          <input type="hidden" name="back" value={query} />
          {left.map((tick) => (
            <input type="hidden" name="uuid" value={tick} />
          ))}
          <div class="actions">
            <button autofocus>{words.goOn(left.length)}</button>
          </div>
        </form>
      )}
    </section>
  );
};

const Search: FC<InboxProps> = ({ language, view, inbox }) => {
  const words = texts[language].inbox.search;
  const mostOfferings = 60;
  const offerings = inbox.offerings
    .slice(0, mostOfferings)
    .map(({ uuid, name, count }) => [uuid, `${isolate(cleanName(name)) || uuid.slice(0, 8)} (${count})`] as const);
  return (
    <details open={isSearch(view)} class="search">
      <summary>{words.open}</summary>
      <form method="get" action="/" role="search" class="grid">
        <input type="hidden" name="part" value={inbox.part} />
        <Input name="words" label={words.words} value={view.words} help={words.wordsHelp} />
        <Input name="names" label={words.names} value={view.names} />
        <Select
          name="offering"
          label={words.offering}
          value={view.offering}
          choices={[["", words.allOfferings], ...offerings]}
        />
        <Select
          name="order"
          label={words.order}
          value={inbox.order}
          choices={inboxOrders.map((order) => [order, words.orders[order]] as const)}
        />
        <Input name="from" type="date" label={words.from} value={view.from} />
        <Input name="to" type="date" label={words.to} value={view.to} />
        <div class="actions">
          <button class="second">{words.apply}</button>
        </div>
      </form>
    </details>
  );
};

const Pages: FC<InboxProps> = ({ language, view, inbox, pageSize }) => {
  const words = texts[language].inbox;
  const count = Math.max(1, Math.ceil(inbox.total / pageSize));
  if (count === 1) return null;
  return (
    <nav class="links" aria-label={words.pages}>
      {view.page > 1 && (
        <a href={`/?${inboxQuery(view, { page: view.page - 1 })}`} rel="prev">
          ← {words.earlier}
        </a>
      )}
      <span>{words.page(view.page, count)}</span>
      {view.page < count && (
        <a href={`/?${inboxQuery(view, { page: view.page + 1 })}`} rel="next">
          {words.later} →
        </a>
      )}
    </nav>
  );
};

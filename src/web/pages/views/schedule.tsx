import type { DateTime } from "luxon";
import type { FC } from "hono/jsx";
import { texts } from "../../../text/index.ts";
import {
  type ScheduleView,
  scheduleViews,
  isGrid,
  type StateChoice,
  stateChoices,
  stepOf,
  writeDate,
  writeQuery,
} from "../schedule/query.ts";
import { EventList } from "./parts/event-list.tsx";
import { type Choice, Input, Note, Select } from "./parts/field.tsx";
import type { ScheduleProps } from "./parts/schedule-props.ts";
import { MonthView } from "./month.tsx";
import { zoneList, Zones } from "./wishes.tsx";

/** The page of events, in one of its views. */
export const SchedulePage: FC<ScheduleProps> = (props) => {
  const { language, query } = props;
  const words = texts[language].schedule;
  return (
    <div class={query.view === "agenda" ? "calendar" : "calendar wide-page"}>
      <ScheduleHead {...props} />
      {props.cut && <Note tone="wait">{words.tooMany(props.mostEvents)}</Note>}
      {query.view === "month" ? (
        <MonthView {...props} />
      ) : isGrid(query.view) ? (
        <Grid {...props} />
      ) : (
        <EventList {...props} />
      )}
    </div>
  );
};

const ScheduleHead: FC<ScheduleProps> = (props) => {
  const { language, times, path, title, feed, query, defaults, today, startOf } = props;
  const words = texts[language].schedule;
  const { view, first, after } = query;
  const shown = { ...query, skip: 0 };
  const link = (of: ScheduleView, date: DateTime | null): string => `${path}/${of}${writeQuery(shown, defaults, date)}`;
  // Another view of days with today in them begins with today.
  const day = today >= first && today < after ? null : first;
  const lastDay = times.day(startOf(after) - 1);
  return (
    <>
      <h1 dir="auto">{title}</h1>
      <nav class="tabs" aria-label={words.viewsLabel}>
        {scheduleViews.map((one) => (
          <a href={link(one, day)} aria-current={one === view ? "page" : undefined}>
            {words.views[one]}
          </a>
        ))}
      </nav>
      <div class="period">
        <h2 id="when">
          {view === "month"
            ? times.month(startOf(first))
            : lastDay === times.day(startOf(first))
              ? lastDay
              : `${times.day(startOf(first))} – ${lastDay}`}
        </h2>
        <p class="links">
          <a href={`${link(view, stepOf(query, "earlier"))}#when`} rel="prev">
            ← {words.earlier}
          </a>
          <a href={`${link(view, null)}#when`}>{words.today}</a>
          <a href={`${link(view, stepOf(query, "later"))}#when`} rel="next">
            {words.later} →
          </a>
        </p>
      </div>
      <Filter {...props} />
      <p class="quiet small zone">
        {words.zone(times.zone)}{" "}
        {feed !== null && (
          <>
            <a href={`/feeds/${feed.id}`}>{words.settings}</a> ·{" "}
            <a
              href={`/schedule/${view}${writeQuery({ ...shown, state: "live" }, { ...defaults, state: "live" }, day)}`}
            >
              {texts[language].common.schedule}
            </a>
          </>
        )}
      </p>
    </>
  );
};

const Filter: FC<ScheduleProps> = ({ language, path, query, defaults, offerings }) => {
  const words = texts[language].schedule;
  const active = [
    ...offerings.filter(({ uuid }) => uuid === query.offering).map(({ name }) => name),
    ...(query.state === defaults.state ? [] : [words.states[query.state]]),
  ];
  const states = Object.keys(stateChoices).filter((state): state is StateChoice => state in stateChoices);
  return (
    <details class="choose">
      <summary>
        {words.filter}
        {active.length > 0 && `: ${active.join(", ")}`}
      </summary>
      <form method="get" action={`${path}/${query.view}`}>
        <input type="hidden" name="date" value={writeDate(query.first)} />
        <Select
          name="offering"
          label={words.offering}
          value={query.offering}
          choices={[["", words.anyOffering], ...offerings.map(({ uuid, name }): Choice => [uuid, name])]}
        />
        <Select
          name="state"
          label={words.state}
          value={query.state}
          choices={states.map((state): Choice => [state, words.states[state]])}
        />
        <Input
          name="zone"
          label={words.zoneLabel}
          value={query.zone}
          list={zoneList}
          propose={texts[language].wishes.propose}
        />
        <Zones />
        <button class="second">{words.show}</button>
      </form>
    </details>
  );
};

/** A grid that the script draws, and until then, or without it, the list of the same events. */
const Grid: FC<ScheduleProps> = (props) => {
  const { language, path, query, defaults } = props;
  const { view, first } = query;
  const words = texts[language].schedule;
  return (
    <>
      <div
        id="grid"
        hidden
        data-view={view}
        data-date={writeDate(first)}
        data-events={`${path}/${view}/events${writeQuery({ ...query, skip: 0 }, defaults, first)}`}
        data-other={words.noOffering}
      ></div>
      <p id="no-grid" class="note" role="status" hidden>
        {words.noGrid}
      </p>
      <div id="list">
        <EventList {...props} />
      </div>
      <link rel="stylesheet" href="/assets/event-calendar.min.css" />
      <link rel="stylesheet" href="/assets/schedule.css" />
      <script defer src="/assets/event-calendar.min.js"></script>
      <script type="module" src="/assets/schedule.js"></script>
    </>
  );
};

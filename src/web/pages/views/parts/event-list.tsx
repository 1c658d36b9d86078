import type { FC } from "hono/jsx";
import { isolate } from "../../../../calendar/text.ts";
import { wholeDays } from "../../../../calendar/window.ts";
import { texts } from "../../../../text/index.ts";
import type { ScheduleItem } from "../../schedule/items.ts";
import { itemPath } from "../../schedule/json.ts";
import { writeQuery } from "../../schedule/query.ts";
import type { ScheduleProps } from "./schedule-props.ts";

/** Pages stay small: the rest is on the next. */
const mostOnPage = 40;

/** Events one after the other: by day, or by offering where the view is one of offerings. */
export const EventList: FC<ScheduleProps> = (props) => {
  const { language, items, times, path, query, defaults, offerings, startOf } = props;
  const words = texts[language].schedule;
  const fromAt = startOf(query.first);
  const shown = items.slice(query.skip, query.skip + mostOnPage);
  const dayOf = ({ start }: ScheduleItem): string => times.day(Math.max(start, fromAt));
  const names = new Map(offerings.map(({ uuid, name }) => [uuid, name]));
  const groups = Map.groupBy(shown, (item) =>
    byOffering(query) ? (names.get(item.offeringUuid) ?? words.noOffering) : dayOf(item),
  );
  const next = query.skip + shown.length;
  return (
    <>
      {shown.length === 0 && <p>{words.none}</p>}
      {[...groups].map(([heading, own]) => (
        <section>
          <h3 dir="auto">{heading}</h3>
          <ul class="plain">
            {own.map((item) => (
              <ListedEvent {...props} item={item} />
            ))}
          </ul>
        </section>
      ))}
      {next < items.length && (
        <p class="links">
          <a
            href={`${path}/${query.view}${writeQuery({ ...query, skip: next }, defaults, query.first)}#when`}
            rel="next"
          >
            {words.more(items.length - next)} →
          </a>
        </p>
      )}
    </>
  );
};

function byOffering({ view }: Pick<ScheduleProps["query"], "view">): boolean {
  return view === "offerings-day" || view === "offerings-week";
}

const ListedEvent: FC<ScheduleProps & { item: ScheduleItem }> = ({ language, times, nowAt, query, item }) => {
  const words = texts[language].schedule;
  const { start, end, status, overlaps, description } = item;
  const sameDay = times.date(start) === times.date(end) && !byOffering(query);
  return (
    <li class={`event ${status.toLowerCase()}${end <= nowAt ? " past" : ""}`}>
      <strong dir="auto">
        <EventLink item={item} title={item.title} />
      </strong>{" "}
      <span class={`state ${statusTone(status)}`}>{words.status[status]}</span>
      {overlaps.length > 0 && (
        <>
          {" "}
          <span class="state bad">{words.overlaps}</span>
        </>
      )}
      <br />
      {wholeDays(times.zone, item) !== null
        ? times.days(start, end)
        : sameDay
          ? `${times.clock(start)}–${times.clock(end)}`
          : times.span(start, end)}
      {[byOffering(query) ? "" : item.place, item.who]
        .filter((text) => text !== "")
        .map((text) => (
          <span class="quiet"> · {isolate(text)}</span>
        ))}
      {overlaps.length > 0 && (
        <p class="fault" dir="auto">
          {words.overlapsWith(overlaps.slice(0, 5).map(isolate).join(", "))}
        </p>
      )}
      {item.bookingUuid === "" && (
        <p class="text" dir="auto">
          {description}
        </p>
      )}
    </li>
  );
};

/** The title of an event, leading to its page where it has one. */
export const EventLink: FC<{ item: ScheduleItem; title: string }> = (props) => {
  const path = itemPath(props.item);
  const title = isolate(props.title);
  return path === "" ? <>{title}</> : <a href={path}>{title}</a>;
};

function statusTone(status: ScheduleItem["status"]): "good" | "wait" | "bad" {
  return status === "CONFIRMED" ? "good" : status === "TENTATIVE" ? "wait" : "bad";
}

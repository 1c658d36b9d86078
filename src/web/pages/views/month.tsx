import { overlapping } from "../../../calendar/period.ts";
import type { FC } from "hono/jsx";
import { truncate } from "../../../calendar/text.ts";
import { texts } from "../../../text/index.ts";
import { writeQuery } from "../schedule/query.ts";
import type { ScheduleProps } from "./parts/schedule-props.ts";
import { EventLink } from "./parts/event-list.tsx";

const mostInDay = 4;

/** A month: a grid on wide screens, else a list of the days with events. */
export const MonthView: FC<ScheduleProps> = ({ language, items, times, nowAt, path, query, defaults, startOf }) => {
  const words = texts[language].schedule;
  const { first } = query;
  const days = Array.from({ length: first.daysInMonth ?? 31 }, (_, index) => {
    const date = first.plus({ days: index });
    return { date, startAt: startOf(date), endAt: startOf(date.plus({ days: 1 })) };
  });
  return (
    <>
      <ol class="weekdays" aria-hidden="true">
        {words.weekdays.map((day) => (
          <li>{day}</li>
        ))}
      </ol>
      <ol class="month" aria-label={words.caption}>
        {days.map(({ date, startAt, endAt }, index) => {
          const own = overlapping([{ start: startAt, end: endAt }], items);
          const today = nowAt >= startAt && nowAt < endAt;
          const day = `${path}/day${writeQuery({ ...query, skip: 0 }, defaults, date)}`;
          return (
            <li
              class={[
                "day",
                own.length === 0 ? "free" : "",
                today ? "today" : "",
                index === 0 ? `on-${date.weekday}` : "",
              ]
                .filter(Boolean)
                .join(" ")}
            >
              <h3>
                <span class="full">{times.day(startAt)}</span>
                <span class="short" aria-hidden="true">
                  {index + 1}
                </span>
              </h3>
              {own.length === 0 ? (
                <p class="hidden">{words.noneDay}</p>
              ) : (
                <ul class="plain">
                  {own.slice(0, mostInDay).map((item) => (
                    <li class={`event ${item.status.toLowerCase()}${item.end <= nowAt ? " past" : ""}`}>
                      {item.start >= startAt ? (
                        <span class="when">{times.clock(item.start)}</span>
                      ) : (
                        <span class="when">{words.continues}</span>
                      )}{" "}
                      <span dir="auto">
                        <EventLink item={item} title={truncate(item.title, 60)} />
                      </span>{" "}
                      <span class="word">{words.status[item.status]}</span>
                      {item.overlaps.length > 0 && <span class="word fault"> {words.overlaps}</span>}
                    </li>
                  ))}
                  {own.length > mostInDay && (
                    <li>
                      <a href={day}>
                        {words.more(own.length - mostInDay)}
                        <span class="hidden">, {times.day(startAt)}</span>
                      </a>
                    </li>
                  )}
                </ul>
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
};

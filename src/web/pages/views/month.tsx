import type { FC } from "hono/jsx";
import type { Language } from "../../../calendar/profile.ts";
import { isolate, truncate } from "../../../calendar/text.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import type { Times } from "../times.ts";
import { type AgendaEvent, AgendaHead } from "./agenda.tsx";
import { texts } from "../../../text/index.ts";

interface MonthProps {
  readonly language: Language;
  readonly feed: FeedRow;
  readonly events: readonly AgendaEvent[];
  readonly times: Times;
  readonly earlier: string;
  readonly later: string;
  readonly cut: boolean;
  readonly firstAt: number;
  readonly nowAt: number;
  /** Monday is 1. */
  readonly days: readonly { readonly startAt: number; readonly endAt: number; readonly weekday: number }[];
}

const mostInDay = 4;

/** A month: a grid on wide screens, else a list of the days with events. */
export const MonthView: FC<MonthProps> = (props) => {
  const { language, feed, events, times, firstAt, nowAt, days } = props;
  const words = texts[language].agenda;
  return (
    <>
      <AgendaHead {...props} which="month" title={times.month(firstAt)} />
      <ol class="weekdays" aria-hidden="true">
        {words.weekdays.map((day) => (
          <li>{day}</li>
        ))}
      </ol>
      <ol class="month" aria-label={words.caption}>
        {days.map(({ startAt, endAt, weekday }, index) => {
          const own = events.filter(({ start, end }) => start < endAt && end > startAt);
          const today = nowAt >= startAt && nowAt < endAt;
          return (
            <li
              class={["day", own.length === 0 ? "free" : "", today ? "today" : "", index === 0 ? `on-${weekday}` : ""]
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
                  {own.slice(0, mostInDay).map((event) => (
                    <li class={`event ${event.status.toLowerCase()}`}>
                      {event.start >= startAt ? (
                        <span class="when">{times.clock(event.start)}</span>
                      ) : (
                        <span class="when">{words.continues}</span>
                      )}{" "}
                      <span dir="auto">{isolate(truncate(event.title, 60))}</span>{" "}
                      <span class="word">{words.status[event.status]}</span>
                      {event.overlaps.length > 0 && <span class="word fault"> {words.overlaps}</span>}
                    </li>
                  ))}
                  {own.length > mostInDay && (
                    <li>
                      <a href={`/feeds/${feed.id}/agenda?from=${times.date(startAt)}`}>
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

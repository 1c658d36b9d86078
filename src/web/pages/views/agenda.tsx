import type { FC } from "hono/jsx";
import type { Language } from "../../../calendar/profile.ts";
import type { VeventSummary } from "../../../calendar/read-vevent.ts";
import { splitMessage } from "../../../calendar/foreign-text.ts";
import { isolate, truncate } from "../../../calendar/text.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import type { Times } from "../times.ts";
import { texts } from "../../../text/index.ts";

/** Most characters of a message with its heading; the calendar has the whole. */
const longestMessage = 250;

/** An event as a subscriber sees it. Epoch seconds. */
export interface AgendaEvent extends VeventSummary {
  readonly uid: string;
  readonly start: number;
  readonly end: number;
  /** Titles of events of the same offering at the same time. */
  readonly overlaps: readonly string[];
}

interface Props {
  readonly language: Language;
  readonly feed: FeedRow;
  readonly events: readonly AgendaEvent[];
  readonly times: Times;
  /** Queries of the pages before and after. */
  readonly earlier: string;
  readonly later: string;
  /** True when there are more events than are shown. */
  readonly cut: boolean;
}

/** The head of agenda and month, with links between them. */
export const AgendaHead: FC<Props & { which: "agenda" | "month"; title: string }> = (props) => {
  const { language, feed, times, which, title, earlier, later } = props;
  const words = texts[language].agenda;
  const path = `/feeds/${feed.id}/${which}`;
  const query = which === "agenda" ? "from" : "month";
  return (
    <>
      <p class="links">
        <a href={`/feeds/${feed.id}/agenda`} aria-current={which === "agenda" ? "page" : undefined}>
          {words.agenda}
        </a>
        <a href={`/feeds/${feed.id}/month`} aria-current={which === "month" ? "page" : undefined}>
          {words.month}
        </a>
        <a href={`/feeds/${feed.id}`}>{texts[language].overview.open}</a>
      </p>
      <h1 dir="auto">{isolate(feed.profile.name)}</h1>
      <h2>{title}</h2>
      <p class="links">
        <a href={`${path}?${query}=${earlier}`} rel="prev">
          ← {words.earlier}
        </a>
        <a href={path}>{words.today}</a>
        <a href={`${path}?${query}=${later}`} rel="next">
          {words.later} →
        </a>
      </p>
      <p class="quiet small">
        {words.zone(times.zone)} {props.cut && words.cut}
      </p>
    </>
  );
};

/** Two weeks, day by day. */
export const AgendaView: FC<Props & { fromAt: number; toAt: number }> = (props) => {
  const { language, events, times, fromAt, toAt } = props;
  const words = texts[language].agenda;
  const byDay = Map.groupBy(events, (event) => times.date(Math.max(event.start, fromAt)));
  return (
    <>
      <AgendaHead {...props} which="agenda" title={`${times.day(fromAt)} – ${times.day(toAt - 1)}`} />
      {events.length === 0 && <p>{words.none}</p>}
      {[...byDay.values()].map((ofDay) => (
        <section>
          <h3>{times.day(Math.max(ofDay[0]?.start ?? fromAt, fromAt))}</h3>
          <ul class="plain">
            {ofDay.map((event) => (
              <li class={`event ${event.status.toLowerCase()}`}>
                <strong dir="auto">{isolate(event.title)}</strong>{" "}
                <span class={`state ${statusTone(event.status)}`}>{words.status[event.status]}</span>
                {event.overlaps.length > 0 && (
                  <>
                    {" "}
                    <span class="state bad">{words.overlaps}</span>
                  </>
                )}
                <br />
                {times.date(event.start) === times.date(event.end)
                  ? `${times.clock(event.start)}–${times.clock(event.end)}`
                  : times.span(event.start, event.end)}
                {event.place !== "" && <span class="quiet"> · {isolate(event.place)}</span>}
                {event.overlaps.length > 0 && (
                  <p class="fault" dir="auto">
                    {words.overlapsWith(event.overlaps.slice(0, 5).map(isolate).join(", "))}
                  </p>
                )}
                {event.description !== "" && (
                  <details>
                    <summary aria-label={`${words.details}: ${isolate(event.title)}`}>{words.details}</summary>
                    <p class="text" dir="auto">
                      {shortDescription(event.description)}
                    </p>
                  </details>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
};

function statusTone(status: AgendaEvent["status"]): "good" | "wait" | "bad" {
  return status === "CONFIRMED" ? "good" : status === "TENTATIVE" ? "wait" : "bad";
}

/** Returns a description without decision links, and the message in it cut. */
function shortDescription(text: string): string {
  const { facts, message } = splitMessage(text);
  return [dropLinkLines(facts), truncate(message, longestMessage)].filter((part) => part !== "").join("\n\n");
}

/** Decision links are for readers of the calendar itself. */
function dropLinkLines(text: string): string {
  return text
    .split("\n")
    .filter(
      (line, at, lines) => !/^https?:\/\/\S+\/a\//.test(line) && !/^https?:\/\/\S+\/a\//.test(lines[at + 1] ?? ""),
    )
    .join("\n")
    .trim();
}

import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import { bookingAddress } from "../../../calendar/homeport.ts";
import { cleanName } from "../../../calendar/foreign-text.ts";
import { calendarWords } from "../../../calendar/words/index.ts";
import type { NamedDecision } from "../../../store/decisions.ts";
import type { RunRow } from "../../../store/sources/runs.ts";
import type { SourceRow } from "../../../store/sources/sources.ts";
import { failureReason } from "../../health/source-health.ts";
import type { Times } from "../../../text/times.ts";
import { Select } from "./parts/field.tsx";
import { personName } from "../../../account/person-name.ts";
import { texts } from "../../../text/index.ts";

export interface HistoryProps {
  readonly language: Language;
  readonly which: "decisions" | "runs";
  readonly times: Times;
  readonly sources: readonly SourceRow[];
  /** Id of the source that is shown; "" for all. */
  readonly source: string;
  readonly failed: boolean;
  readonly runs: readonly RunRow[];
  readonly decisions: readonly NamedDecision[];
  /** The address of HomePort; null where it is not known. */
  readonly homeport: string | null;
  /** Start of the next page, epoch seconds; null: there is none. */
  readonly older: number | null;
}

export const HistoryView: FC<HistoryProps> = (props) => {
  const { language, which, sources, source, failed, older } = props;
  const words = texts[language].history;
  const empty = props.runs.length + props.decisions.length === 0;
  const query = new URLSearchParams({ show: which, ...(source !== "" && { source }), ...(failed && { failed: "1" }) });
  return (
    <>
      <h1>{words.title}</h1>
      <p class="links">
        <a href="/history" aria-current={which === "decisions" ? "page" : undefined}>
          {words.decisions}
        </a>
        <a href="/history?show=runs" aria-current={which === "runs" ? "page" : undefined}>
          {words.runs}
        </a>
      </p>
      <h2>{words[which]}</h2>
      {which === "runs" && <p class="quiet">{words.runsHelp}</p>}
      <form method="get" action="/history" class="filter" aria-label={words.filter}>
        <input type="hidden" name="show" value={which} />
        <Select
          name="source"
          label={words.source}
          value={source}
          choices={[["", words.all], ...sources.map(({ id, name }) => [id, isolate(name)] as const)]}
        />
        <label class="choice">
          <input type="checkbox" name="failed" value="1" checked={failed} />
          <span>{words.onlyFailed}</span>
        </label>
        <button class="second">{words.apply}</button>
      </form>
      {empty ? (
        <p>{failed || source !== "" ? words.none.filtered : words.none[which]}</p>
      ) : which === "runs" ? (
        <Runs {...props} />
      ) : (
        <Decisions {...props} />
      )}
      {older !== null && (
        <p>
          <a href={`/history?${query.toString()}&before=${older}`} rel="next">
            {words.older} →
          </a>
        </p>
      )}
    </>
  );
};

const Runs: FC<HistoryProps> = ({ language, runs, sources, times }) => {
  const words = texts[language].history;
  const names = new Map(sources.map(({ id, name }) => [id, isolate(name)]));
  return (
    <ul class="plain log">
      {runs.map(({ sourceId, endedAt, added, changed, removed, skipped, failure, held }) => {
        const parts = [
          ...(failure !== "" ? [failureReason(failure, language)] : []),
          ...(held !== "" ? [words.held] : []),
          ...(added + changed + removed > 0 ? [words.counts(added, changed, removed)] : []),
          ...(skipped > 0 ? [words.skipped(skipped)] : []),
        ];
        return (
          <li class="row">
            <span class="when">{times.moment(endedAt)}</span>
            <span class="grow">{names.get(sourceId)}</span>
            <span class={failure !== "" || held !== "" ? "fault" : ""}>{parts.join("; ") || words.nothingNew}</span>
          </li>
        );
      })}
    </ul>
  );
};

const BookingLink: FC<{ href: string; name: string }> = ({ href, name }) => {
  const strong = <strong dir="auto">{name}</strong>;
  if (href === "") return strong;
  return (
    <a href={href} rel="noreferrer">
      {strong}
    </a>
  );
};

const Decisions: FC<HistoryProps> = ({ language, decisions, times, homeport }) => {
  const words = texts[language].history;
  return (
    <ul class="plain log">
      {decisions.map(
        ({ madeAt, bookingUuid, booking, action, result, via, fullName, username, byOperator, mailbox }) => (
          <li class="row">
            <span class="when">{times.moment(madeAt)}</span>
            <span class="grow">
              <BookingLink
                href={bookingAddress(homeport, { uuid: bookingUuid })}
                name={isolate(cleanName(booking?.name ?? "")) || calendarWords[language].booking}
              />
              <br />
              {booking !== null && (
                <>
                  <span dir="auto">{isolate(cleanName(booking.offering))}</span>
                  {booking.endAt > 0 && `, ${times.span(booking.startAt, booking.endAt)}`}
                  <br />
                </>
              )}
              <span class="quiet">
                {personName({ fullName, username }) || words.forgotten},{" "}
                {mailbox === "" ? words.by[via] : words.byMailbox(mailbox)}
                {byOperator && `, ${words.asOperator}`}
              </span>
            </span>
            <span class={result === "done" || result === "already" ? "" : "fault"}>
              {words.actions[action]}: {words.results[result]}
            </span>
          </li>
        ),
      )}
    </ul>
  );
};

import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import { cleanName } from "../../../calendar/foreign-text.ts";
import { calendarWords } from "../../../calendar/words/index.ts";
import type { NamedDecision } from "../../../store/decisions.ts";
import type { RunRow } from "../../../store/runs.ts";
import type { SourceRow } from "../../../store/sources.ts";
import { failureReason } from "../../source-health.ts";
import type { Times } from "../times.ts";
import { Select } from "./field.tsx";
import { personName } from "../../person-name.ts";
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
      {empty ? <p>{words.none}</p> : which === "runs" ? <Runs {...props} /> : <Decisions {...props} />}
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

const Decisions: FC<HistoryProps> = ({ language, decisions, times }) => {
  const words = texts[language].history;
  return (
    <ul class="plain log">
      {decisions.map(({ madeAt, bookingName, action, result, via, fullName, username, byOperator }) => (
        <li class="row">
          <span class="when">{times.moment(madeAt)}</span>
          <span class="grow">
            <strong dir="auto">{isolate(cleanName(bookingName)) || calendarWords[language].booking}</strong>
            <br />
            <span class="quiet">
              {personName({ fullName, username })}, {words.by[via]}
              {byOperator && `, ${words.asOperator}`}
            </span>
          </span>
          <span class={result === "done" || result === "already" ? "" : "fault"}>
            {words.actions[action]}: {words.results[result]}
          </span>
        </li>
      ))}
    </ul>
  );
};

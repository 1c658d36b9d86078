import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { ServerProfile } from "../../../caldav/port.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import type { LedgerCounts } from "../../../store/ledger.ts";
import type { TargetRow } from "../../../store/targets.ts";
import { describeFailure } from "../../../mirror/write-failure.ts";
import { removalChoices, targetLocation } from "../../../mirror/commands.ts";
import { may, type Standing } from "../../../account/access.ts";
import type { FieldError, LoginErrors } from "../connect/input.ts";
import { nonceField } from "../../request/forms.ts";
import type { Notice } from "../../notice.ts";
import { isNew } from "../mirror-health.ts";
import type { Times } from "../../../text/times.ts";
import { ConnectSteps } from "./connect.tsx";
import { ConfirmAction } from "./parts/confirm-action.tsx";
import { fieldErrorText } from "./parts/field-error.tsx";
import { Choices, Note } from "./parts/field.tsx";
import { Login, LoginFaults } from "./login.tsx";
import { Rename } from "./rename.tsx";
import { ServerQuote } from "./parts/server-quote.tsx";
import { texts } from "../../../text/index.ts";
import type { LastReport } from "../../../mirror/report.ts";

/** Errors of the page's forms. `probe`: of the server, when it was tried. */
export interface TargetErrors extends LoginErrors {
  readonly probe?: FieldError;
  readonly events?: FieldError;
}

export interface TargetProps {
  readonly language: Language;
  readonly nonce: string;
  readonly target: TargetRow;
  readonly feed: FeedRow;
  readonly standing: Standing;
  readonly health: Notice;
  readonly counts: LedgerCounts;
  readonly profile: ServerProfile;
  readonly report: LastReport | null;
  readonly times: Times;
  /** True for a calendar at Google. */
  readonly byGoogle: boolean;
  /** User name there, or as typed; "" when this reader may not see it. */
  readonly username: string;
  /** Key of the action just done; "" for none. */
  readonly done: string;
  /** Reason why Google gave no permission; "" for none. */
  readonly google: string;
  /** The form that was sent without its tick or its name. */
  readonly unsure: "" | "rename" | "allow" | "remove";
  /** Choice for the events of a mirror that is removed. */
  readonly events: string;
  readonly faults: TargetErrors;
}

/** One mirror: its state, how its server behaves, and what can be done with it. */
export const TargetView: FC<TargetProps> = (props) => {
  const { language, target, feed, standing, health, report, done, google, faults } = props;
  const words = texts[language].mirror;
  const told = Object.entries(words.done).find(([key]) => key === done)?.[1];
  const denied = Object.entries(texts[language].connect.googleFaults).find(([key]) => key === google)?.[1];
  const wrong = denied ?? fieldErrorText(faults.probe, language);
  return (
    <>
      <h1 dir="auto">{isolate(target.name)}</h1>
      <p>
        {words.of} <a href={`/feeds/${feed.id}`}>{isolate(feed.profile.name)}</a>
      </p>
      <LoginFaults {...{ language, faults }} />
      {isNew(target) && <ConnectSteps language={language} step={3} />}
      {told && <Note tone="good">{told}</Note>}
      {may(standing, "change") && (
        <Rename
          {...{ language, nonce: props.nonce }}
          action={`/targets/${target.id}/rename`}
          name={target.name}
          help={words.renameHelp}
          wrong={props.unsure === "rename"}
        />
      )}
      {wrong && <Note tone="bad">{wrong}</Note>}
      <div class="card">
        <p class={`health ${health.tone}`}>{health.text}</p>
        {may(standing, "content") && target.failure !== "" && report !== null && report.said !== "" && (
          <p class="quiet">
            <ServerQuote language={language} text={report.said} />
          </p>
        )}
        {may(standing, "change") && <Switch {...props} />}
      </div>
      {may(standing, "content") && <MirrorFacts {...props} />}
      {may(standing, "content") && <Behaviour {...props} />}
      <ManageMirror {...props} />
    </>
  );
};

/** The next action: turn on, pause or resume. */
const Switch: FC<TargetProps> = ({ language, nonce, target, feed, byGoogle }) => {
  const words = texts[language].mirror;
  const { state, stopCode } = target;
  const waits = stopCode === "credentials" || stopCode === "owner";
  if (stopCode === "credentials" && byGoogle) {
    return (
      <p>
        <a class="button" href={`/targets/${target.id}/google`} rel="noreferrer">
          {words.google}
        </a>
      </p>
    );
  }
  if (state === "removing" || waits || feed.state === "ended") return null;
  const [verb, label] =
    state === "on"
      ? (["pause", words.pause] as const)
      : (["resume", isNew(target) ? words.turnOn : words.resume] as const);
  return (
    <form method="post" action={`/targets/${target.id}/${verb}`} class="actions">
      <input type="hidden" name={nonceField} value={nonce} />
      <button class={state === "on" ? "second" : undefined}>{label}</button>
      {state === "on" && <span class="quiet">{words.pauseHelp}</span>}
    </form>
  );
};

const MirrorFacts: FC<TargetProps> = ({ language, target, counts, report, times }) => {
  const words = texts[language].mirror;
  const choices = texts[language].connect;
  const beside = [
    [target.lost, words.missing],
    [counts.left, words.left],
    [counts.retired, words.retired],
    [counts.failing, words.failingEvents],
    [target.restores, words.restores],
  ] as const;
  const more = beside.filter(([count]) => count > 0).map(([count, tell]) => tell(count));
  const { url, account } = targetLocation(target);
  const { full, said } = describeFailure(counts.failure);
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{words.facts}</h2>
      <dl>
        <dt>{words.calendar}</dt>
        <dd class="long">{url}</dd>
        {account !== "" && (
          <>
            <dt>{words.account}</dt>
            <dd class="long">{account.replace(/^\S+ /, "")}</dd>
          </>
        )}
        <dt>{words.events}</dt>
        <dd>
          {counts.events}
          {more.length > 0 && `; ${more.join("; ")}`}
          {full && `. ${words.full}`}
          {said !== "" && (
            <>
              . <ServerQuote language={language} text={said} />
            </>
          )}
        </dd>
        <dt>{words.lastRun}</dt>
        <dd>{report === null ? words.never : `${times.moment(report.endedAt)}: ${words.run(report)}`}</dd>
        <dt>{words.checked}</dt>
        <dd>{target.checkedAt === 0 ? words.never : times.moment(target.checkedAt)}</dd>
        <dt>{words.edits}</dt>
        <dd>{choices.editChoices[target.edits]}</dd>
        <dt>{words.cancelled}</dt>
        <dd>{choices.cancelledChoices[target.cancelled]}</dd>
      </dl>
    </section>
  );
};

/** The behaviour of the server, as the probe found it. */
const Behaviour: FC<TargetProps> = ({ language, profile }) => {
  const { server, probe } = texts[language].mirror;
  const seen = [
    probe.keeps,
    profile.changeFeed === "none" ? probe.tellsNot : probe.tells,
    ...(profile.honoursIfNoneMatch ? [] : [probe.noCreate]),
    ...(profile.honoursIfMatchOnDelete ? [] : [probe.noDelete]),
    ...(profile.tellsEtag ? [] : [probe.noTag]),
    ...(profile.rewrites ? [probe.rewrites] : []),
    ...(profile.maxBytes === null ? [] : [probe.most(Math.floor(profile.maxBytes / 1000))]),
  ];
  return (
    <section aria-labelledby="server">
      <h2 id="server">{server}</h2>
      <ul>
        {seen.map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
      {profile.software !== "" && (
        <p class="quiet small long">
          {probe.software}: <span lang="">{profile.software}</span>
        </p>
      )}
    </section>
  );
};

const ManageMirror: FC<TargetProps> = (props) => {
  const { language, nonce, target, standing, byGoogle, username, faults, unsure } = props;
  const words = texts[language].mirror;
  if (target.state === "removing") return null;
  const path = `/targets/${target.id}`;
  const wrong = faults.username !== undefined || faults.password !== undefined;
  const waits = target.stopCode === "credentials" || target.stopCode === "owner";
  const removal = removalChoices(target);
  return (
    <section aria-labelledby="manage">
      <h2 id="manage">{words.manage}</h2>
      {may(standing, "change") && target.lost > 0 && (
        <>
          <p>{words.restoreHelp}</p>
          <form method="post" action={`${path}/restore`} class="actions">
            <input type="hidden" name={nonceField} value={nonce} />
            <button>{words.restore}</button>
          </form>
        </>
      )}
      {may(standing, "change") && target.held !== "" && (
        <ConfirmAction
          {...{ language, nonce }}
          what="allow"
          action={`${path}/allow`}
          label={words.allow}
          help={words.allowHelp}
          unsure={unsure === "allow"}
        />
      )}
      {may(standing, "change") && !byGoogle && target.stopCode !== "feed-ended" && (
        <details open={wrong || waits}>
          <summary>{words.credentials}</summary>
          <form method="post" action={`${path}/credentials`} novalidate>
            <input type="hidden" name={nonceField} value={nonce} />
            <Login {...{ language, username, faults }} help={words.credentialsHelp} />
            <div class="actions">
              <button>{words.save}</button>
            </div>
          </form>
        </details>
      )}
      {may(standing, "change") && !waits && target.stopCode !== "feed-ended" && (
        <details>
          <summary>{words.probeAgain}</summary>
          <p>{words.probeHelp}</p>
          <form method="post" action={`${path}/probe`}>
            <input type="hidden" name={nonceField} value={nonce} />
            <div class="actions">
              <button class="second">{words.probeAgain}</button>
            </div>
          </form>
        </details>
      )}
      {may(standing, "end") && (
        <ConfirmAction
          {...{ language, nonce }}
          what="remove"
          action={`${path}/remove`}
          label={words.remove}
          help={words.removeHelp}
          unsure={unsure === "remove"}
          open={faults.events !== undefined}
        >
          {removal.length === 1 ? (
            <>
              <p>{words.removeLeft}</p>
              <input type="hidden" name="events" value={removal[0]} />
            </>
          ) : (
            <Choices
              type="radio"
              name="events"
              label={words.removeEvents}
              values={[props.events]}
              choices={removal.map((choice) => [choice, words.removeChoices[choice]])}
              fault={fieldErrorText(faults.events, language)}
            />
          )}
        </ConfirmAction>
      )}
    </section>
  );
};

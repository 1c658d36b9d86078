import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import type { SourceRow } from "../../../store/sources.ts";
import { webcalAddress } from "../../../feed/commands.ts";
import { may, type Standing } from "../../../account/access.ts";
import { sourceHealth } from "../../source-health.ts";
import type { Times } from "../times.ts";
import { ConfirmAction } from "./confirm-action.tsx";
import { Note } from "./field.tsx";
import { Mirrors, type MirrorsProps } from "./mirrors.tsx";
import { QrCode } from "./qr.tsx";
import { texts } from "../../../text/index.ts";

export interface FeedProps {
  readonly language: Language;
  readonly nonce: string;
  readonly feed: FeedRow;
  readonly source: SourceRow;
  readonly standing: Standing;
  readonly times: Times;
  /** Null: it has none yet or no longer, or this reader may not see it. */
  readonly address: string | null;
  /** Id of the missing key with which the address is sealed; null when none is missing. */
  readonly hidden: string | null;
  /** Id of the missing key without which its events are not brought up to date; null when none is missing. */
  readonly stands: string | null;
  /** True when it is so large that some programs show only part of it. */
  readonly large: boolean;
  /** Key of the action just done; "" for none. */
  readonly done: string;
  /** The form that was sent without its tick. */
  readonly unsure: "" | "rotate" | "revoke";
  readonly mirrors: MirrorsProps["mirrors"];
}

/** One calendar: how to subscribe, its state, and what can be done with it. */
export const FeedView: FC<FeedProps> = (props) => {
  const { language, feed, standing, done, large } = props;
  const words = texts[language].feed;
  const told = Object.entries(words.done).find(([key]) => key === done)?.[1];
  return (
    <>
      <h1 dir="auto">{isolate(feed.profile.name)}</h1>
      {told && <Note tone="good">{told}</Note>}
      {large && (
        <Note tone="wait">
          <strong>{words.warning}.</strong> {words.sizeWarning(feed.eventCount, feed.byteCount)}
        </Note>
      )}
      {props.stands !== null && <Note tone="bad">{texts[language].keys.standing(props.stands)}</Note>}
      {standing === "former" && <Note tone="bad">{texts[language].overview.standing.former}</Note>}
      {may(standing, "content") && feed.state !== "ended" && (
        <p class="links">
          <a href={`/feeds/${feed.id}/agenda`}>{texts[language].overview.agenda}</a>
          <a href={`/feeds/${feed.id}/month`}>{texts[language].overview.month}</a>
          <a href={`/feeds/${feed.id}/edit`}>{words.edit}</a>
        </p>
      )}
      <Subscribe {...props} />
      <Mirrors {...props} />
      <FeedFacts {...props} />
      <ManageFeed {...props} />
    </>
  );
};

const Subscribe: FC<FeedProps> = ({ language, feed, address, hidden, standing }) => {
  const words = texts[language].feed;
  if (feed.state === "ended") return <p>{words.ended}</p>;
  if (!may(standing, "address")) return <p class="quiet">{words.noAddress}</p>;
  if (hidden !== null) return <Note tone="bad">{texts[language].keys.address(hidden)}</Note>;
  if (address === null) return <Note tone="wait">{words.loading}</Note>;
  const webcal = webcalAddress(address);
  const encoded = encodeURIComponent(address);
  const name = encodeURIComponent(feed.profile.name);
  const { clients } = words;
  const rows = [
    ["Google", clients.google, `https://calendar.google.com/calendar/r?cid=${encodeURIComponent(webcal)}`],
    ["Outlook.com", clients.outlook, `https://outlook.live.com/calendar/0/addfromweb/?url=${encoded}&name=${name}`],
    ["Microsoft 365", clients.m365, `https://outlook.office.com/calendar/0/addfromweb/?url=${encoded}&name=${name}`],
    ["Apple", clients.apple, webcal],
    ["Thunderbird", clients.thunderbird, null],
    ["Android (ICSx5)", clients.android, null],
    ["Nextcloud", clients.nextcloud, null],
    ["Proton", clients.proton, null],
    ["Fastmail", clients.fastmail, null],
  ] as const;
  return (
    <section class="card" aria-labelledby="subscribe">
      <h2 id="subscribe">{words.subscribe}</h2>
      <div class="address">
        <div class="grow">
          <h3 id="address">{words.address}</h3>
          <code
            class="copy"
            tabindex={0}
            role="textbox"
            aria-readonly="true"
            aria-labelledby="address"
            aria-describedby="copy"
          >
            {address}
          </code>
          <p class="quiet small" id="copy">
            {words.copy}
          </p>
          <Note tone="wait">{words.private}</Note>
        </div>
        <QrCode text={address} title={words.qr} />
      </div>
      <ul class="plain clients">
        {rows.map(([program, [refresh, how], href]) => (
          <li class="row">
            <span class="grow">
              <strong>{program}</strong>
              <br />
              {how}
              <br />
              <span class="quiet">
                {words.refreshIn} {refresh}.
              </span>
            </span>
            {href !== null && (
              <a class="button second" href={href} rel="noreferrer">
                {words.add} {program}
              </a>
            )}
          </li>
        ))}
      </ul>
      <p class="quiet small">{words.hosted}</p>
    </section>
  );
};

const FeedFacts: FC<FeedProps> = ({ language, feed, source, standing, times }) => {
  const words = texts[language].feed;
  const health = sourceHealth(source, language, times);
  const { usedAt, usedBy, expiresAt } = feed;
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{words.facts}</h2>
      <dl>
        <dt>{words.state}</dt>
        <dd>{texts[language].overview.states[feed.state]}</dd>
        <dt>{words.source}</dt>
        <dd>
          {isolate(source.name)} <span class={`health ${health.tone}`}>{health.text}</span>
        </dd>
        {may(standing, "content") && (
          <>
            <dt>{words.events}</dt>
            <dd>{feed.eventCount}</dd>
            <dt>{texts[language].feedForm.detail}</dt>
            <dd>{texts[language].feedForm.details[feed.profile.detail]}</dd>
            <dt>{words.fetched}</dt>
            <dd>{usedAt === null ? words.notFetched : words.fetchedBy(usedBy, times.moment(usedAt))}</dd>
          </>
        )}
        <dt>{words.ends}</dt>
        <dd>{expiresAt === null ? words.never : times.moment(expiresAt)}</dd>
        <dt>{words.made}</dt>
        <dd>{times.moment(feed.createdAt)}</dd>
      </dl>
      {may(standing, "content") && feed.held.length > 0 && <Note tone="bad">{words.heldBack(feed.held.length)}</Note>}
    </section>
  );
};

const ManageFeed: FC<FeedProps> = ({ language, nonce, feed, standing, unsure }) => {
  const words = texts[language].feed;
  if (feed.state === "ended") return null;
  const forms = [
    { what: "rotate", label: words.rotate, help: words.rotateHelp, right: "change" },
    { what: "revoke", label: words.revoke, help: words.revokeHelp, right: "end" },
  ] as const;
  return (
    <section aria-labelledby="manage">
      <h2 id="manage">{words.manage}</h2>
      {forms
        .filter(({ right }) => may(standing, right))
        .map(({ what, label, help }) => (
          <ConfirmAction
            {...{ language, nonce, what, label, help }}
            action={`/feeds/${feed.id}/${what}`}
            unsure={unsure === what}
          />
        ))}
    </section>
  );
};

import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import type { ReadSource } from "../../../store/sources/readers.ts";
import { freeBusyAddress, webcalAddress } from "../../../feed/commands.ts";
import { may, type Standing } from "../../../account/access.ts";
import { sourceHealth } from "../../health/source-health.ts";
import type { Times } from "../../../text/times.ts";
import { ConfirmAction } from "./parts/confirm-action.tsx";
import { Note } from "./parts/field.tsx";
import type { CalendarAccount } from "./parts/calendar-account.tsx";
import { CopyField } from "./parts/copy-field.tsx";
import { Mirrors, type MirrorsProps } from "./mirrors.tsx";
import { QrCode } from "./parts/qr.tsx";
import { Rename } from "./rename.tsx";
import { texts } from "../../../text/index.ts";

export interface FeedProps {
  readonly language: Language;
  readonly nonce: string;
  readonly feed: FeedRow;
  readonly source: ReadSource;
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
  /** The form that was sent without its tick or its name. */
  readonly unsure: "" | "rename" | "rotate" | "revoke";
  /** True when only computers on this machine or network reach its address. */
  readonly inside: boolean;
  readonly mirrors: MirrorsProps["mirrors"];
  /** The account of the viewer's calendar programs. */
  readonly account: CalendarAccount;
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
      {feed.state !== "ended" && may(standing, "change") && (
        <Rename
          {...{ language, nonce: props.nonce }}
          action={`/feeds/${feed.id}/rename`}
          name={feed.profile.name}
          help={words.renameHelp}
          wrong={props.unsure === "rename"}
        />
      )}
      {large && (
        <Note tone="wait">
          <strong>{words.warning}.</strong> {words.sizeWarning(feed.eventCount, feed.byteCount)}
        </Note>
      )}
      {props.stands !== null && <Note tone="bad">{texts[language].keys.standing(props.stands)}</Note>}
      {standing === "former" && <Note tone="bad">{texts[language].calendars.standing.former}</Note>}
      {may(standing, "content") && feed.state !== "ended" && (
        <p class="links">
          <a href={`/feeds/${feed.id}/agenda`}>{texts[language].calendars.agenda}</a>
          <a href={`/feeds/${feed.id}/month`}>{texts[language].calendars.month}</a>
          <a href={`/feeds/${feed.id}/edit`}>{words.edit}</a>
        </p>
      )}
      <SignInOver {...props} />
      <Subscribe {...props} />
      <Mirrors {...props} />
      <FeedFacts {...props} />
      <ManageFeed {...props} />
    </>
  );
};

/** The account that has this calendar and all others, for the programs that can sign in to one: they show changes soonest. */
const SignInOver: FC<FeedProps> = ({ language, feed, standing, address, account }) => {
  if (feed.state === "ended" || address === null || !may(standing, "address")) return null;
  const words = texts[language].programs;
  return (
    <section class="card" aria-labelledby="account">
      <h2 id="account">{words.heading}</h2>
      <p>{words.about}</p>
      <dl>
        <dt>{words.address}</dt>
        <dd>{account.address}</dd>
        <dt>{words.userName}</dt>
        <dd>{account.userName}</dd>
      </dl>
      <p>
        <a class="button" href="/programs">
          {words.make}
        </a>
      </p>
    </section>
  );
};

const Subscribe: FC<FeedProps> = ({ language, feed, address, hidden, standing, inside }) => {
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
    ["Apple Calendar", clients.apple, webcal],
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
          <CopyField language={language} labelledBy="address" describedBy="copy" text={address} />
          <p class="quiet small" id="copy">
            {words.copy}
          </p>
          {inside && <Note tone="bad">{words.inside}</Note>}
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
      <p class="quiet small">
        {words.freeBusy} <code>{freeBusyAddress(address)}</code>
      </p>
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
        <dd>{texts[language].calendars.states[feed.state]}</dd>
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

import type { FC } from "hono/jsx";
import type { Config } from "../../../config/config.ts";
import type { Notices } from "../../../store/mail/notices.ts";
import { noticeKinds } from "../../../store/mail/notice-kinds.ts";
import type { OutboxRow } from "../../../store/mail/outbox.ts";
import { texts } from "../../../text/index.ts";
import { nonceField } from "../../request/forms.ts";
import { type Choice, Choices, Input, Note, Select } from "./parts/field.tsx";
import { Webhooks, type WebhooksProps } from "./webhooks.tsx";

/** The outcome of what was just done on the page; null: nothing was. */
type NoticesNote = "saved" | "sent" | "bad" | "many" | "off" | "reminder" | null;

/** Calendars without pending bookings that somebody may want who gets these as invitations. */
export interface OfferedFeeds {
  /** Their own with pending bookings. */
  readonly pending: readonly { readonly id: string; readonly name: string }[];
  /** The uuid of an organisation of which they may have one; null: they have some calendar already, or manage none. */
  readonly provider: string | null;
}

export interface NoticesProps extends WebhooksProps {
  readonly note: NoticesNote;
  readonly notices: Notices;
  /** The address that was typed just now. */
  readonly typed: string;
  /** The address that Waldur tells; "" for none. */
  readonly known: string;
  /** Mails to the address came back: nothing goes there any more. */
  readonly paused: boolean;
  /** False for the operator, who is nobody in Waldur. */
  readonly person: boolean;
  /** True where this service sends mail. */
  readonly on: boolean;
  /** The effect of an answer to an invitation; `off`: there are no invitations. */
  readonly answers: Config["mailDecisions"];
  /** For somebody who gets invitations; null for others. */
  readonly offered: OfferedFeeds | null;
  readonly zone: string;
  /** The mails that could not be delivered lately. */
  readonly failed: readonly Pick<OutboxRow, "recipient" | "reason">[];
}

const hours: readonly Choice[] = Array.from({ length: 24 }, (_, hour): Choice => [
  String(hour),
  `${String(hour).padStart(2, "0")}:00`,
]);

/** The page on which somebody chooses what they are told. */
export const NoticesPage: FC<NoticesProps> = (props) => {
  const { language, note, on, person, paused, typed, failed, answers, webhooks } = props;
  const words = texts[language].notices;
  return (
    <div class="narrow">
      <h1>{words.title}</h1>
      <p>{words.about}</p>
      {paused && <Note tone="bad">{words.paused}</Note>}
      {!on && <Note tone="wait">{words.off}</Note>}
      {note === "saved" && <Note tone="good">{words.saved}</Note>}
      {note === "sent" && <Note tone="good">{words.sentProof(typed)}</Note>}
      {note === "many" && <Note tone="bad">{words.tooMany}</Note>}
      {person ? (
        <>
          <AddressForm {...props} />
          <WishesForm {...props} />
          <FeedOffers {...props} />
          {answers !== "off" && (
            <p>
              <a href="/notices/mailboxes">{texts[language].mailboxes.title}</a>
            </p>
          )}
          <Webhooks {...props} />
        </>
      ) : (
        <p>{words.operator}</p>
      )}
      {failed.length > 0 && (
        <section>
          <h2>{words.givenUp}</h2>
          <ul>
            {failed.map(({ recipient, reason }) => {
              const place = webhooks.find(({ id }) => id === recipient)?.place ?? "";
              return <li>{place === "" ? reason : `${place}: ${reason}`}</li>;
            })}
          </ul>
        </section>
      )}
    </div>
  );
};

const AddressForm: FC<NoticesProps> = ({ language, nonce, note, notices, typed, known }) => {
  const words = texts[language].notices;
  const { email } = notices;
  return (
    <form method="post" action="/notices/address" class="card" novalidate>
      <input type="hidden" name={nonceField} value={nonce} />
      <h2>{words.address}</h2>
      <p>{email !== "" ? words.typed(email) : known === "" ? words.noAddress : words.fromWaldur(known)}</p>
      <Input
        name="address"
        label={words.another}
        help={words.anotherHelp}
        fault={note === "bad" ? words.faultAddress : undefined}
        value={note === "bad" ? typed : email}
        autocomplete="email"
      />
      <div class="actions">
        <button class="second">{words.save}</button>
      </div>
    </form>
  );
};

const WishesForm: FC<NoticesProps> = ({ language, nonce, note, notices, zone, answers }) => {
  const words = texts[language].notices;
  const { kinds, invitations, reminderHours, digestHour, quiet } = notices.wishes;
  const none: Choice = ["", words.noQuiet];
  return (
    <form method="post" action="/notices" class="card" novalidate>
      <input type="hidden" name={nonceField} value={nonce} />
      <Choices
        name="kinds"
        label={words.kinds}
        type="checkbox"
        values={noticeKinds.filter((kind) => kinds[kind])}
        choices={noticeKinds.map((kind): Choice => [kind, words.kind[kind]])}
      />
      {answers === "off" ? (
        invitations && <input type="hidden" name="kinds" value="invitations" />
      ) : (
        <Choices
          name="kinds"
          label={words.invitations.title}
          type="checkbox"
          values={invitations ? ["invitations"] : []}
          choices={[["invitations", words.invitations.choice]]}
          help={words.invitations[answers]}
        />
      )}
      <Input
        name="reminderHours"
        label={words.reminderHours}
        fault={note === "reminder" ? words.faultReminder : undefined}
        value={String(reminderHours)}
        inputmode="numeric"
      />
      <Select name="digestHour" label={words.digestHour} value={String(digestHour)} choices={hours} />
      <Select
        name="quietFrom"
        label={words.quietFrom}
        help={words.quietHelp(zone)}
        value={quiet === null ? "" : String(quiet.from)}
        choices={[none, ...hours]}
      />
      <Select
        name="quietTo"
        label={words.quietTo}
        value={quiet === null ? "" : String(quiet.to)}
        choices={[none, ...hours]}
      />
      <div class="actions">
        <button>{words.save}</button>
      </div>
    </form>
  );
};

const FeedOffers: FC<NoticesProps> = ({ language, offered }) => {
  if (offered === null || (offered.pending.length === 0 && offered.provider === null)) return null;
  const { pending, provider } = offered;
  const words = texts[language].notices.invitations;
  return (
    <section>
      <h2>{words.feeds}</h2>
      <p>{pending.length > 0 ? words.feedsTwice : words.feedsNew}</p>
      <ul>
        {pending.map(({ id, name }) => (
          <li>
            <a href={`/feeds/${id}/edit?pending=out`}>{words.leaveOut(name)}</a>
          </li>
        ))}
        {provider !== null && (
          <li>
            <a href={`/feeds/new?kind=provider&uuid=${provider}&pending=out`}>{words.makeFeed}</a>
          </li>
        )}
      </ul>
    </section>
  );
};

interface MailLinkProps {
  readonly words: { readonly title: string; readonly button: string; readonly done: string; readonly gone: string };
  readonly step: "ask" | "done" | "gone";
  readonly ask: string;
  readonly back: string;
}

/** The page of a link in a mail: it asks, does it at the button, and says so. */
export const MailLinkPage: FC<MailLinkProps> = ({ words, step, ask, back }) => (
  <div class="narrow">
    <h1>{words.title}</h1>
    {step === "ask" ? (
      <form method="post" class="card">
        <p>{ask}</p>
        <div class="actions">
          <button>{words.button}</button>
        </div>
      </form>
    ) : (
      <Note tone={step === "done" ? "good" : "bad"}>{words[step]}</Note>
    )}
    <p>
      <a href="/notices">{back}</a>
    </p>
  </div>
);

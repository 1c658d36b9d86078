import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import { cleanName, cleanPerson, cleanWords } from "../../../calendar/foreign-text.ts";
import { type Action, actions, type FeedProfile, type Language } from "../../../calendar/profile.ts";
import { eventStatus } from "../../../calendar/status.ts";
import type { Period } from "../../../calendar/period.ts";
import { calendarWords } from "../../../calendar/words/index.ts";
import type { LinkKind } from "../../../security/links.ts";
import type { PageData } from "../../../decision/page-data.ts";
import { nonceField } from "../../request/forms.ts";
import type { Notice } from "../../notice.ts";
import { SeenFields } from "../seen.tsx";
import { zonedTimes } from "../../../text/times.ts";
import { Note } from "./parts/field.tsx";
import { Layout } from "./parts/layout.tsx";
import { RequesterMessage } from "./parts/message.tsx";
import { type Texts, texts } from "../../../text/index.ts";
import { personName } from "../../../account/person-name.ts";

export interface DecisionProps {
  readonly language: Language;
  readonly zone: FeedProfile["zone"];
  readonly data: PageData;
  readonly kind: LinkKind;
  /** Name of the account behind the feed. */
  readonly owner: string;
  /** Path of the page. */
  readonly path: string;
  readonly preselected: Action | null;
  /** Outcome of a click; null: nothing was clicked. */
  readonly notice: Notice | null;
  readonly sample: boolean;
  /** Hidden fields of the forms. */
  readonly nonces: { readonly decide: string; readonly signIn: string; readonly forget: string };
}

/** The page of one booking: the request, and the buttons to answer it. */
export const DecisionPage: FC<DecisionProps> = (props) => {
  const { language, data } = props;
  const words = texts[language].decision;
  const { booking } = data;
  const person = data.reader?.account ?? null;
  const status = eventStatus[data.meaning];
  const mood = status === "CONFIRMED" ? "good" : status === "TENTATIVE" ? "wait" : "bad";
  const title = isolate(cleanName(booking.name)) || words.nameless;
  const top = person === null ? null : <span class="quiet">{words.signedIn(personName(person))}</span>;
  return (
    <Layout language={language} title={`${title} – ${words.page}`} site="" top={top}>
      <div class="decision">
        {props.notice && <Note tone={props.notice.tone}>{props.notice.text}</Note>}
        <h1 dir="auto">{title}</h1>
        <p>
          <span class={`state ${mood}`}>{calendarWords[language].state[data.meaning]}</span>
        </p>
        <BookingFacts {...props} words={words} />
        <Besides {...props} words={words} />
        {data.standing === "open" ? (
          <DecisionChoice {...props} words={words} />
        ) : data.standing === "waiting" ? (
          <Waiting data={data} words={words} />
        ) : (
          <Closed {...props} words={words} />
        )}
        {person !== null && (
          <form method="post" action={`${props.path}/forget`} class="actions quiet">
            <input type="hidden" name={nonceField} value={props.nonces.forget} />
            <button class="plain" name="which" value="this">
              {words.forget}
            </button>
            <button class="plain" name="which" value="all">
              {words.forgetAll}
            </button>
          </form>
        )}
        <RequesterMessage language={language} text={booking.description} />
      </div>
    </Layout>
  );
};

type SectionProps = DecisionProps & { readonly words: Texts["decision"] };

export const BookingFacts: FC<Pick<SectionProps, "language" | "words" | "data" | "zone">> = ({
  language,
  words,
  data,
  zone,
}) => {
  const { booking } = data;
  const facts: readonly (readonly [string, string])[] = [
    [words.labels.offering, isolate(cleanName(data.offering))],
    [words.labels.requester, isolate(cleanPerson(booking.requesterName, booking.requesterUsername))],
    [words.labels.customer, isolate(cleanName(booking.customerName))],
    [words.labels.project, isolate(cleanName(booking.projectName))],
    [words.labels.error, cleanWords(booking.errorMessage)],
  ];
  return (
    <dl>
      <dt>{words.labels.when}</dt>
      <dd class="times">
        <ol>
          {data.parts.map((part, index) => (
            <li>
              {data.parts.length > 1 && <span class="quiet">{words.part(index + 1, data.parts.length)}</span>}
              <SlotTime {...part} {...{ language, zone }} />
            </li>
          ))}
        </ol>
      </dd>
      {facts
        .filter(([, text]) => text !== "")
        .map(([label, text]) => (
          <>
            <dt>{label}</dt>
            <dd dir="auto">{text}</dd>
          </>
        ))}
    </dl>
  );
};

/** A time in the calendar's zone and, if that differs, in UTC. */
const SlotTime: FC<Pick<SectionProps, "language" | "zone"> & Period> = ({ language, zone, start, end }) => {
  const [local = "", utc = ""] = [zone, null].map((of) => {
    const times = zonedTimes(of, language);
    return `${times.span(start, end)} (${times.zone})`;
  });
  return (
    <>
      <time datetime={new Date(start * 1000).toISOString()}>{local}</time>
      {local !== utc && <span class="quiet">{utc}</span>}
    </>
  );
};

export const Besides: FC<Pick<SectionProps, "language" | "words" | "data" | "zone">> = ({
  language,
  words,
  data,
  zone,
}) => (
  <section>
    <h2>{words.beside}</h2>
    {data.beside.length === 0 ? (
      <p class="quiet">{words.alone}</p>
    ) : (
      <ul>
        {data.beside.map(({ name, pending, ...time }) => (
          <li>
            <SlotTime {...time} {...{ language, zone }} />{" "}
            <span class={pending ? "quiet" : "fault"}>{pending ? words.besidePending : words.besideConfirmed}</span>
            {name !== null && <span dir="auto"> {isolate(cleanName(name)) || words.nameless}</span>}
          </li>
        ))}
      </ul>
    )}
  </section>
);

export const Closed: FC<Pick<SectionProps, "language" | "words" | "data" | "zone">> = ({
  language,
  words,
  data,
  zone,
}) => {
  const { made } = data;
  const times = zonedTimes(zone, language);
  return (
    <section class="card">
      <h2>{data.standing === "past" ? words.labels.past : words.labels.decided}</h2>
      {data.standing === "past" ? (
        <p>{words.closed.past}</p>
      ) : (
        <p>
          {made === null ? (
            words.closed.decided
          ) : (
            <>
              {words.made(made.action, personName(made) || words.unnamed.person)}{" "}
              <time datetime={new Date(made.madeAt * 1000).toISOString()}>
                {times.moment(made.madeAt)} ({times.zone})
              </time>
              .
            </>
          )}
        </p>
      )}
      <InWaldur words={words} data={data} />
    </section>
  );
};

/** Says whose move it is, with a link to the order. */
export const Waiting: FC<Pick<SectionProps, "words" | "data">> = ({ words, data: { booking, meaning, order } }) => (
  <section class="card">
    <h2>{words.waiting.title}</h2>
    <p>
      {words.waiting.move(
        meaning,
        isolate(cleanName(booking.providerName)) || words.unnamed.provider,
        isolate(cleanName(booking.customerName)) || words.unnamed.customer,
      )}
    </p>
    {order !== "" && (
      <p>
        <a href={order} rel="noreferrer">
          {words.waiting.order}
        </a>
      </p>
    )}
  </section>
);

export const InWaldur: FC<Pick<SectionProps, "words" | "data">> = ({ words, data }) =>
  data.homeport === "" ? null : (
    <p>
      <a href={data.homeport} rel="noreferrer">
        {words.openWaldur}
      </a>
    </p>
  );

const DecisionChoice: FC<SectionProps> = (props) => {
  const { words, data, kind, owner } = props;
  const person = data.reader?.account ?? null;
  const signedIn = person !== null && !data.expired;
  if (!signedIn && kind === "sign-in") {
    return (
      <section class="card">
        <h2>{words.signIn.title}</h2>
        <p>{words.signIn.why}</p>
        <SignIn {...props} />
        <InWaldur words={words} data={data} />
      </section>
    );
  }
  return (
    <section class="card">
      <h2>{withdraws(data) ? words.own.title : words.decide}</h2>
      <p>{signedIn ? words.as(personName(person)) : words.holder(owner)}</p>
      <Rights {...props} />
      <Buttons {...props} />
      <InWaldur words={words} data={data} />
      {!signedIn && (
        <details>
          <summary>{words.signIn.own}</summary>
          <SignIn {...props} />
        </details>
      )}
    </section>
  );
};

/** Returns true when the reader asked for the booking and does not stand for its provider. */
function withdraws({ reader }: Pick<PageData, "reader">): boolean {
  return reader !== null && reader.requester && reader.insider === false;
}

export const Rights: FC<Pick<SectionProps, "words" | "data">> = ({ words, data }) => {
  const { reader, booking } = data;
  if (reader === null) return null;
  if (withdraws({ reader })) return <p>{words.own.text}</p>;
  const notes = [
    ...(reader.insider === null ? [words.may.unanswered] : []),
    ...(reader.insider === false ? [words.may.notYours(isolate(cleanName(booking.providerName)))] : []),
    ...(reader.reject === "none" ? [words.may.noReject(isolate(cleanName(booking.customerName)))] : []),
    ...(reader.reject === "operator" ? [words.may.byOperator] : []),
  ];
  return (
    <>
      {notes.map((note) => (
        <p class="note">{note}</p>
      ))}
    </>
  );
};

const Buttons: FC<SectionProps> = ({ words, data, path, preselected, nonces }) => {
  const offered = actions.filter((action) => action === "reject" || data.accepts);
  const first = preselected ?? "accept";
  const ordered = offered.toSorted((a, b) => Number(b === first) - Number(a === first));
  return (
    <form method="post" action={path} class="actions">
      <input type="hidden" name={nonceField} value={nonces.decide} />
      <SeenFields periods={data.parts} beside={data.beside} />
      {ordered.map((action) => (
        <button name="action" value={action} class={action === first ? action : `${action} second`}>
          {action === "reject" && withdraws(data) ? words.own.button : words.actions[action]}
        </button>
      ))}
    </form>
  );
};

const SignIn: FC<SectionProps> = ({ language, words, data, path, preselected, nonces, sample }) => (
  <form method="post" action={`${path}/sign-in`}>
    <input type="hidden" name={nonceField} value={nonces.signIn} />
    {preselected !== null && <input type="hidden" name="action" value={preselected} />}
    <div>
      <label for="token">{words.token.label}</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        aria-describedby="token-help"
      />
      <p id="token-help" class="quiet">
        {words.token.help}
        {sample && ` ${words.token.sample}`}
      </p>
      {data.tokenPage !== "" && (
        <p>
          <a href={data.tokenPage} rel="noreferrer" target="_blank">
            {texts[language].signIn.tokenPage}
          </a>
        </p>
      )}
    </div>
    <div class="actions">
      <button>{words.token.button}</button>
      <a href={`${path}/login`}>{words.signIn.others}</a>
    </div>
  </form>
);

/** A page with one sentence. */
export const PlainPage: FC<{ language: Language; title: string; text: string }> = ({ language, title, text }) => (
  <Layout language={language} title={title} site="">
    <div class="decision">
      <h1>{title}</h1>
      <p>{text}</p>
    </div>
  </Layout>
);

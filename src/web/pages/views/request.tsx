import type { FC } from "hono/jsx";
import { cleanName, cleanPerson } from "../../../calendar/foreign-text.ts";
import type { Action, Language } from "../../../calendar/profile.ts";
import { bookingStatus, eventStatus } from "../../../calendar/status.ts";
import { isolate } from "../../../calendar/text.ts";
import { calendarWords } from "../../../calendar/words/index.ts";
import { livePeriods } from "../../../decision/beside.ts";
import type { Caution } from "../../../decision/caution.ts";
import type { PageData } from "../../../decision/page-data.ts";
import type { rejectRight } from "../../../decision/rights.ts";
import type { LocatedRow } from "../../../store/bookings/bookings.ts";
import { texts } from "../../../text/index.ts";
import { nonceField } from "../../request/forms.ts";
import type { Notice } from "../../notice.ts";
import { SeenFields } from "../seen.tsx";
import type { Times } from "../../../text/times.ts";
import { Besides, BookingFacts, Closed, InWaldur, Rights, Waiting } from "./decision.tsx";
import { Note } from "./parts/field.tsx";
import { RequesterMessage } from "./parts/message.tsx";
import { bookingName } from "./parts/request-card.tsx";

interface RequestProps {
  readonly language: Language;
  readonly nonce: string;
  readonly data: PageData;
  readonly zone: string;
  readonly name: string;
  readonly offered: readonly Action[];
  /** One click may accept. */
  readonly clear: boolean;
  /** The viewer stands for the provider. */
  readonly acts: boolean;
  /** Outcome of an answer just now; null: none was given. */
  readonly notice: Notice | null;
}

/** The page of one booking with everything that is known of it. */
export const RequestPage: FC<RequestProps> = (props) => {
  const { language, data, zone, name, notice } = props;
  const words = texts[language].decision;
  const status = eventStatus[data.meaning];
  const mood = status === "CONFIRMED" ? "good" : status === "TENTATIVE" ? "wait" : "bad";
  return (
    <div class="decision">
      <p class="links">
        <a href="/">← {texts[language].inbox.title}</a>
      </p>
      {notice && <Note tone={notice.tone}>{notice.text}</Note>}
      <h1 dir="auto">{name}</h1>
      <p>
        <span class={`state ${mood}`}>{calendarWords[language].state[data.meaning]}</span>
      </p>
      <BookingFacts {...{ language, words, data, zone }} />
      <Besides {...{ language, words, data, zone }} />
      {data.standing === "open" ? (
        <section class="card">
          <h2>{words.decide}</h2>
          <Rights {...{ words, data }} />
          <Answers {...props} />
          <InWaldur {...{ words, data }} />
        </section>
      ) : data.standing === "waiting" ? (
        <Waiting {...{ words, data }} />
      ) : (
        <Closed {...{ language, words, data, zone }} />
      )}
      <RequesterMessage language={language} text={data.booking.description} />
    </div>
  );
};

const Answers: FC<RequestProps> = ({ language, nonce, data, offered, clear, acts }) => {
  const words = texts[language].inbox;
  const path = `/bookings/${data.booking.uuid}`;
  if (offered.length === 0) return <p>{words.confirm.none}</p>;
  return (
    <form method="post" class="actions">
      <input type="hidden" name={nonceField} value={nonce} />
      <input type="hidden" name="on" value="request" />
      <SeenFields periods={data.parts} beside={data.beside} />
      {offered.includes("accept") &&
        (clear ? (
          <button formaction={`${path}/accept`}>{words.accept}</button>
        ) : (
          <a class="button" href={`${path}/accept`}>
            {words.acceptLook}
          </a>
        ))}
      {offered.includes("reject") && (
        <a class="button second" href={`${path}/reject`}>
          {acts ? words.reject : words.withdraw}
        </a>
      )}
    </form>
  );
};

interface ConfirmProps {
  readonly language: Language;
  readonly nonce: string;
  readonly times: Times;
  readonly known: LocatedRow;
  readonly action: Action;
  readonly caution: Caution;
  /** Why an answer that was sent counts for nothing; null: none was. */
  readonly changed: Notice | null;
  readonly name: string;
  /** The viewer can give this answer now. */
  readonly offered: boolean;
  readonly acts: boolean;
  /** The way in which the viewer can reject. */
  readonly reject: ReturnType<typeof rejectRight>;
  /** Query of the page of requests to go back to. */
  readonly query: string;
}

/** The second step before an answer: what will happen. */
export const ConfirmPage: FC<ConfirmProps> = (props) => {
  const { language, nonce, times, known, action, caution, changed, name, offered, acts, reject, query } = props;
  const { may, unnamed } = texts[language].decision;
  const words = texts[language].inbox;
  const { booking } = known;
  const person = isolate(cleanPerson(booking.requesterName, booking.requesterUsername));
  const periods = livePeriods(known.slots);
  const first = periods[0];
  const deed = action === "accept" ? "accept" : acts ? "reject" : "withdraw";
  const will = deed === "reject" ? words.confirm.will.reject(person) : words.confirm.will[deed];
  return (
    <div class="decision">
      {changed !== null && <Note tone={changed.tone}>{changed.text}</Note>}
      <h1>{words.confirm[deed]}</h1>
      <p>
        <a href={`/bookings/${booking.uuid}`} dir="auto">
          <strong>{name}</strong>
        </a>
        , {isolate(cleanName(booking.offeringName))}
        <br />
        {periods.map(({ start, end }) => (
          <>
            {times.span(start, end)} <span class="quiet small">{times.zone}</span>
            <br />
          </>
        ))}
        <span class="quiet">
          {words.of} {person}
        </span>
      </p>
      {action === "accept" && caution.overlaps.length > 0 && (
        <div class="note bad">
          <p>{words.confirm.overlaps}</p>
          <ul>
            {caution.overlaps.map((other) => (
              <li dir="auto">
                {bookingName(other.name, language)}, {times.span(other.start, other.end)} (
                {other.pending ? words.pending : words.confirmed})
              </li>
            ))}
          </ul>
          <p>{words.confirm.overlapsHelp}</p>
        </div>
      )}
      {caution.time === "over" ? (
        <p class="note bad">{words.over}</p>
      ) : !offered ? (
        <p class="note wait">
          {calendarWords[language].state[bookingStatus(known)]}. {words.confirm.none}
        </p>
      ) : (
        <>
          {caution.time === "begun" && first !== undefined && (
            <p class="note wait">{words.confirm.begun(`${times.moment(first.start)} (${times.zone})`)}</p>
          )}
          <p>{will}</p>
          {action === "reject" && reject === "none" && (
            <p class="note wait">{may.noReject(isolate(cleanName(booking.customerName)) || unnamed.customer)}</p>
          )}
          {action === "reject" && reject === "operator" && <p class="note">{may.byOperator}</p>}
          <form method="post" action={`/bookings/${booking.uuid}/${action}`}>
            <input type="hidden" name={nonceField} value={nonce} />
            <input type="hidden" name="back" value={query} />
            <input type="hidden" name="sure" value="yes" />
            <SeenFields periods={periods} beside={caution.overlaps} />
            <div class="actions">
              <button class={action === "reject" ? "reject" : undefined}>
                {deed === "accept" && caution.overlaps.length > 0 ? words.confirm.anyway : words.confirm.yes[deed]}
              </button>
              <a href={`/?${query}`}>{words.confirm.back}</a>
            </div>
          </form>
        </>
      )}
      {(caution.time === "over" || !offered) && (
        <p>
          <a href={`/?${query}`}>{words.confirm.back}</a>
        </p>
      )}
    </div>
  );
};

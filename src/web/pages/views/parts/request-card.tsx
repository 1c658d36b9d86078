import type { FC } from "hono/jsx";
import { bookingAddress, orderAddress } from "../../../../calendar/homeport.ts";
import { cleanName, cleanPerson } from "../../../../calendar/foreign-text.ts";
import type { Language } from "../../../../calendar/profile.ts";
import { isDecidable } from "../../../../calendar/status.ts";
import { isolate, truncate } from "../../../../calendar/text.ts";
import { calendarWords } from "../../../../calendar/words/index.ts";
import { type Beside, livePeriods } from "../../../../decision/beside.ts";
import { isClear } from "../../../../decision/caution.ts";
import type { InboxRequest } from "../../../../decision/inbox.ts";
import { timesShown } from "../../../../decision/seen.ts";
import { tickOf } from "../../inbox/tick.ts";
import { texts } from "../../../../text/index.ts";
import { DayStrip } from "./day-strip.tsx";
import { Note } from "./field.tsx";
import { RequesterMessage } from "./message.tsx";
import type { Notice } from "../../../notice.ts";
import type { Times } from "../../../../text/times.ts";

export interface CardProps {
  readonly language: Language;
  readonly times: Times;
  readonly nowAt: number;
  readonly homeport: string | null;
  /** Query of the page that the card is on. */
  readonly query: string;
  readonly request: InboxRequest;
  /** The outcome of an answer just now; null: nobody gave one. */
  readonly notice: Notice | null;
  /** Its name has the focus: a key that is pressed once too often opens it, and answers nothing. */
  readonly focused: boolean;
  /** Others can be accepted with it: it has a tick. */
  readonly tickable: boolean;
  readonly ticked: boolean;
  /** The viewer stands for its provider. */
  readonly acts: boolean;
}

const mostPeriods = 2;
const mostOverlaps = 3;
/** Most characters of a message; the page of the request has the whole. */
const mostMessage = 140;
/** Most characters of a name in a label. */
const mostLabel = 60;

/** Ids of the forms of the page that buttons on a card belong to. */
export const formIds = { one: "one", many: "many" } as const;

/** Returns the name of a booking as pages show it. */
export function bookingName(name: string, language: Language): string {
  return isolate(cleanName(name)) || calendarWords[language].booking;
}

/** Returns the name of a booking for the label of a button. */
function labelName(name: string, language: Language): string {
  return isolate(truncate(cleanName(name), mostLabel)) || calendarWords[language].booking;
}

/** One request: what, who, when, what is beside it, and the answers. */
export const RequestCard: FC<CardProps> = (props) => {
  const { language, times, request, nowAt, notice, tickable, ticked } = props;
  const words = texts[language].inbox;
  const { booking, caution } = request;
  const periods = livePeriods(request.slots);
  const name = bookingName(booking.name, language);
  return (
    <li class="card request" id={cardId(booking.uuid)}>
      <div class="head">
        {tickable && request.offered.includes("accept") && isClear(caution) && (
          <input
            type="checkbox"
            name="uuid"
            value={tickOf(request)}
            form={formIds.many}
            checked={ticked}
            aria-label={`${words.tick}: ${labelName(booking.name, language)}`}
          />
        )}
        <h2 dir="auto">
          <a href={`/bookings/${booking.uuid}`} autofocus={props.focused}>
            {name}
          </a>
        </h2>
        <span class="quiet small">{waitedText(nowAt - booking.createdMicros / 1_000_000, language)}</span>
      </div>
      {notice !== null && <Note tone={notice.tone}>{notice.text}</Note>}
      <p>
        {periods.slice(0, mostPeriods).map(({ start, end }) => (
          <>
            <span class="when">{times.span(start, end)}</span> <span class="quiet small">{times.zone}</span>
            <br />
          </>
        ))}
        {periods.length > mostPeriods && (
          <>
            <span class="quiet">{words.more(periods.length - mostPeriods)}</span>
            <br />
          </>
        )}
        <strong>{isolate(cleanName(booking.offeringName))}</strong>
      </p>
      <p class="quiet small line">
        {words.of} {isolate(cleanPerson(booking.requesterName, booking.requesterUsername))},{" "}
        {isolate(cleanName(booking.projectName))}
        {booking.customerName !== "" && ` (${isolate(cleanName(booking.customerName))})`}
      </p>
      <DayStrip {...{ language, times }} day={request.day} own={periods} beside={request.beside} />
      {caution.overlaps.length > 0 && (
        <p class="fault small" dir="auto">
          {words.overlaps}: {overlapsText(caution.overlaps, language, times)}
        </p>
      )}
      {caution.time === "begun" && <p class="fault small">{words.begun}</p>}
      <RequesterMessage language={language} text={booking.description} most={mostMessage} />
      <Answers {...props} />
    </li>
  );
};

/** Returns the id of the card of a booking. */
function cardId(uuid: string): string {
  return `r-${uuid.slice(0, 12)}`;
}

/** Returns other bookings at the same time, each with its time. */
export function overlapsText(overlaps: readonly Beside[], language: Language, times: Times): string {
  const words = texts[language].inbox;
  const shown = overlaps
    .slice(0, mostOverlaps)
    .map(
      ({ start, end, name, pending }) =>
        `${labelName(name, language)}, ${times.span(start, end)} (${pending ? words.pending : words.confirmed})`,
    );
  const left = overlaps.length - shown.length;
  return [...shown, ...(left > 0 ? [words.moreOverlaps(left)] : [])].join("; ");
}

function waitedText(seconds: number, language: Language): string {
  const { waited } = texts[language].inbox;
  if (seconds >= 2 * 86_400) return waited.days(Math.floor(seconds / 86_400));
  return seconds >= 3600
    ? waited.hours(Math.floor(seconds / 3600))
    : waited.minutes(Math.max(1, Math.floor(seconds / 60)));
}

const Answers: FC<CardProps> = (props) => {
  const { language, request, query, homeport, acts } = props;
  const name = labelName(request.booking.name, language);
  const words = texts[language].inbox;
  const { booking, offered, caution, meaning } = request;
  const path = `/bookings/${booking.uuid}`;
  const back = `?${new URLSearchParams({ back: query }).toString()}`;
  const clear = isClear(caution);
  const address = bookingAddress(homeport, booking);
  const order = orderAddress(homeport, request);
  const moves = caution.time !== "over" && !isDecidable(meaning);
  return (
    <>
      {caution.time === "over" ? (
        <p class="small">{words.over}</p>
      ) : (
        moves && (
          <p class="small">
            <span class="state wait">{calendarWords[language].state[meaning]}</span>
          </p>
        )
      )}
      <div class="actions">
        {offered.includes("accept") &&
          (clear ? (
            <button
              form={formIds.one}
              formaction={`${path}/accept`}
              name="times"
              value={timesShown(livePeriods(request.slots))}
              aria-label={`${words.accept}: ${name}`}
            >
              {words.accept}
            </button>
          ) : (
            <a class="button" href={`${path}/accept${back}`} aria-label={`${words.acceptLook}: ${name}`}>
              {words.acceptLook}
            </a>
          ))}
        {offered.includes("reject") && (
          <a
            class="button second"
            href={`${path}/reject${back}`}
            aria-label={`${acts ? words.reject : words.withdraw}: ${name}`}
          >
            {acts ? words.reject : words.withdraw}
          </a>
        )}
        <span class="links small">
          {moves && order !== "" ? (
            <a href={order} rel="noreferrer" aria-label={`${words.order}: ${name}`}>
              {words.order}
            </a>
          ) : (
            address !== "" && (
              <a href={address} rel="noreferrer" aria-label={`${words.waldur}: ${name}`}>
                {words.waldur}
              </a>
            )
          )}
        </span>
      </div>
    </>
  );
};

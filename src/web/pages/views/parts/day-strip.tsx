import type { FC } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import { overlapping, type Period } from "../../../../calendar/period.ts";
import type { Beside } from "../../../../decision/beside.ts";
import { texts } from "../../../../text/index.ts";
import type { Times } from "../../../../text/times.ts";

interface Props {
  readonly language: Language;
  readonly times: Times;
  readonly day: Period;
  /** The periods of the request. */
  readonly own: readonly Period[];
  readonly beside: readonly Beside[];
}

/** Five minutes are one unit of a day of 24 hours. */
const width = 288;
const mostDrawn = 12;

/** One day of an offering: the request above, what else there is below. */
export const DayStrip: FC<Props> = ({ language, times, day, own, beside }) => {
  const unit = width / (day.end - day.start);
  const others = overlapping([day], beside);
  const asked = overlapping([day], own);
  const place = ({ start, end }: Period): { x: number; width: number } => {
    const from = Math.max(0, Math.floor((start - day.start) * unit));
    const to = Math.min(width, Math.ceil((end - day.start) * unit));
    return { x: from, width: Math.max(2, to - from) };
  };
  const when = asked.map(({ start, end }) => `${times.clock(start)}–${times.clock(end)}`).join(", ");
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${width} 22`}
      role="img"
      aria-label={texts[language].inbox.strip(times.day(day.start), when, others.length)}
    >
      <use href="#hours" />
      {asked.slice(0, mostDrawn).map((one) => (
        <rect {...place(one)} y="0.5" height="6" class="own" />
      ))}
      {others.slice(0, mostDrawn).map((one) => (
        <rect {...place(one)} y="8" height="5" class={one.pending ? "asked" : "taken"} />
      ))}
    </svg>
  );
};

/** The hours that every strip of the page stands on. */
export const StripHours: FC = () => (
  <svg class="hidden" aria-hidden="true">
    <g id="hours">
      <path d={`M0 14H${width}M0 0V14M72 0V15M144 0V15M216 0V15M${width} 0V14`} />
      {[6, 12, 18].map((hour) => (
        <text x={hour * 12} y="21.5">
          {hour}
        </text>
      ))}
    </g>
  </svg>
);

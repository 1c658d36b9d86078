import type { DateTime } from "luxon";
import type { Language } from "../../../../calendar/profile.ts";
import type { Times } from "../../../../text/times.ts";
import type { Loaded } from "../../schedule/json.ts";
import type { ScheduleDefaults } from "../../schedule/query.ts";

/** The events and all else of which each view is made. */
export interface ScheduleProps extends Loaded {
  readonly language: Language;
  readonly times: Times;
  /** The beginning of the addresses of the pages. */
  readonly path: string;
  readonly title: string;
  readonly defaults: ScheduleDefaults;
  /** True when these days have more events than are read. */
  readonly cut: boolean;
  readonly mostEvents: number;
  /** Today in the zone, as midnight UTC. */
  readonly today: DateTime;
  /** Returns the first second of a date in the zone, epoch seconds. */
  readonly startOf: (date: DateTime) => number;
}

import { renderFreeBusy } from "../../../calendar/ical/free-busy.ts";
import { caldavSpace, child, type XmlElement } from "../../../caldav/xml.ts";
import { AppError } from "../../../errors.ts";
import { readFreeBusy } from "../../../feed/free-busy.ts";
import { epochSeconds } from "../../../lib/clock.ts";
import { readTimeRange } from "./read-report.ts";
import { calendarResponse, refusalResponse, unavailableResponse } from "../responses.ts";
import type { PersonCalendar, Scene } from "../scene.ts";

/**
 * Answers a `free-busy-query` (RFC 4791 7.10): the times of the calendar that are taken, not by whom, within the window of
 * which that is known. A range outside is refused, and while it is not known at all the program is to ask again.
 */
export async function answerFreeBusy({ deps }: Scene, { feed }: PersonCalendar, root: XmlElement): Promise<Response> {
  const range = readTimeRange(child(root, "time-range", caldavSpace));
  if (range === null) throw new AppError("bad_input", "a free-busy-query needs a time range");
  const known = await readFreeBusy(deps.sql, feed);
  if (known === null) return unavailableResponse();
  if (range.toAt <= known.fromAt) return refusalResponse("min-date-time");
  if (range.fromAt >= known.toAt) return refusalResponse("max-date-time");
  const [fromAt, toAt] = [Math.max(range.fromAt, known.fromAt), Math.min(range.toAt, known.toAt)];
  const stampAt = Math.max(feed.revisedAt, epochSeconds(deps));
  const text = renderFreeBusy(known.periods, { uid: `${feed.id}-busy`, stampAt, fromAt, toAt });
  return calendarResponse("REPORT", new TextEncoder().encode(text), {});
}

import { type Located, livePeriods } from "../../../decision/beside.ts";
import { timesShown } from "../../../decision/seen.ts";

/** Returns what a tick sends: the booking, and its periods as they were shown. */
export function tickOf({ booking, slots }: Pick<Located, "booking" | "slots">): string {
  return `${booking.uuid}.${timesShown(livePeriods(slots))}`;
}

/** Returns the uuid of a booking that was ticked, and the print of its periods; "" where it was sent without. */
export function readTick(tick: string): { readonly uuid: string; readonly times: string } {
  const [uuid = "", times = ""] = tick.split(".", 2);
  return { uuid, times };
}

import { overlaps, type Period } from "../../../src/calendar/period.ts";
import type { Invitation } from "../invitation/invited.ts";

/** An event in a room's calendar. */
interface RoomEvent extends Period {
  readonly sequence: number;
}

/**
 * The calendar of a room as Exchange keeps it (AllowConflicts false): one event for each UID, the newest SEQUENCE counts, and what
 * overlaps another event is declined. `blocked`: times that others have taken.
 */
export function openRoom() {
  const events = new Map<string, RoomEvent>();
  const blocked: Period[] = [];
  return {
    events,
    blocked,
    /** Takes a mail; returns the answer, or null for none. */
    take({ uid, method, sequence, text }: Invitation): "ACCEPTED" | "DECLINED" | null {
      const had = events.get(uid);
      if (had !== undefined && sequence < had.sequence) return null;
      events.delete(uid);
      if (method === "CANCEL") return null;
      const event = { start: timeOf(text, "DTSTART"), end: timeOf(text, "DTEND"), sequence };
      if ([...events.values(), ...blocked].some((other) => overlaps(event, other))) return "DECLINED";
      events.set(uid, event);
      return "ACCEPTED";
    },
  };
}

/** The epoch seconds of a DATE-TIME in UTC. */
function timeOf(text: string, name: string): number {
  const value = new RegExp(`^${name}:(\\d{4})(\\d\\d)(\\d\\dT\\d\\d)(\\d\\d)(\\d\\dZ)`, "m").exec(text);
  return Date.parse(value?.slice(1).join(":").replace(":", "-").replace(":", "-") ?? "") / 1000;
}

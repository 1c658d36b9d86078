import { describe, expect, it } from "vitest";
import { renderEvent } from "../../../src/calendar/ical/vevent.ts";
import { readVevent } from "../../../src/calendar/ical/read-vevent.ts";
import { context, eventOf, known, nowAt } from "../samples.ts";

describe("a rendered event", () => {
  const event = eventOf(known({ name: "a,b;c\\d" }), context({ alarmMinutes: 15 }));

  it("is read back as it was", () => {
    const { summary: title, description, location: place, status } = event;
    expect(readVevent(renderEvent(event, { sequence: 1, stamp: nowAt }))).toEqual({
      title,
      description,
      place,
      status,
    });
  });

  it("does not take the text of its alarm for its description", () => {
    const bare = renderEvent({ ...event, description: "" }, { sequence: 1, stamp: nowAt });
    expect(readVevent(bare).description).toBe("");
  });
});

import { describe, expect, it } from "vitest";
import { unfold } from "../../../src/calendar/ical/content-line.ts";
import { bookingEvents } from "../../../src/calendar/booking-events.ts";
import { reviseEvent } from "../../../src/calendar/ical/vevent.ts";
import { lintEvent } from "../../../src/calendar/ical/lint.ts";
import { relink, withoutLinks } from "../../../src/calendar/ical/relink.ts";
import { context, known, nowAt, uuid } from "../samples.ts";

const vevent = (letter: string): string => {
  const page = `https://calendar.example/a/${letter}key1.${"A".repeat(22)}.0123456789abcdef.${uuid("a")}`;
  const [event] = bookingEvents(known(), context({}, { decisionUrlOf: () => page }));
  if (event === undefined) throw new Error("the booking has no event");
  return reviseEvent(event, null, nowAt).vevent;
};

describe("an event for a calendar that others see", () => {
  it("has pages to sign in on in place of links that decide at once", async () => {
    const pushed = await relink(vevent("d"), async (booking) => `https://calendar.example/a/s.${booking}`);
    expect(lintEvent(pushed)).toEqual([]);
    const text = unfold(pushed);
    expect(text).not.toMatch(/\/a\/d/);
    expect(text.match(/\/a\/s\.a{32}(?:\/accept|\/reject)?\\n/g)).toEqual([
      `/a/s.${uuid("a")}/accept\\n`,
      `/a/s.${uuid("a")}/reject\\n`,
      `/a/s.${uuid("a")}\\n`,
    ]);
  });

  it("keeps its bytes where there is nothing to replace", async () => {
    const same = vevent("s");
    expect(await relink(same, async () => "never")).toBe(same);
  });

  it("is what the feed with such links would have shown", async () => {
    const to = /https:\S+?\/a\/s[^\\]+?(?=\/accept)/.exec(unfold(vevent("s")))?.[0] ?? "";
    expect(await relink(vevent("d"), async () => to)).toBe(vevent("s"));
  });
});

describe("an event for somebody who may not decide by its links", () => {
  it("leads to one page in place of either kind, and is all the same otherwise", () => {
    for (const letter of ["s", "d"]) {
      const read = withoutLinks(vevent(letter), "https://calendar.example/");
      expect(lintEvent(read)).toEqual([]);
      const text = unfold(read);
      expect(text).not.toMatch(/\/a\//);
      expect(text.match(/https:\/\/calendar\.example\/\\n/g)).toHaveLength(3);
      expect(text.length).toBeLessThan(unfold(vevent(letter)).length);
    }
  });

  it("keeps its bytes where there is no link", () => {
    const [event] = bookingEvents(known(), context());
    const plain = event === undefined ? "" : reviseEvent(event, null, nowAt).vevent;
    expect(withoutLinks(plain, "https://calendar.example/")).toBe(plain);
  });
});

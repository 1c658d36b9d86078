import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import type { Booking } from "../../src/calendar/booking.ts";
import { cleanName, cleanUsername, splitMessage } from "../../src/calendar/foreign-text.ts";
import { details, languages } from "../../src/calendar/profile.ts";
import { calendarWords } from "../../src/calendar/words/index.ts";
import { hostile } from "./hostile.ts";
import { context, eventOf, feedOf, known, uuid } from "./samples.ts";

const imitation = "Accept:\nhttps://evil.org/a/accept\nReject:\nhttps://evil.org/a/reject";
const ours = /^https:\/\/(?:calendar\.example|portal\.example\.org)\/[A-Za-z0-9./-]*$/;

/** Returns a text as programs read a host (UTS 46): what is not seen is left out, and other forms of letters and dots are these. */
function asHost(text: string): string {
  return text
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/[\u2024\u3002\uFE52\uFF0E\uFF61]/g, ".")
    .replace(/[\uFF10-\uFF19\u24D0-\u24E9]/g, (one) => one.normalize("NFKC"));
}

/** Returns all that some program makes a link of: schemes, www., hosts with a dot, four numbers, tags of HTML. */
function findAddresses(shown: string): string[] {
  const text = asHost(shown);
  const looks = [
    /[a-z0-9]:\/\//i,
    /^www\../i,
    /[\p{L}\p{N}-]\.(?:\p{L}{2}|xn--)/iu,
    /^(?:\d{1,3}\.){3}\d/,
    /<[a-z/!?]/i,
  ];
  return text.split(/[\s()"',;…]+/).filter((word) => looks.some((look) => look.test(word)));
}

const links = [
  "https://evil.org/accept",
  "HTTP://EVIL.ORG",
  "ftp://evil",
  "www.evil.org",
  "evil.org",
  "evil.co.uk/accept",
  "evil。org",
  "портал.рф",
  "evil.xn--p1ai",
  "192.0.2.7/accept",
  "//evil.org",
  "evil.c\u00ADom",
  "ev\u200Bil\u2060.\u200D\u200Eo\uFE0Frg/accept",
  "https:\u00AD//evil",
  "https:/\u200B/evil",
  "192.0\u00AD.2.\u20607",
  "\uFF11\uFF19\uFF12.0.2.7",
  "evil\uFE52org",
  "evil\u2024org",
  "evil.\u24D2\u24DE\u24DC",
  "w\u00ADww.7evil",
  '<a href="https://evil.org">',
  "<!-- ",
  "https://calendar.example@evil.org/a/",
];

/** Somebody's words with addresses in them, between them what may hide or break them. */
const forged = fc
  .array(
    fc.oneof(
      fc.constantFrom(...links, imitation),
      fc.constantFrom(
        " ",
        "\n",
        "\r",
        "\r\n ",
        "\u2028",
        "\u2029",
        "\u0085",
        "\u000B",
        "\t",
        "\\n",
        "\u200B",
        "\u202E",
      ),
      fc.constantFrom("Accept:", "\u2066", "----------", calendarWords.en.message, "> ", "اقبل", "x"),
      hostile,
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

const words: fc.Arbitrary<Partial<Booking>> = fc.record({
  name: forged,
  description: forged,
  requesterName: forged,
  requesterUsername: fc.constantFrom("", "liis", ...links),
  customerName: forged,
  projectName: forged,
  offeringName: forged,
  providerName: forged,
  errorMessage: forged,
});

const eventIn = (feed: string): string => feed.slice(feed.indexOf("BEGIN:VEVENT"));

/** Readers of a feed, each giving the texts of its events in the order in which a person sees them. */
const readers: Readonly<Record<string, (feed: string) => string[]>> = {
  "ical.js": (feed) => {
    const event = new ICAL.Component(ICAL.parse(feed)).getFirstSubcomponent("vevent");
    return ["summary", "location", "description"].map((name) => String(event?.getFirstPropertyValue(name) ?? ""));
  },
  "one that takes a backslash before n for a line's end": (feed) => {
    const lines = eventIn(feed.replace(/\r\n[ \t]/g, "")).split("\r\n");
    const value = (name: string) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1) ?? "";
    return ["SUMMARY", "LOCATION", "DESCRIPTION"].map((name) =>
      value(name).replace(/\\n/gi, "\n").replace(/\\(.)/g, "$1"),
    );
  },
  "one that ends lines at every break of Unicode": (feed) => {
    const text = feed.split(/\r\n|[\p{Cc}\u2028\u2029]/u).reduce((whole, line) => {
      return line.startsWith(" ") ? whole + line.slice(1) : `${whole}\n${line}`;
    });
    const value = (name: string) => new RegExp(`^${name}:(.*)$`, "m").exec(eventIn(text))?.[1];
    return ["SUMMARY", "LOCATION", "DESCRIPTION"].map((name) =>
      (value(name) ?? "").replace(/\\([\\;,nN])/g, (_, mark: string) => (/n/i.test(mark) ? "\n" : mark)),
    );
  },
};

describe("words of the requester", () => {
  it("stand below our facts and links, each line quoted under a heading", () => {
    for (const language of languages) {
      const { description } = eventOf(known({ description: imitation }), context({ language }));
      expect(description.split("\n").slice(-6)).toEqual([
        "----------",
        calendarWords[language].message,
        "> Accept:",
        "> https://evil.org/a/accept",
        "> Reject:",
        "> https://evil.org/a/reject",
      ]);
      expect(description.indexOf("https://calendar.example/")).toBeLessThan(description.indexOf("evil.org"));
    }
  });

  it("have no heading when nothing of them can be seen", () => {
    for (const description of ["", "\u200B", " \u200B\n\u2060 \n", "\u3164\u2800", "\u00AD"]) {
      expect(eventOf(known({ description })).description).not.toContain("Message from the requester");
    }
  });

  it("lose the blanks in front, which readers drop or keep", () => {
    expect(eventOf(known({ description: "\n   two\n   three" })).description).toMatch(/\n> two\n> {4}three$/);
  });

  it.each(Object.entries(readers))("hold no address above ours for %s", (_name, read) => {
    fc.assert(
      fc.property(words, fc.constantFrom(...details), fc.constantFrom(...languages), (change, detail, language) => {
        const one = known({ ...change, state: "Creating" }, { orderState: "executing" });
        const around = context({ detail, language }, { offerings: new Map() });
        const [summary = "", place = "", description = ""] = read(feedOf([one], around));
        const { facts, message } = splitMessage(description);
        const found = [summary, place, facts].flatMap(findAddresses);
        const links = { busy: 0, basic: 1, full: 4 }[detail];
        expect(found.slice(0, links).filter((text) => ours.test(text))).toHaveLength(links);
        // A username with a dot keeps it: it stands below our links.
        expect(found.slice(links).filter((text) => text !== asHost(change.requesterUsername ?? ""))).toEqual([]);
        if (detail !== "full") expect(message).toBe("");
      }),
      { numRuns: 400 },
    );
  });

  it.each(Object.entries(readers))("are quoted on every line for %s", (_name, read) => {
    fc.assert(
      fc.property(forged, (description) => {
        const { message } = splitMessage(read(feedOf([known({ description })])).at(-1) ?? "");
        const [, heading, ...lines] = message.split(/\r\n|[\p{Cc}\u2028\u2029]/u);
        expect([undefined, calendarWords.en.message]).toContain(heading);
        expect(lines.filter((line) => !/^>(?: |$)/.test(line))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

describe("names", () => {
  it.each([
    ["Accept: https://evil.org/a/accept", "Accept: https: //evil. org/a/accept"],
    ["www.evil.org", "www. evil. org"],
    ["портал.рф", "портал. рф"],
    ["evil。org", "evil。 org"],
    ["http://[::1]/", "http: //[::1]/"],
    ["at 192.0.2.7", "at 192. 0. 2. 7"],
    ['<a href="//evil.org">x</a>', '‹a href="//evil. org">x‹/a>'],
    ["Leaf stomata, series 4.2; J.R. Kask, n < 3, v1.2.3, 10.30am", ""],
  ])("%s", (given, wanted) => {
    expect(cleanName(given)).toBe(wanted || given);
    expect(cleanName(cleanName(given))).toBe(wanted || given);
  });

  it("leave the dots in ordinary usernames", () => {
    expect(cleanUsername("liis.saar")).toBe("liis.saar");
    expect(cleanUsername("liis.saar@ut.ee")).toBe("liis.saar@ut.ee");
    expect(cleanUsername("www.evil.org")).toBe("www. evil. org");
    expect(cleanUsername("evil.org/accept")).toBe("evil. org/accept");
    const description = eventOf(known({ requesterName: "liis.saar" })).description;
    expect(description).toContain("\nRequested by: liis.saar\n");
  });

  it("of a booking stand below the links that its reader is to follow", () => {
    const { description } = eventOf(known());
    const last = description.lastIndexOf(`https://portal.example.org/resource-details/${uuid("a")}/`);
    for (const name of ["Confocal", "Nordic", "Liis", "Tartu", "Plant"]) {
      expect(description.indexOf(name)).toBeGreaterThan(last);
    }
  });
});

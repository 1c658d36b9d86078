import fc from "fast-check";
import { expect, it } from "vitest";
import { calendarUserAddress } from "../../../src/account/calendar-user.ts";
import { readAnswer } from "../../../src/calendar/ical/read-answer.ts";
import { fold, unfoldLines } from "../../../src/calendar/ical/content-line.ts";
import { everything } from "../../everything.ts";
import { workTime } from "../../work-time.ts";
import { pendingScene, read } from "./scene.ts";

const mark = "hostile-words-that-nobody-keeps";
const names = [
  "UID",
  "DTSTART",
  "DTEND",
  "DURATION",
  "RRULE",
  "RDATE",
  "EXDATE",
  "RECURRENCE-ID",
  "ATTENDEE",
  "ORGANIZER",
  "SUMMARY",
  "STATUS",
  "SEQUENCE",
  "METHOD",
  "X-EVIL",
  "BEGIN",
  "END",
] as const;
const partstats = ["ACCEPTED", "DECLINED", "accepted", "TENTATIVE", "DELEGATED", "NEEDS-ACTION", "X"] as const;
const value = fc.oneof(
  fc.constantFrom(
    "20270104T100000Z",
    "20280101T000000Z",
    "P1D",
    "PT1H",
    "FREQ=DAILY",
    "VEVENT",
    "VALARM",
    "VTODO",
    "VCALENDAR",
    mark,
    "",
  ),
  fc.string({ maxLength: 30 }),
);
const change = fc.oneof(
  fc.record({ do: fc.constant("set" as const), name: fc.constantFrom(...names), value }),
  fc.record({ do: fc.constant("add" as const), name: fc.constantFrom(...names), value, at: fc.nat(40) }),
  fc.record({
    do: fc.constant("parameter" as const),
    name: fc.constantFrom(...names),
    text: fc.constantFrom(";TZID=Europe/Tallinn", ";VALUE=DATE", ";PARTSTAT=ACCEPTED", ';X="', ";EMAIL=x@example.org"),
  }),
  fc.record({ do: fc.constant("drop" as const), name: fc.constantFrom(...names) }),
  fc.record({ do: fc.constant("double" as const), name: fc.constantFrom(...names) }),
  fc.record({ do: fc.constant("move" as const), from: fc.nat(40), to: fc.nat(40) }),
  fc.record({ do: fc.constant("event" as const), uid: fc.boolean() }),
  fc.record({ do: fc.constant("attendee" as const), partstat: fc.constantFrom(...partstats), own: fc.boolean() }),
  fc.record({ do: fc.constant("cut" as const), at: fc.nat(2000) }),
  fc.record({ do: fc.constant("bytes" as const), text: fc.string({ maxLength: 50 }), at: fc.nat(2000) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** A body that somebody made of an object: with this PARTSTAT, and these changes. */
function forge(text: string, attendee: string, partstat: string, changes: readonly Change[]): string {
  let lines = unfoldLines(text.replace("PARTSTAT=NEEDS-ACTION", `PARTSTAT=${partstat}`));
  const is = (name: string) => (line: string) => line.startsWith(`${name};`) || line.startsWith(`${name}:`);
  let bytes: ((whole: string) => string)[] = [];
  for (const one of changes) {
    if (one.do === "set") lines = lines.map((line) => (is(one.name)(line) ? `${one.name}:${one.value}` : line));
    else if (one.do === "add") lines = lines.toSpliced(one.at % (lines.length + 1), 0, `${one.name}:${one.value}`);
    else if (one.do === "parameter")
      lines = lines.map((line) => (is(one.name)(line) ? one.name + one.text + line.slice(one.name.length) : line));
    else if (one.do === "drop") lines = lines.filter((line) => !is(one.name)(line));
    else if (one.do === "double") lines = lines.flatMap((line) => (is(one.name)(line) ? [line, line] : [line]));
    else if (one.do === "move") {
      const [line = ""] = lines.slice(one.from % lines.length);
      lines = lines.toSpliced(one.from % lines.length, 1).toSpliced(one.to % lines.length, 0, line);
    } else if (one.do === "event") {
      const event = lines.slice(lines.indexOf("BEGIN:VEVENT"), lines.lastIndexOf("END:VEVENT") + 1);
      lines = lines.toSpliced(-1, 0, ...event.map((line) => (one.uid && is("UID")(line) ? "UID:another" : line)));
    } else if (one.do === "attendee") {
      const who = one.own ? attendee : "someone@example.org";
      lines = lines.toSpliced(lines.indexOf("END:VEVENT"), 0, `ATTENDEE;PARTSTAT=${one.partstat}:mailto:${who}`);
    } else if (one.do === "cut") bytes = [...bytes, (whole) => whole.slice(0, one.at)];
    else bytes = [...bytes, (whole) => whole.slice(0, one.at) + one.text + whole.slice(one.at)];
  }
  return bytes.reduce((whole, edit) => edit(whole), lines.map(fold).join(""));
}

/** Times and the answer of the only event in a body, as plainly as can be; null unless nothing else could be meant. */
function plainly(sent: string, asked: string, attendee: string): string | null {
  const event = (text: string) =>
    unfoldLines(text).filter((line) =>
      /^(?:UID|DTSTART|DTEND|RRULE|RDATE|EXDATE|RECURRENCE-ID|DURATION)[;:]/i.test(line),
    );
  const own = unfoldLines(sent).filter(
    (line) => /^ATTENDEE[;:]/i.test(line) && line.toLowerCase().endsWith(`:mailto:${attendee}`),
  );
  const events = unfoldLines(sent).filter((line) => /^BEGIN:VEVENT/i.test(line)).length;
  if (events !== 1 || own.length !== 1 || event(sent).toSorted().join() !== event(asked).toSorted().join()) return null;
  return /;PARTSTAT=(\w+)/i.exec(own[0] ?? "")?.[1]?.toUpperCase() ?? null;
}

it("no forged object decides anything but the person's own answer to the very time, and none is kept", async () => {
  const one = await pendingScene({}, { config: { waldurDecisionToken: "sample-staff" } });
  const { world, program, path, name, booking } = one;
  const attendee = calendarUserAddress(one.world.deps, one.owner.account);
  const seen = await read(program, path + name);
  const posts: string[] = [];
  world.fault((request) => {
    if (request.method !== "POST") return null;
    posts.push(new URL(request.url).pathname);
    return Response.json({ detail: "Not now." }, { status: 403 });
  });
  let etag = seen.etag;
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...partstats), fc.array(change, { maxLength: 4 }), async (partstat, changes) => {
      const sent = forge(seen.text, attendee, partstat, changes);
      posts.length = 0;
      const { status, text } = await program.send("PUT", path + name, sent, { "If-Match": etag });
      etag = (await program.send("GET", path + name)).headers.get("ETag") ?? "";
      expect([204, 403]).toContain(status);
      if (status === 403) expect(text).toContain("need-privileges");
      // Ten minutes of tries are over.
      world.wait(601);
      if (posts.length === 0) return;
      decided += 1;
      const meant = plainly(sent, seen.text, attendee) ?? readAnswer(sent, [`mailto:${attendee}`])?.partstat;
      expect(posts.every((at) => at.endsWith(meant === "ACCEPTED" ? "/accept/" : "/reject/"))).toBe(true);
      expect(["ACCEPTED", "DECLINED"]).toContain(meant);
      const times = (body: string) => {
        const answer = readAnswer(body, []);
        return [answer?.uid, answer?.start, answer?.end];
      };
      expect(times(sent)).toEqual(
        times(`BEGIN:VCALENDAR\r\n${/BEGIN:VEVENT[^]*END:VEVENT\r\n/.exec(seen.text)?.[0] ?? ""}END:VCALENDAR\r\n`),
      );
    }),
    { numRuns: Number(process.env["HOSTILE_RUNS"] ?? 2000) },
  );
  expect(decided).toBeGreaterThan(0);
  expect(booking.state).toBe("Creating");
  expect(await everything(world)).not.toContain(mark);
}, 600_000);

it("reads a body in time that grows with its length alone", async () => {
  const time = async (text: string): Promise<number> => workTime(() => readAnswer(text, ["mailto:x@example.org"]));
  const shapes: readonly ((n: number) => string)[] = [
    (n) => `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n${"ATTENDEE:mailto:x\r\n".repeat(n / 20)}`,
    (n) => `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE${";A=".repeat(n / 3)}:x\r\n`,
    (n) => `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE${';A="'.repeat(n / 4)}:x\r\n`,
    (n) => `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE;A=${'"a",'.repeat(n / 4)}!:x\r\n`,
    (n) => `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n${"A".repeat(n)}`,
    (n) => `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;TZID=${"a/".repeat(n / 2)}:20270101T000000\r\n`,
    (n) => "BEGIN:VEVENT\r\n".repeat(n / 14),
    (n) => "\r\n ".repeat(n / 3),
  ];
  for (const shape of shapes) {
    const [small, large] = [await time(shape(50_000)), await time(shape(1_000_000))];
    expect(large).toBeLessThan(Math.max(20 * small * 5, 500));
  }
});

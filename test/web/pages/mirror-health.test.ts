import { describe, expect, it } from "vitest";
import { failureKinds } from "../../../src/caldav/port.ts";
import { stopCodes } from "../../../src/store/targets.ts";
import { connectReasons } from "../../../src/mirror/connect/error.ts";
import { fieldErrorText } from "../../../src/web/pages/views/parts/field-error.tsx";
import { failureReason } from "../../../src/web/health/source-health.ts";
import { status } from "../../dav-server/faults.ts";
import { beginMirror, connectThere } from "../mirrored.ts";
import { visitor } from "../visitor.ts";
import { texts } from "../../../src/text/index.ts";
import { insertRow, setColumns } from "../../rows.ts";

/** A mirror that is on, and its owner in a browser in Estonian. */
async function inEstonian() {
  const begun = await beginMirror();
  const path = await connectThere(begun);
  await begun.owner.send(`${path}/resume`, {}, path);
  await begun.world.settle();
  const reader = visitor(begun.world, "et");
  await reader.signIn(begun.world.sample.tokens.providerOwner);
  return { ...begun, path, reader };
}

const said = "500: <b>Oops & out</b>";
const quoted = '<q lang="" dir="auto">500: &lt;b&gt;Oops &amp; out&lt;/b&gt;</q>';

/** Sentences of ours in English that stand on a page. */
function english(page: string): string[] {
  const sentences: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === "string" && value.length > 15) sentences.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
  };
  collect(texts.en);
  return sentences.filter((text) => page.includes(text));
}

describe("a mirror on an Estonian page", () => {
  it.each(stopCodes)(
    "stopped, %s: a sentence in Estonian on the page of calendars and on its page, the server's words as a quotation",
    async (code) => {
      const begun = await inEstonian();
      const report = JSON.stringify({ cause: "unknown", said, endedAt: 1 });
      await setColumns(begun.world.deps.sql, "targets", {
        state: "stopped",
        stop_code: code,
        stop_reason: "In English",
        failure: "In English",
        report,
      });
      const [overview, page] = [await begun.reader.page("/calendars"), await begun.reader.page(begun.path)];
      expect(overview).toContain(`<a href="${begun.path}" dir="auto">`);
      for (const one of [overview, page]) {
        expect(one).toContain(texts.et.mirror.stops[code]);
        expect(one).not.toContain("In English");
        expect(english(one)).toEqual([]);
      }
      expect(page).toContain(`Server ütles: ${quoted}`);
    },
  );

  it.each(failureKinds)("failing, %s: whose move it is in Estonian", async (cause) => {
    const begun = await inEstonian();
    for (const words of ["", said]) {
      const report = JSON.stringify({ cause, said: words, endedAt: 1 });
      await setColumns(begun.world.deps.sql, "targets", {
        failing_since_at: 1_800_000_000,
        failure: "In English",
        report,
      });
      const kind = cause === "throttled" ? cause : words === "" ? "silent" : "wrong";
      const sentence = texts.et.mirror.failing[kind]("");
      const [start = "", end = ""] = sentence.split("alates ");
      for (const path of ["/calendars", begun.path]) {
        const page = await begun.reader.page(path);
        expect(page).toContain(start);
        expect(page).toContain(end.trim().split(". ")[1]);
        expect(page).not.toContain("In English");
        expect(english(page)).toEqual([]);
        expect(page.includes("Server ütles")).toBe(words !== "" && path !== "/calendars");
      }
    }
  });

  it("an event that was not taken: the server's words as a quotation, what we found ourselves in our own", async () => {
    const begun = await inEstonian();
    const failing = async (text: string) => {
      await setColumns(begun.world.deps.sql, "ledger", { failure: text });
      return begun.reader.page(begun.path);
    };
    expect(await failing("403 need-privileges no <way>")).toContain(
      'Server ütles: <q lang="" dir="auto">403 need-privileges no &lt;way></q>'.replace("way>", "way&gt;"),
    );
    const full = await failing("the calendar is full (507 quota-not-exceeded)");
    expect(full).toContain("Kalender on täis");
    expect(full).not.toContain("the calendar is full");
    expect(await failing("the calendar changes the event as fast as it is written")).not.toContain("as fast as it is");
  });

  it.each(connectReasons)(
    "not connected, %s: one sentence of ours in each language, then what the server said",
    async (reason) => {
      for (const language of ["en", "et"] as const) {
        const text = texts[language].connect.reasons[reason];
        expect(text).toMatch(reason === "elsewhere" ? /:$/ : /\.$/);
        expect((await fieldErrorText({ reason, said: "" }, language))?.toString()).toBe(text);
        const full = (await fieldErrorText({ reason, said }, language))?.toString().replaceAll("&#39;", "'") ?? "";
        expect(full.startsWith(text)).toBe(true);
        const [before = "", after = ""] = full.slice(text.length).split(/500: (?:<|&lt;)b(?:>|&gt;)Oops/);
        expect(after).not.toBe("");
        const ways = { elsewhere: / $/, blocked: /(?:service|haldajale): <span lang="en">$/ };
        const way = Object.entries(ways).find(([name]) => name === reason)?.[1];
        expect(before).toMatch(way ?? /(?:The server said|Server ütles): <q lang="" dir="auto">$/);
      }
      expect(texts.et.connect.reasons[reason]).not.toBe(texts.en.connect.reasons[reason]);
    },
  );

  it("every code of a failure has another sentence in each language, for a source too", () => {
    const codes = Object.entries(texts.en.failures);
    expect(codes.length).toBeGreaterThan(20);
    for (const [code, sentence] of codes) {
      const own = Object.entries(texts.et.failures).find(([name]) => name === code)?.[1];
      expect(own, code).toMatch(/\.$/);
      expect(own, code).not.toBe(sentence);
      expect(failureReason(code, "et"), code).not.toBe(failureReason(code, "en"));
    }
  });
});

describe("mirrors on the page of calendars", () => {
  it("only those are told of that are not as they should be, with whose move it is and a way there", async () => {
    const begun = await beginMirror();
    const path = await connectThere(begun);
    const { owner, world, caldav } = begun;
    const link = `<a href="${path}" dir="auto">Work</a>`;
    expect(await owner.page("/calendars")).toMatch(new RegExp(`${link}.*Tested and ready. Turn it on.`));
    await owner.send(`${path}/resume`, {}, path);
    await world.settle();
    expect(await owner.page("/calendars")).not.toContain(link);
    caldav.script(status(401), () => true, 1);
    world.wait(1000);
    await world.tick();
    expect(await owner.page("/calendars")).toMatch(new RegExp(`${link}.*no longer accepts the user name and password`));
  });

  it("cost one statement, however many there are, and the page stays small", async () => {
    const begun = await beginMirror();
    const path = await connectThere(begun);
    const { owner, world, feedId } = begun;
    const count = async (): Promise<number> => {
      world.counts.statements = 0;
      await owner.get("/calendars");
      return world.counts.statements;
    };
    const one = await count();
    const { sql } = world.deps;
    const [target = {}] = await sql.all("SELECT * FROM targets");
    const copies = Array.from({ length: 300 }, (_, n) => ({ ...target, id: `x${n}`, name: `Copy ${n}` }));
    await sql.batch(copies.map((copy) => insertRow("targets", copy)));

    expect(await count()).toBe(one);
    const page = await owner.page("/calendars");
    expect(page.length).toBeLessThan(50_000);
    expect(page).toContain(`<a href="/feeds/${feedId}">297 more mirrors</a>`);
    expect(page).toContain(path);
  });
});

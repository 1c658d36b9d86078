import { describe, expect, it } from "vitest";
import { languages } from "../../src/calendar/profile.ts";
import { calendarWords } from "../../src/calendar/words/index.ts";
import { presets } from "../../src/caldav/presets.ts";
import { texts } from "../../src/text/index.ts";

const { presets: _, ...english } = texts.en;

/** Sentences that stand in an object, by their path. */
function flat(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => flat(one, `${path}.${key}`));
}

/** Sentences with arguments that stand in an object, by their path: the code of each. */
function code(value: unknown, path = ""): [string, string][] {
  if (typeof value === "function") return [[path, String(value)]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => code(one, `${path}.${key}`));
}

/** Pieces of prose in the literals of some code. */
function proseIn(source: string): string[] {
  return source.split(/["`]|\$\{|\}/).filter((piece) => /\p{L}{2,} \p{L}{2,} \p{L}/u.test(piece));
}

/** Returns the paths of sentences with arguments that one language has as English has them, wholly or in part. */
function findEnglish(own: unknown, all: unknown): string[] {
  const others = new Map(code(own));
  return code(all).flatMap(([path, source]) => {
    const other = others.get(path) ?? "";
    const copied = source === other && /["`][^"`]*\p{L}{2}/u.test(source);
    return copied || proseIn(source).some((piece) => proseIn(other).includes(piece)) ? [path] : [];
  });
}

describe.each(languages.filter((language) => language !== "en"))("the language %s", (language) => {
  const own = texts[language];

  it.each(Object.entries(english))("has a sentence of its own for each one about %s", (subject, all) => {
    const others = new Map(flat(Object.entries(own).find(([name]) => name === subject)?.[1]));
    expect(
      flat(all)
        .map(([path]) => path)
        .toSorted(),
    ).toEqual([...others.keys()].toSorted());
    const advice = `still English in src/text/${language}`;
    expect(
      flat(all).filter(([path, text]) => text.length > 3 && others.get(path) === text),
      advice,
    ).toEqual([]);
  });

  it("has its own words in every sentence with arguments", () => {
    const advice = `still English in src/text/${language} or src/calendar/words/${language}.ts`;
    expect(code(own).map(([path]) => path)).toEqual(code(texts.en).map(([path]) => path));
    expect(findEnglish(own, texts.en), advice).toEqual([]);
    expect(findEnglish(calendarWords[language], calendarWords.en), advice).toEqual([]);
    // A copy of the English texts would be found.
    for (const all of [texts.en, calendarWords.en]) {
      const paths = code(all).map(([path]) => path);
      expect(findEnglish(all, all)).toEqual(paths);
    }
  });

  it("has its own words for each one in a calendar", () => {
    const others = new Map(flat(calendarWords[language]));
    expect(flat(calendarWords.en).map(([path]) => path)).toEqual([...others.keys()]);
    const advice = `still English in src/calendar/words/${language}.ts`;
    expect(
      flat(calendarWords.en).filter(([path, text]) => text.length > 3 && others.get(path) === text),
      advice,
    ).toEqual([]);
  });

  it.each(presets.filter(({ start }) => start !== null))("says how to sign in to $name", ({ id }) => {
    expect(own.presets.hints[id], `hint of ${id} in src/text/${language}/presets.ts`).toMatch(/\.$/);
  });
});

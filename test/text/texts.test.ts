import { describe, expect, it } from "vitest";
import { languages } from "../../src/calendar/profile.ts";
import { presets } from "../../src/caldav/presets.ts";
import { texts } from "../../src/text/index.ts";

const { presets: _, ...english } = texts.en;

/** Sentences that stand in an object, by their path. */
function flat(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => flat(one, `${path}.${key}`));
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

  it.each(presets.filter(({ start }) => start !== null))("says how to sign in to $name", ({ id }) => {
    expect(own.presets.hints[id], `hint of ${id} in src/text/${language}/presets.ts`).toMatch(/\.$/);
  });
});

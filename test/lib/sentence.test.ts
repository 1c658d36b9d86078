import { expect, it } from "vitest";
import { endSentence } from "../../src/lib/sentence.ts";

it.each([
  ["there is no feed x", "there is no feed x."],
  ["Open the page again.", "Open the page again."],
  ["It failed..", "It failed."],
  ["did you mean feeds list?", "did you mean feeds list?"],
  ["PORT: give a number\nHOST: give a name", "PORT: give a number.\nHOST: give a name."],
  ["", ""],
])("%j ends as %j", (text, sentence) => {
  expect(endSentence(text)).toBe(sentence);
});

import type { BaseIssue } from "valibot";

/** The kinds of value that a schema wants, in words. */
const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  loose_object: "an object",
  strict_object: "an object",
  record: "an object",
};

/** Returns the fault of a value whose schema has no words of its own for it, as the end of a sentence about its name. */
export function faultText({ type, expected, received }: BaseIssue<unknown>): string {
  if (expected === "never") return "is not known here";
  if (received === "undefined") return "is missing";
  const kind = kinds[type];
  return kind === undefined ? "does not fit" : `must be ${kind}`;
}

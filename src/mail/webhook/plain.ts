import { breakAddresses } from "../../calendar/foreign-text.ts";

/**
 * Characters that begin something in the markup of a chat (Markdown, Slack's mrkdwn), each with one that looks like it and begins
 * nothing: tags, mentions and links of Slack, links and images, functions of cards, emphasis, code, channels and tables, escapes,
 * mentions, formulas.
 */
const lookalikes: Readonly<Record<string, string>> = {
  "<": "\u2039",
  ">": "\u203A",
  "[": "(",
  "]": ")",
  "{": "(",
  "}": ")",
  "*": "\u2217",
  "`": "\u02CB",
  "~": "\u223C",
  "|": "\u00A6",
  "\\": "\uFF3C",
  "@": "\uFF20",
  $: "\uFF04",
};
const marks = /[<>[\]{}*`~|\\@$]/g;
/** An underscore that does not stand between two letters or digits can begin or end emphasis. */
const looseUnderscores = /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
const hashtags = /#(?=\p{L})/gu;
/** The beginning of an emoji's name. Colons of times and labels stay. */
const emojis = /:(?=[\w+-]+:)/g;
/** An entity of HTML, with which any of these could be written. */
const entities = /&(?=#?\w+;)/g;

/** Returns a line with words of others in which no chat finds markup, a mention or a link; to a reader it is the same. */
export function plainWords(line: string): string {
  return breakAddresses(line)
    .replace(marks, (mark) => lookalikes[mark] ?? mark)
    .replace(looseUnderscores, "\uFF3F")
    .replace(hashtags, "\uFF03")
    .replace(emojis, "\uA789")
    .replace(entities, "\uFF06");
}

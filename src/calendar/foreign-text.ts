import { cleanBlock, cleanLine, truncate } from "./text.ts";

/** Shows words of people outside so that nobody takes them for this program's own. */

const longestName = 150;
const longestMessage = 4000;
/** So many times the length that is shown is read of a name or a message. */
const readTimes = 4;

/** Stands above a message. No line of a message or of a list of facts is the same. */
const rule = "----------";

/**
 * Returns a name, cleaned and cut to length, in which no program finds an address to link: blanks stand in its schemes
 * and after the dots of its hosts, and no HTML begins in it.
 */
export function cleanName(text: string): string {
  return truncate(cleanWords(text.slice(0, readTimes * longestName)), longestName);
}

/** Returns the name of a person with the username, cleaned: "Liis Saar (liis.saar)"; one of them where the other tells no more. */
export function cleanPerson(fullName: string, username: string): string {
  const full = cleanName(fullName);
  const short = cleanUsername(username);
  if (full === "" || short === "" || full === cleanName(username)) return short || full;
  return `${full} (${short})`;
}

/** Returns a username, cleaned and cut to length; one such as `liis.saar@ut.ee` keeps its dots. */
export function cleanUsername(text: string): string {
  const plain = /^(?!www\.)[\p{L}\p{N}_.+-]+(?:@[\p{L}\p{N}.-]+)?$/iu;
  const line = cleanLine(text.slice(0, readTimes * longestName));
  return plain.test(line) ? truncate(line, longestName) : cleanName(line);
}

/** Returns one line, cleaned, of the first 16,000 characters, in which no program finds an address to link. */
export function cleanWords(text: string): string {
  return breakAddresses(cleanLine(text.slice(0, readTimes * longestMessage)));
}

/** Returns a message, cleaned and cut to length; "" for one that shows nothing. */
export function cleanMessage(text: string): string {
  return truncate(breakSyntax(cleanBlock(text.slice(0, readTimes * longestMessage))), longestMessage);
}

/** Returns a message below a rule and its heading, each of its lines behind "> "; "" for one that shows nothing. */
export function quoteMessage(heading: string, text: string): string {
  const message = cleanMessage(text);
  if (message === "") return "";
  const lines = message.split("\n").map((line) => `> ${line}`.trimEnd());
  return [rule, heading, ...lines].join("\n");
}

/** Returns what stands above the message in a description, and the message with its rule; "" for none. */
export function splitMessage(description: string): { facts: string; message: string } {
  const at = `\n${description}`.indexOf(`\n${rule}\n`);
  if (at < 0) return { facts: description, message: "" };
  return { facts: description.slice(0, at).trimEnd(), message: description.slice(at) };
}

/** Returns a description in whose message no program finds an address to link. */
export function breakMessage(description: string): string {
  const { message } = splitMessage(description);
  const rest = description.slice(0, description.length - message.length);
  return rest + message.split("\n").map(cleanWords).join("\n");
}

/** Characters that may stand anywhere in an address without changing it: soft hyphens, joiners and the like are left out of hosts (UTS 46). */
const nothing = "\\p{Default_Ignorable_Code_Point}*";
/** The dots of hosts, and what is taken for one of their letters or digits (UTS 46). */
const dot = "[.\\u2024\\u3002\\uFE52\\uFF0E\\uFF61]";
const letter = "[\\p{L}\\p{M}\\p{So}]";
const number = `\\p{Nd}(?:${nothing}\\p{Nd}){0,2}`;
const scheme = new RegExp(`:(?=${nothing}/${nothing}/)`, "gu");
const hostDot = new RegExp(
  `(?<=[\\p{L}\\p{M}\\p{N}\\p{So}_-]${nothing})${dot}(?=${nothing}${letter}${nothing}${letter})|(?<=(?:w${nothing}){3})${dot}(?!\\s|$)`,
  "giu",
);
const fourNumbers = new RegExp(`${number}(?:${nothing}${dot}${nothing}${number}){3}`, "gu");

/** Returns the text with blanks in its schemes and after the dots of its hosts, so that no program finds an address to link. */
export function breakAddresses(text: string): string {
  return breakSyntax(text)
    .replace(scheme, ": ")
    .replace(hostDot, "$& ")
    .replace(fourNumbers, (address) => address.replace(new RegExp(dot, "gu"), "$& "));
}

/**
 * Breaks up what some programs do not take literally: a tag, for which they read the whole description as HTML, so that
 * lines run together and links say what they are not; and a backslash before n, which they take for a line's end.
 */
function breakSyntax(text: string): string {
  return text.replace(/<(?=[A-Za-z/!?])/g, "\u2039").replace(/\\(?=n)/gi, "\\ ");
}

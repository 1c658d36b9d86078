/** Returns the text with one full stop at the end of each line; a line that ends in another mark keeps it. */
export function endSentence(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .map((line) => (line === "" || /[?!:…]["”’)`]*$/.test(line) ? line : `${line.replace(/\.+$/, "")}.`))
    .join("\n");
}

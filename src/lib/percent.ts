const rest = "%[89ab][0-9a-f]";
/** Escapes of characters in UTF-8 (RFC 3629 4), no more at once than a pattern can hold. */
const escapes = new RegExp(
  `(?:${[
    "%[0-7][0-9a-f]",
    `%(?:c[2-9a-f]|d[0-9a-f])${rest}`,
    `%(?:e0%[ab][0-9a-f]|ed%[89][0-9a-f]|e[1-9a-cef]${rest})${rest}`,
    `%(?:f0%[9ab][0-9a-f]|f4%8[0-9a-f]|f[1-3]${rest})${rest}${rest}`,
  ].join("|")}){1,100}`,
  "gi",
);

/**
 * Decodes each escape by itself (RFC 3986 2.1). A broken one stays as it is, and hides no slash or dot beside it. Takes
 * time by the length alone: nothing is tried that throws, which costs as much as a thousand escapes.
 */
export function decodeEscapes(text: string): string {
  return text.includes("%") ? text.replace(escapes, (whole) => decodeURIComponent(whole)) : text;
}

/** Returns the number of percent signs that begin no escape of a character in UTF-8. */
export function countBrokenEscapes(text: string): number {
  return text.includes("%") ? text.replace(escapes, "").split("%").length - 1 : 0;
}

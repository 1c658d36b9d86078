const deepest = 64;
/** Lists and objects in a short text. A longer one may have as many more as its length divided by `leastLength`. */
const mostContainers = 1000;
const leastLength = 16;

/** Parses JSON from outside. Returns undefined for anything else, and for what is excessive. */
export function parseJson(text: string): unknown {
  if (isExcessiveJson(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const [quote, backslash, list, listEnd, object, objectEnd] = Array.from('"\\[]{}', (mark) => mark.charCodeAt(0));

/**
 * Returns true for JSON that only serves to cost: nested deeper than 64, or with more than one list or object in 16 characters
 * after the first thousand. Memory would be twenty times the text's.
 */
export function isExcessiveJson(text: string): boolean {
  let left = mostContainers + text.length / leastLength;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) quoted = !quoted;
    else if (quoted) {
      if (unit === backslash) at += 1;
    } else if (unit === list || unit === object) {
      depth += 1;
      left -= 1;
      if (depth > deepest || left < 0) return true;
    } else if (unit === listEnd || unit === objectEnd) depth -= 1;
  }
  return false;
}

/** One result of an Authentication-Results field (RFC 8601 2.2), all in small letters. */
export interface AuthenticationResult {
  readonly method: string;
  readonly result: string;
  /** By `ptype.property`, such as `header.d`. */
  readonly properties: ReadonlyMap<string, string>;
}

/** An Authentication-Results field, read. */
export interface AuthenticationResults {
  /** Name of the server that wrote it, in small letters. */
  readonly authservId: string;
  /** None where it checked nothing. */
  readonly results: readonly AuthenticationResult[];
}

/** Octets of a field, and pieces of it, that are read: OpenDKIM gives up after 4,096 and 512. */
const longestField = 3000;
const mostPieces = 500;

/** Blanks, a comment, a quoted string, a mark or a word. */
const pieceForm = /[ \t]+|\((?:[^()\\]|\([^()\\]*\))*\)|"[^"();\\]*"|[;=.]|[\w!#$%&'*+/:@^`{|}~-]+/gy;

const keyword = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const atom = '[^\\s"=.]+';
/** A property's name and value. */
const property = `((?:smtp|header|body|policy)[.][a-z0-9_-]+)=("[^"]*"|${atom}(?:[=.]${atom})*)(?= |$)`;
const serverForm = /^([a-z0-9-]+(?:[.][a-z0-9-]+)*)(?: +1)? *$/i;
const resultForm = new RegExp(
  `^ *(${keyword})(?:/1)?=(${keyword})(?: +reason=(?:"[^"]*"|${atom}))?((?: +${property})*) *$`,
  "i",
);
const propertyForm = new RegExp(property, "gi");

/**
 * Reads an Authentication-Results field. Null for what does not follow the grammar of RFC 8601 2.2, and for what follows it in a way
 * that mail servers misread: OpenDKIM leaves a field that it cannot read in a mail, even one with its own name.
 */
export function readResults(field: string): AuthenticationResults | null {
  const [server = "", ...parts] = withoutComments(field)?.split(";") ?? [];
  const authservId = serverForm.exec(server)?.[1]?.toLowerCase();
  if (authservId === undefined || parts.length === 0) return null;
  if (parts.length === 1 && parts[0]?.trim().toLowerCase() === "none") return { authservId, results: [] };
  const results = parts.flatMap((part) => readResult(part) ?? []);
  return results.length === parts.length ? { authservId, results } : null;
}

function readResult(part: string): AuthenticationResult | null {
  const [, method, result, pairs = ""] = resultForm.exec(part) ?? [];
  if (method === undefined || result === undefined) return null;
  const properties = new Map<string, string>();
  for (const [, name = "", value = ""] of pairs.matchAll(propertyForm)) {
    const key = name.toLowerCase();
    // A property that comes twice says nothing.
    properties.set(key, properties.has(key) ? "" : value.replaceAll('"', "").toLowerCase());
  }
  return { method: method.toLowerCase(), result: result.toLowerCase(), properties };
}

/** Returns a field with SP for its blanks and its comments, each of which stands between others; null for one of other characters. */
function withoutComments(field: string): string | null {
  if (field.length > longestField || /[^\t -~]/.test(field)) return null;
  const pieces = field.match(pieceForm) ?? [];
  if (pieces.length > mostPieces || pieces.join("").length < field.length) return null;
  let text = "";
  for (const [n, piece] of pieces.entries()) {
    const comment = piece.startsWith("(");
    if (comment && !(/^[ \t;]/.test(pieces[n - 1] ?? "") && /^(?:[ \t;]|$)/.test(pieces[n + 1] ?? ""))) return null;
    text += comment || piece.trim() === "" ? " " : piece;
  }
  return text;
}

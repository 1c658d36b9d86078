/** An XML element with its namespace resolved. */
export interface XmlElement {
  /** Namespace URI; "" for none. */
  readonly space: string;
  /** Local name, without prefix. */
  readonly name: string;
  /** The element's own text, with CDATA, entities resolved, without that of its children and blanks between them. */
  readonly text: string;
  readonly children: readonly XmlElement[];
  /** As written, namespace declarations too; `attributeOf` reads them. Kept apart they would be half of all memory. */
  readonly attributes: string;
}

/** An element that may still grow. */
interface Growing extends XmlElement {
  text: string;
  children: XmlElement[];
}

interface Open {
  readonly tag: string;
  readonly element: Growing;
  /** The namespaces that its declarations hide until it ends. */
  readonly hidden: ReadonlyMap<string, string | undefined>;
}

const deepest = 64;
/** On one element, with its namespace declarations. */
const mostAttributes = 256;
/** Elements and attributes in a small document. A larger one may have as many more as its length divided by `leastLength`. */
const mostParts = 1000;
/** Less than any server needs for an element, and enough for what we keep of it. */
const leastLength = 18;
/** Less than a response of a multistatus has, with an href and a status; more is kept of it than of other elements. */
const leastResponse = 64;

// Each is tried at one place only, and reads on without going back.
const opening = /<([^\s<>/!?]+)/y;
const attribute = /\s+([^\s=<>/]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /\s*(\/?)>/y;
const closing = /<\/([^\s<>]+)\s*>/y;

/**
 * Parses a document: returns its root element. Null unless it is one whole well-formed document without a document type,
 * which could define entities, and modest. Control characters are allowed, since some servers send them.
 */
export function parseXml(document: string): XmlElement | null {
  const read = readDocument(document);
  return read === "excessive" ? null : read;
}

/**
 * Returns true for a document that only serves to cost: deeper than 64 elements, more than 256 attributes on one, or more
 * than one element or attribute in 18 characters, or response in 64, after the first thousand.
 */
export function isExcessiveXml(document: string): boolean {
  return readDocument(document) === "excessive";
}

/** Parses a document in time and memory that grow with its length and nothing else. */
function readDocument(document: string): XmlElement | "excessive" | null {
  const text = normalizeBreaks(document.replace(/^\uFEFF/, ""));
  const spaces = new Map<string, string>();
  const stack: Open[] = [];
  let partsLeft = mostParts + text.length / leastLength;
  let responsesLeft = mostParts + text.length / leastResponse;
  let root: XmlElement | null = null;
  for (let at = 0; at < text.length;) {
    const current = stack.at(-1);
    const mark = text.charAt(at + 1);
    if (!text.startsWith("<", at)) {
      const end = findEnd(text, "<", at, 0) ?? text.length;
      const characters = text.slice(at, end);
      const blank = characters.trim() === "";
      if (current === undefined && !blank) return null;
      // What only parts children would take more memory than they do.
      if (current !== undefined && !(blank && current.element.children.length > 0)) {
        current.element.text += unescapeXml(characters);
      }
      at = end;
    } else if (mark === "?" || mark === "!") {
      const kind = passages.find(({ begin }) => text.startsWith(begin, at));
      const end = kind === undefined ? null : findEnd(text, kind.end, at + kind.begin.length);
      if (kind === undefined || end === null) return null;
      if (kind.isText) {
        if (current === undefined) return null;
        current.element.text += text.slice(at + kind.begin.length, end - kind.end.length);
      }
      at = end;
    } else if (mark === "/") {
      const [whole = "", tag] = matchAt(closing, text, at) ?? [];
      if (current === undefined || current.tag !== tag) return null;
      stack.pop();
      for (const [prefix, space] of current.hidden) restore(spaces, prefix, space);
      at += whole.length;
    } else {
      const read = openElement(text, at, spaces);
      if (read === null || read === "excessive") return read;
      const { open, isEmpty, end } = read;
      partsLeft -= 1 + read.attributes;
      if (open.element.name === "response") responsesLeft -= 1;
      if (partsLeft < 0 || responsesLeft < 0 || stack.length >= deepest) return "excessive";
      if (current !== undefined) addChild(current.element, open.element);
      else if (root === null) root = open.element;
      else return null;
      if (!isEmpty) stack.push(open);
      else for (const [prefix, space] of open.hidden) restore(spaces, prefix, space);
      at = end;
    }
  }
  return stack.length === 0 ? root : null;
}

/** Characters whose line breaks are replaced at once: of a text of breaks alone it takes thirty times the memory. */
const replacedAtOnce = 65_536;

/** Returns the text with its line breaks as line feeds (XML 2.11). */
function normalizeBreaks(text: string): string {
  if (!text.includes("\r")) return text;
  const parts: string[] = [];
  for (let from = 0, end = 0; from < text.length; from = end) {
    end = from + replacedAtOnce;
    if (text.startsWith("\r\n", end - 1)) end += 1;
    // Not by a pattern: a list of its matches is kept.
    parts.push(text.slice(from, end).replaceAll("\r\n", "\n").split("\r").join("\n"));
  }
  return parts.join("");
}

/** Passages with an end of their own. */
const passages = [
  { begin: "<!--", end: "-->", isText: false },
  { begin: "<![CDATA[", end: "]]>", isText: true },
  { begin: "<?", end: "?>", isText: false },
];

/** Returns the place behind the next `mark`; null without one. */
function findEnd(text: string, mark: string, from: number, past = mark.length): number | null {
  const at = text.indexOf(mark, from);
  return at < 0 ? null : at + past;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Most elements have none, and share these, which stay empty. */
const nothingHidden = new Map<string, string | undefined>();
const noAttributes = new Set<string>();
const noChildren: XmlElement[] = [];

/** Adds an element. Most have no children, and share one empty list. */
function addChild(parent: Growing, element: XmlElement): void {
  if (parent.children === noChildren) parent.children = [element];
  else parent.children.push(element);
}

/** A tag that begins an element. */
interface OpeningTag {
  readonly open: Open;
  /** Their number, without namespace declarations. */
  readonly attributes: number;
  readonly isEmpty: boolean;
  /** The place behind it. */
  readonly end: number;
}

/** Reads a tag that begins an element, and puts its declarations into `spaces`. Null when it is broken. */
function openElement(text: string, from: number, spaces: Map<string, string>): OpeningTag | "excessive" | null {
  const [start = "", tag] = matchAt(opening, text, from) ?? [];
  if (tag === undefined) return null;
  let attributes = noAttributes;
  let hidden = nothingHidden;
  let at = from + start.length;
  for (;;) {
    const found = matchAt(attribute, text, at);
    if (found === null) break;
    if (attributes === noAttributes) [attributes, hidden] = [new Set(), new Map()];
    const [whole, key = "", double, single = ""] = found;
    const isDeclaration = key === "xmlns" || key.startsWith("xmlns:");
    const name = isDeclaration ? key.slice(6) : key;
    if ((isDeclaration ? hidden : attributes).has(name)) return null;
    if (hidden.size + attributes.size >= mostAttributes) return "excessive";
    if (isDeclaration) {
      hidden.set(name, spaces.get(name));
      spaces.set(name, unescapeXml(double ?? single));
    } else attributes.add(name);
    at += whole.length;
  }
  const [end, slash] = matchAt(tagEnd, text, at) ?? [];
  if (end === undefined) return null;
  const colon = tag.indexOf(":");
  const element = {
    space: spaces.get(colon < 0 ? "" : tag.slice(0, colon)) ?? "",
    name: tag.slice(colon + 1),
    text: "",
    children: noChildren,
    attributes: text.slice(from + start.length, at),
  };
  return {
    open: { tag, element, hidden },
    attributes: attributes.size,
    isEmpty: slash !== "",
    end: at + end.length,
  };
}

/** Makes a prefix mean again what it meant outside. */
function restore(spaces: Map<string, string>, prefix: string, space: string | undefined): void {
  if (space === undefined) spaces.delete(prefix);
  else spaces.set(prefix, space);
}

const named = new Map(Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }));
/** The longest reference is `&#1114111;`. */
const longestReference = 10;

export function unescapeXml(text: string): string {
  let at = text.indexOf("&");
  if (at < 0) return text;
  const pieces: string[] = [];
  let from = 0;
  for (; at >= 0; at = text.indexOf("&", at + 1)) {
    const reference = text.slice(at + 1, at + longestReference);
    const end = reference.indexOf(";");
    const meant = end < 0 ? null : readReference(reference.slice(0, end));
    if (meant === null) continue;
    pieces.push(text.slice(from, at), meant);
    from = at + end + 2;
  }
  pieces.push(text.slice(from));
  return pieces.join("");
}

/** Returns the character that a reference stands for, without its `&` and `;`; null for an unknown one. */
function readReference(name: string): string | null {
  const known = named.get(name);
  if (known !== undefined) return known;
  const [, decimal, hex] = /^#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}))$/.exec(name) ?? [];
  const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return point <= 0x10ffff ? String.fromCodePoint(point) : null;
}

/** Escapes text for an element. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;");
}

export const davSpace = "DAV:";
export const caldavSpace = "urn:ietf:params:xml:ns:caldav";
export const calendarServerSpace = "http://calendarserver.org/ns/";
export const appleSpace = "http://apple.com/ns/ical/";
/** Of WebDAV-Push. */
export const pushSpace = "https://bitfire.at/webdav-push";

/** Returns the value of an attribute by its name as written; null without it. */
export function attributeOf({ attributes }: XmlElement, name: string): string | null {
  for (let at = 0; ;) {
    const [whole, key, double, single = ""] = matchAt(attribute, attributes, at) ?? [];
    if (whole === undefined) return null;
    if (key === name) return unescapeXml(double ?? single);
    at += whole.length;
  }
}

/** Returns the first child of that name and namespace. */
export function child(element: XmlElement | undefined, name: string, space = davSpace): XmlElement | undefined {
  return element?.children.find((one) => one.name === name && one.space === space);
}

/** Returns all children of that name and namespace. */
export function childrenOf(element: XmlElement | undefined, name: string, space = davSpace): readonly XmlElement[] {
  return element?.children.filter((one) => one.name === name && one.space === space) ?? [];
}

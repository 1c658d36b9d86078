/** An XML element with its namespace resolved. */
export interface XmlElement {
  /** Namespace URI; "" for none. */
  readonly space: string;
  /** Local name, without prefix. */
  readonly name: string;
  /** The element's own text, with CDATA, entities resolved, without that of its children. */
  readonly text: string;
  readonly children: readonly XmlElement[];
  /** Attributes by name as written, without namespace declarations. */
  readonly attributes: ReadonlyMap<string, string>;
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
const leastLength = 16;

// Each is tried at one place only, and reads on without going back.
const opening = /<([^\s<>/!?]+)/y;
const attribute = /\s+([^\s=<>/]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /\s*(\/?)>/y;
const closing = /<\/([^\s<>]+)\s*>/y;

/**
 * Parses a document: returns its root element. Null unless it is one whole well-formed document without a document type,
 * which could define entities. Control characters are allowed, since some servers send them. Null also for a document that
 * only serves to cost: deeper than 64 elements, more than 256 attributes on one, or more than one element or attribute in
 * 16 characters after the first thousand. Time and memory grow with the length and nothing else.
 */
export function parseXml(document: string): XmlElement | null {
  const text = document
    .replace(/^\uFEFF/, "")
    .replace(/\r\n/g, "\n")
    .replace(/\r/g, "\n");
  const spaces = new Map<string, string>();
  const stack: Open[] = [];
  let partsLeft = mostParts + text.length / leastLength;
  let root: XmlElement | null = null;
  for (let at = 0; at < text.length;) {
    const current = stack.at(-1);
    const mark = text.charAt(at + 1);
    if (!text.startsWith("<", at)) {
      const end = findEnd(text, "<", at, 0) ?? text.length;
      const characters = text.slice(at, end);
      if (current !== undefined) current.element.text += unescapeXml(characters);
      else if (characters.trim() !== "") return null;
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
      if (read === null) return null;
      const { open, isEmpty, end } = read;
      partsLeft -= 1 + open.element.attributes.size;
      if (partsLeft < 0 || stack.length >= deepest) return null;
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

const noAttributes: ReadonlyMap<string, string> = new Map();
const nothingHidden: Open["hidden"] = new Map();
const noChildren: XmlElement[] = [];

/** Adds an element. Most have no children, and share one empty list. */
function addChild(parent: Growing, element: XmlElement): void {
  if (parent.children === noChildren) parent.children = [element];
  else parent.children.push(element);
}

/** Reads a tag that begins an element, and puts its declarations into `spaces`. Null when it is broken. */
function openElement(
  text: string,
  from: number,
  spaces: Map<string, string>,
): { readonly open: Open; readonly isEmpty: boolean; readonly end: number } | null {
  const [start = "", tag] = matchAt(opening, text, from) ?? [];
  if (tag === undefined) return null;
  const attributes = new Map<string, string>();
  const hidden = new Map<string, string | undefined>();
  let at = from + start.length;
  for (;;) {
    const found = matchAt(attribute, text, at);
    if (found === null) break;
    const [whole, key = "", double, single = ""] = found;
    const value = unescapeXml(double ?? single);
    const isDeclaration = key === "xmlns" || key.startsWith("xmlns:");
    const name = isDeclaration ? key.slice(6) : key;
    if ((isDeclaration ? hidden : attributes).has(name)) return null;
    if (hidden.size + attributes.size >= mostAttributes) return null;
    if (isDeclaration) {
      hidden.set(name, spaces.get(name));
      spaces.set(name, value);
    } else attributes.set(name, value);
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
    attributes: attributes.size === 0 ? noAttributes : attributes,
  };
  return {
    open: { tag, element, hidden: hidden.size === 0 ? nothingHidden : hidden },
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

function unescapeXml(text: string): string {
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

/** Returns the first child of that name and namespace. */
export function child(element: XmlElement | undefined, name: string, space = davSpace): XmlElement | undefined {
  return element?.children.find((one) => one.name === name && one.space === space);
}

/** Returns all children of that name and namespace. */
export function childrenOf(element: XmlElement | undefined, name: string, space = davSpace): readonly XmlElement[] {
  return element?.children.filter((one) => one.name === name && one.space === space) ?? [];
}

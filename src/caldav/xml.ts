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

interface Open {
  readonly tag: string;
  readonly space: string;
  readonly name: string;
  readonly spaces: ReadonlyMap<string, string>;
  text: string;
  readonly children: XmlElement[];
  readonly attributes: ReadonlyMap<string, string>;
}

const deepest = 64;
const token =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/([^\s<>]+)\s*>|<([^\s<>/!?]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const named = new Map(Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }));

/**
 * Parses a document: returns its root element. Null unless it is one whole well-formed document without a document type,
 * which could define entities. Control characters are allowed, since some servers send them.
 */
export function parseXml(document: string): XmlElement | null {
  const text = document.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const stack: Open[] = [];
  let root: XmlElement | null = null;
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) return null;
    const [, cdata, closing, opening, attributes = "", empty, characters] = match;
    const current = stack.at(-1);
    if (cdata !== undefined) {
      if (current === undefined) return null;
      current.text += cdata;
    } else if (characters !== undefined) {
      if (current !== undefined) current.text += unescapeXml(characters);
      else if (characters.trim() !== "") return null;
    } else if (opening !== undefined) {
      if (root !== null || stack.length >= deepest) return null;
      const open = openElement(opening, attributes, current);
      if (empty === "") stack.push(open);
      else root = close(open, current);
    } else if (closing !== undefined) {
      if (current?.tag !== closing) return null;
      stack.pop();
      root = close(current, stack.at(-1));
    }
  }
  return stack.length === 0 ? root : null;
}

/** Adds an element that ended to its parent; returns it when it has none and so is the root. */
function close({ space, name, text, children, attributes }: Open, parent: Open | undefined): XmlElement | null {
  const element = { space, name, text, children, attributes };
  if (parent === undefined) return element;
  parent.children.push(element);
  return null;
}

function openElement(tag: string, attributes: string, parent: Open | undefined): Open {
  let spaces = parent?.spaces ?? new Map<string, string>();
  const others = new Map<string, string>();
  for (const [, key = "", double, single = ""] of attributes.matchAll(attribute)) {
    const value = unescapeXml(double ?? single);
    if (key === "xmlns" || key.startsWith("xmlns:")) spaces = new Map(spaces).set(key.slice(6), value);
    else others.set(key, value);
  }
  const colon = tag.indexOf(":");
  const space = spaces.get(colon < 0 ? "" : tag.slice(0, colon)) ?? "";
  return { tag, space, name: tag.slice(colon + 1), spaces, text: "", children: [], attributes: others };
}

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{1,4}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return named.get(String(name)) ?? whole;
    const point = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
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

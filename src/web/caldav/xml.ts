import { appleSpace, caldavSpace, calendarServerSpace, davSpace, escapeXml, pushSpace } from "../../caldav/xml.ts";

/** A property or element by its namespace and local name. */
export interface XmlName {
  readonly space: string;
  readonly name: string;
}

const prefixes = new Map([
  [davSpace, "D"],
  [caldavSpace, "C"],
  [calendarServerSpace, "CS"],
  [appleSpace, "A"],
  [pushSpace, "P"],
]);
const declarations = [...prefixes].map(([space, prefix]) => ` xmlns:${prefix}="${space}"`).join("");

/** Returns an element with what is inside it, which is XML already. */
export function element({ space, name }: XmlName, inside: string): string {
  const prefix = prefixes.get(space);
  const [tag, own] =
    prefix !== undefined
      ? [`${prefix}:${name}`, ""]
      : space === ""
        ? [name, ""]
        : [`X:${name}`, ` xmlns:X="${escapeXml(space).replaceAll('"', "&quot;")}"`];
  return inside === "" ? `<${tag}${own}/>` : `<${tag}${own}>${inside}</${tag}>`;
}

/** Returns an element of `DAV:`. */
export function dav(name: string, inside = ""): string {
  return element({ space: davSpace, name }, inside);
}

/** Returns an element of CalDAV (RFC 4791). */
export function cal(name: string, inside = ""): string {
  return element({ space: caldavSpace, name }, inside);
}

/** Returns an element of WebDAV-Push. */
export function push(name: string, inside = ""): string {
  return element({ space: pushSpace, name }, inside);
}

/** The characters that XML 1.0 has no place for (2.2): controls but tab and line ends, and what is no character. */
const forbidden = /(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu;

const plain = /^[\t\n\x20-%'-;=?-~]*$/;

/** Returns text as the inside of an element. */
export function xmlText(text: string): string {
  // Most texts are addresses and tags, a list has thousands of them.
  if (plain.test(text)) return text;
  return escapeXml(text.replaceAll(forbidden, ""));
}

/** Returns an `href` of `DAV:`. */
export function href(address: string): string {
  return dav("href", xmlText(address));
}

/** Returns a whole document: its root, of `DAV:` unless another element is named, with all namespaces. */
export function xmlDocument(inside: string, root = "D:multistatus"): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<${root}${declarations}>${inside}</${root}>\n`;
}

import { decodeEscapes } from "../percent.ts";

/** Characters of an href; a longer one is of no object of ours, and is neither decoded nor composed. */
const longest = 4000;

/**
 * Returns the last segment of an href, decoded (NFC): two hrefs of one calendar with the same name are one object, since
 * servers change the escapes of what they were given. "" for a collection.
 */
export function hrefName(href: string): string {
  const path = withoutQuery(href);
  return decodePath(path.slice(path.lastIndexOf("/") + 1));
}

/** Returns the path of an address or href without its last segment, decoded (NFC), with a slash at its end. */
export function parentPath(href: string): string {
  const path = withoutQuery(href).replace(/^[a-z]+:\/\/[^/]*/i, "");
  return decodePath(path.slice(0, path.lastIndexOf("/") + 1));
}

/** Returns true when both are the same path whatever their escapes. Slashes at the end count. */
export function sameHref(a: string, b: string): boolean {
  return decodePath(a) === decodePath(b);
}

/**
 * Returns an href as a path in the server's own spelling. `href` is a path, an address, or relative to `base`. Null when
 * it is on another origin than `base`, names a user, is no href, or has more than 4,000 characters.
 */
export function hrefPath(href: string, base: URL): string | null {
  const text = href.trim();
  if (text === "" || text.length > longest || !URL.canParse(text, base.href)) return null;
  const url = new URL(text, base);
  if (url.origin !== base.origin || url.username !== "" || url.password !== "") return null;
  if (text.startsWith("/") && !text.startsWith("//")) return text;
  return url.pathname;
}

/** Returns the path of an object of the collection, in the server's spelling; null for the collection and anything else. */
export function memberPath(collection: URL, href: string): string | null {
  const path = hrefPath(href, collection);
  if (path === null || /[?#]/.test(path)) return null;
  const name = hrefName(path);
  if (name === "" || name === "." || name === ".." || name.includes("/")) return null;
  return sameHref(path.slice(0, path.lastIndexOf("/") + 1), collection.pathname) ? path : null;
}

function withoutQuery(href: string): string {
  return href.length > longest ? href : (href.split(/[?#]/, 1)[0] ?? "");
}

/** More marks on one letter than Unicode's stream-safe form has (UAX 15): composing takes time by the square of their number. */
const marks = /\p{M}{31}/u;
/** No marks stand elsewhere, and this is looked for in a tenth of the time. */
const wide = /[\u0300-\uFFFF]{31}/;

/** Decodes a path (NFC). A broken escape stays; its percent sign keeps the name from being one of ours. */
function decodePath(text: string): string {
  if (text.length > longest) return text;
  const decoded = decodeEscapes(text);
  return wide.test(decoded) && marks.test(decoded) ? decoded : decoded.normalize("NFC");
}

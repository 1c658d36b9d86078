import { isInside } from "../security/outside.ts";
import { decodeEscapes } from "../lib/percent.ts";

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

/** Returns the path of an address or href without its last segment, normalised, with a slash at its end. */
export function parentPath(href: string): string {
  const path = withoutQuery(href).replace(/^https?:\/\/[^/]*/i, "");
  return withSlash(normalPath(path.slice(0, path.lastIndexOf("/") + 1)));
}

/** Returns true when both are the same path whatever their escapes, doubled slashes, dot segments and slashes at the end. */
export function sameHref(a: string, b: string): boolean {
  return normalPath(a) === normalPath(b);
}

/**
 * Returns an href as a path. `href` is a path, an address on any host, or relative to `base`: behind a proxy servers name
 * another scheme or host than the one that was asked. Null when it names a user, is no href, or has more than 4,000
 * characters.
 */
export function hrefPath(href: string, base: URL): string | null {
  const url = parseHref(href, base);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return null;
  const text = withoutDoubled(href);
  return text.startsWith("/") ? text : url.pathname;
}

/**
 * Returns the path of an object of the collection; null for the collection and anything else. It is in the server's
 * spelling, unless that has doubled slashes or dot segments, which could lead elsewhere.
 */
export function memberPath(collection: URL, href: string): string | null {
  const path = hrefPath(href, collection);
  if (path === null || /[?#]/.test(path)) return null;
  const name = hrefName(path);
  if (name === "" || name === "." || name === ".." || name.includes("/")) return null;
  const cut = path.lastIndexOf("/") + 1;
  if (!sameHref(path.slice(0, cut), collection.pathname)) return null;
  return /\/\/|\/\.{1,2}\//.test(path) ? withSlash(collection.pathname) + path.slice(cut) : path;
}

/** Returns the address of a collection in a collection, on the origin of the latter; null for any other href. */
export function collectionInside(collection: URL, href: string): URL | null {
  const path = hrefPath(href, collection);
  if (path === null || !withSlash(normalPath(path)).startsWith(withSlash(normalPath(collection.pathname)))) return null;
  return new URL(withSlash(path.replace(/\/{2,}/g, "/")), collection.origin);
}

/**
 * Returns the address of an href found at `base`. Behind a proxy with TLS servers name http on the same host or on one inside
 * their network: there it keeps the origin of `base`. Null when it is no href.
 */
export function hrefAddress(href: string, base: URL): URL | null {
  const url = parseHref(href, base);
  if (url === null || base.protocol !== "https:" || url.protocol !== "http:") return url;
  if (url.hostname !== base.hostname && !isInside(url)) return url;
  return new URL(url.pathname + url.search, base.origin);
}

function parseHref(href: string, base: URL): URL | null {
  const text = withoutDoubled(href);
  return text !== "" && text.length <= longest && URL.canParse(text, base.href) ? new URL(text, base) : null;
}

/** Returns an href whose path begins with one slash: with two it would name a host, which no href may (RFC 4918 8.3). */
function withoutDoubled(href: string): string {
  return href.trim().replace(/^\/{2,}/, "/");
}

/** Returns a path with one slash at its end. */
export function withSlash(path: string): string {
  return path.replace(/(?<!\/)\/*$/, "/");
}

/** Returns a path decoded, without empty and dot segments (RFC 3986 5.2.4) and without a slash at its end. */
function normalPath(path: string): string {
  if (path.length > longest) return path;
  const kept: string[] = [];
  for (const segment of path.split("/").map(decodePath)) {
    if (segment === "..") kept.pop();
    // An escaped slash stays one, so that it divides nothing.
    else if (segment !== "" && segment !== ".") kept.push(segment.replaceAll("/", "%2F"));
  }
  return `/${kept.join("/")}`;
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

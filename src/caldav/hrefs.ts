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
 * another scheme or host than the one that was asked. Null when it names a user, or is no href.
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
 * Returns the address of an href found at `base`. Behind a proxy with TLS servers name http or another port of the same
 * host: there it keeps the origin of `base`. Null when it is no href.
 */
export function hrefAddress(href: string, base: URL): URL | null {
  const url = parseHref(href, base);
  if (url === null || base.protocol !== "https:" || url.protocol !== "http:" || url.hostname !== base.hostname)
    return url;
  return new URL(url.pathname + url.search, base.origin);
}

function parseHref(href: string, base: URL): URL | null {
  const text = withoutDoubled(href);
  return text !== "" && URL.canParse(text, base.href) ? new URL(text, base) : null;
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
  const kept: string[] = [];
  for (const segment of path.split("/").map(decodePath)) {
    if (segment === "..") kept.pop();
    // An escaped slash stays one, so that it divides nothing.
    else if (segment !== "" && segment !== ".") kept.push(segment.replaceAll("/", "%2F"));
  }
  return `/${kept.join("/")}`;
}

function withoutQuery(href: string): string {
  return href.split(/[?#]/, 1)[0] ?? "";
}

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
/** More marks on one letter than Unicode's stream-safe form has (UAX 15): composing takes time by the square of their number. */
const marks = /\p{M}{31}/u;
/** No marks stand elsewhere, and this is looked for in a tenth of the time. */
const wide = /[\u0300-\uFFFF]{31}/;

/**
 * Decodes each escape by itself (RFC 3986 2.1), so that a broken one cannot hide a slash or a dot beside it. A broken one
 * stays as it is; its percent sign keeps the name from being one of ours.
 */
function decodePath(text: string): string {
  const decoded = text.replace(escapes, (whole) => decodeURIComponent(whole));
  return wide.test(decoded) && marks.test(decoded) ? decoded : decoded.normalize("NFC");
}

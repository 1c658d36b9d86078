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
 * it is on another origin than `base`, names a user, or is no href.
 */
export function hrefPath(href: string, base: URL): string | null {
  const text = href.trim();
  if (text === "" || !URL.canParse(text, base.href)) return null;
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

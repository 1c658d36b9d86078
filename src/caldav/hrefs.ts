/** What two spellings of one href have in common: the decoded last segment (NFC). "" for a collection. */
export function hrefKey(href: string): string {
  return decoded(href.slice(href.lastIndexOf("/") + 1).replace(/[?#].*$/, ""));
}

/** Whether both spell the same place: servers change the escapes of what they were given. Slashes at the end count. */
export function sameHref(a: string, b: string): boolean {
  return decoded(a) === decoded(b);
}

/**
 * What a server calls a place, as a path in its own spelling. `href` is a path, an address, or relative to `base`.
 * Null when it is on another origin than `base`, names a user, or is none.
 */
export function hrefPath(href: string, base: URL): string | null {
  const text = href.trim();
  if (text === "" || !URL.canParse(text, base.href)) return null;
  const url = new URL(text, base);
  if (url.origin !== base.origin || url.username !== "" || url.password !== "") return null;
  if (text.startsWith("/") && !text.startsWith("//")) return text;
  return url.pathname;
}

/** The path of an object of the collection, in the server's spelling; null for any other href, and for the collection. */
export function memberPath(collection: URL, href: string): string | null {
  const path = hrefPath(href, collection);
  if (path === null || hrefKey(path) === "" || /[?#]/.test(path)) return null;
  const key = hrefKey(path);
  if (key === "." || key === ".." || key.includes("/")) return null;
  return sameHref(path.slice(0, path.lastIndexOf("/") + 1), collection.pathname) ? path : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).normalize("NFC");
  } catch {
    // An escape that is none stands for itself.
    return text.normalize("NFC");
  }
}

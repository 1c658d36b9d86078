import type { XmlElement } from "./xml.ts";

/**
 * Whether a `current-user-privilege-set` (RFC 3744 5.4) lets us create, change and delete; null when the server does not
 * tell. `write` and `all` hold the others; some servers name only those.
 */
export function mayWrite(set: XmlElement | undefined): boolean | null {
  const names = new Set((set?.children ?? []).flatMap(({ children }) => children.map(({ name }) => name)));
  if (names.size === 0) return null;
  if (names.has("all") || names.has("write")) return true;
  return names.has("write-content") && names.has("bind") && names.has("unbind");
}

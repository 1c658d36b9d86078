import { child, childrenOf, davSpace, parseXml, type XmlElement } from "./xml.ts";

/** One response of a multistatus (RFC 4918 14.24): an href, its status, and its properties. */
export interface Member {
  /** As the server wrote it. */
  readonly href: string;
  /** Status of the whole member; null when only its properties have one. */
  readonly status: number | null;
  /** The properties it has: the children of each `prop` whose propstat is 2xx. */
  readonly found: readonly XmlElement[];
  /** The precondition element, without namespace; "" for none. */
  readonly precondition: string;
}

export interface Multistatus {
  readonly members: readonly Member[];
  /** RFC 6578; null without. */
  readonly syncToken: string | null;
}

/** Reads a multistatus. Returns null unless it is complete, as for a truncated response or a login page. */
export function readMultistatus(text: string): Multistatus | null {
  const root = parseXml(text);
  if (root === null || root.name !== "multistatus" || root.space !== davSpace) return null;
  const token = child(root, "sync-token")?.text.trim() ?? "";
  return { members: childrenOf(root, "response").map(readMember), syncToken: token === "" ? null : token };
}

function readMember(response: XmlElement): Member {
  const good = childrenOf(response, "propstat").filter((stat) => {
    const status = statusOf(child(stat, "status"));
    return status === null || (status >= 200 && status < 300);
  });
  return {
    href: child(response, "href")?.text.trim() ?? "",
    status: statusOf(child(response, "status")),
    found: good.flatMap((stat) => child(stat, "prop")?.children ?? []),
    precondition: readPrecondition(response).name,
  };
}

function statusOf(element: XmlElement | undefined): number | null {
  const code = /^\s*HTTP\/\S+\s+(\d{3})/.exec(element?.text ?? "")?.[1];
  return code === undefined ? null : Number(code);
}

/** Returns a property that the member has. */
export function findProperty(member: Member | undefined, name: string, space = davSpace): XmlElement | undefined {
  return member?.found.find((one) => one.name === name && one.space === space);
}

/** Returns the text of a property; null when it is missing or empty. */
export function propertyText(member: Member | undefined, name: string, space = davSpace): string | null {
  const text = findProperty(member, name, space)?.text.trim() ?? "";
  return text === "" ? null : text;
}

/** Returns the raw value of a member's ETag; null when the server gives none, or one that no header can carry. */
export function memberEtag(member: Member | undefined): string | null {
  const etag = propertyText(member, "getetag");
  return etag !== null && /^[\x20-\x7e\x80-\xff]+$/.test(etag) ? etag : null;
}

/** Returns true when the member is a collection. */
export function isCollection(member: Member): boolean {
  return child(findProperty(member, "resourcetype"), "collection") !== undefined;
}

const writing = ["all", "write", "write-content", "bind"];

/**
 * Returns false when the member's `current-user-privilege-set` (RFC 3744 5.4) names no right to write at all; null when the
 * server does not say. Servers name the rights of a share in part, so that one of them is enough: the probe finds the rest.
 */
export function mayWrite(member: Member | undefined): boolean | null {
  const privileges = findProperty(member, "current-user-privilege-set")?.children ?? [];
  const names = new Set(privileges.flatMap(({ children }) => children.map(({ name }) => name)));
  return names.size === 0 ? null : writing.some((name) => names.has(name));
}

/** Reads the precondition that failed (RFC 4918 16) and the href in it, from an `error` element or what holds one. */
export function readPrecondition(element: XmlElement | null): { readonly name: string; readonly href: string | null } {
  const error = element?.name === "error" ? element : child(element ?? undefined, "error");
  // sabre adds elements of its own.
  const condition = error?.children.find(({ space }) => space !== "http://sabredav.org/ns");
  const href = child(condition, "href")?.text.trim() ?? "";
  return { name: condition?.name ?? "", href: href === "" ? null : href };
}

import { decodeEscapes } from "../../lib/percent.ts";

/** A resource by its address: `user` is the id of an account, `feedId` that of a feed, `name` the last segment of an object. */
export type Address =
  | { readonly kind: "root" | "principals" | "homes" }
  | { readonly kind: "principal" | "home" | "inbox" | "outbox"; readonly user: string }
  | { readonly kind: "calendar"; readonly user: string; readonly feedId: string }
  | { readonly kind: "subscription"; readonly id: string }
  | { readonly kind: "object"; readonly user: string; readonly feedId: string; readonly name: string };

/** Names in a home that no feed can have. */
const reserved = { inbox: "inbox", outbox: "outbox" } as const;

/** Returns the resource at a path, with or without its last slash and however it is escaped; null for none. */
export function readAddress(path: string): Address | null {
  if (path === "/") return { kind: "root" };
  const segments = path.split("/").map(decodeEscapes);
  if (segments.at(-1) === "") segments.pop();
  const [, dav, under, user, feedId, name, ...more] = segments;
  if (dav !== "dav" || more.length > 0 || segments.slice(1).includes("")) return null;
  if (under === undefined) return { kind: "root" };
  if (under === "principals") {
    if (user === undefined) return { kind: "principals" };
    return feedId === undefined ? { kind: "principal", user } : null;
  }
  if (under === "subscriptions") {
    return user === undefined || feedId !== undefined ? null : { kind: "subscription", id: user };
  }
  if (under !== "calendars") return null;
  if (user === undefined) return { kind: "homes" };
  if (feedId === undefined) return { kind: "home", user };
  if (feedId === reserved.inbox || feedId === reserved.outbox) {
    return name === undefined ? { kind: feedId, user } : null;
  }
  return name === undefined ? { kind: "calendar", user, feedId } : { kind: "object", user, feedId, name };
}

/** Returns the absolute path of a resource, escaped; that of a collection ends in a slash. */
export function hrefOf(address: Address): string {
  switch (address.kind) {
    case "root":
      return "/dav/";
    case "principals":
      return "/dav/principals/";
    case "homes":
      return "/dav/calendars/";
    case "principal":
      return `/dav/principals/${encodeURIComponent(address.user)}/`;
    case "home":
      return `/dav/calendars/${encodeURIComponent(address.user)}/`;
    case "inbox":
    case "outbox":
      return `/dav/calendars/${encodeURIComponent(address.user)}/${address.kind}/`;
    case "calendar":
      return `/dav/calendars/${encodeURIComponent(address.user)}/${encodeURIComponent(address.feedId)}/`;
    case "subscription":
      return `/dav/subscriptions/${encodeURIComponent(address.id)}`;
    case "object":
      return `${hrefOf({ ...address, kind: "calendar" })}${encodeURIComponent(address.name)}`;
  }
}

import { child, childrenOf, escapeXml, parseXml, type XmlElement } from "../../src/caldav/xml.ts";
import { denied, multistatus, plain } from "./answers.ts";
import { absent, member } from "./member.ts";
import type { Shelf, Stored } from "./shelf.ts";
import { forbiddenHome, home, placeOf, principal, type Recorded, type Site } from "./site.ts";

/** PROPFIND (RFC 4918 9.1) of an object, a calendar, the home or the principal. */
export function propfind(site: Site, { path, headers, body }: Recorded): Response {
  const asked = child(parseXml(body) ?? undefined, "prop")?.children ?? [];
  const depth = headers.get("Depth") ?? "infinity";
  const place = placeOf(site, path);
  if (place !== null && place.name !== "") {
    const stored = place.shelf.objects.get(place.name);
    return stored === undefined ? nothing(site, path) : multistatus(member(site, path, asked, stored));
  }
  if (path === forbiddenHome) return plain(403, "not yours");
  const inHome = path === home;
  if (place === null && !inHome && path !== principal && path !== "/dav/") return nothing(site, path);
  const members = [member(site, path, asked)];
  if (depth === "1" && place !== null) {
    for (const [name, stored] of place.shelf.objects)
      members.push(member(site, path + site.quirks.spells(name), asked, stored));
  }
  if (depth === "1" && inHome) for (const one of site.shelves.keys()) members.push(member(site, one, asked));
  return multistatus(members.join(""));
}

function nothing(site: Site, path: string): Response {
  return site.quirks.absentIs207 ? multistatus(absent(site, encodeURIComponent(site.origin + path))) : plain(404, "");
}

/** REPORT (RFC 4791 7, RFC 6578 3.2) on a calendar. */
export function report(site: Site, shelf: Shelf, path: string, body: string): Response {
  const root = parseXml(body);
  const asked = child(root ?? undefined, "prop")?.children ?? [];
  if (root?.name === "calendar-multiget") return multiget(site, shelf, path, root, asked);
  if (root?.name === "calendar-query") {
    const uid = /<[^>]*text-match[^>]*>([^<]*)</.exec(body)?.[1] ?? "";
    const objects = site.quirks.staleQueries ? shelf.before : shelf.objects;
    const found = [...objects].filter(([, stored]) => stored.uid === uid);
    return multistatus(
      found.map(([name, stored]) => member(site, path + site.quirks.spells(name), asked, stored)).join(""),
    );
  }
  if (root?.name === "sync-collection" && site.quirks.sync) return sync(site, shelf, path, root, asked);
  return denied(403, "supported-report");
}

function multiget(site: Site, shelf: Shelf, path: string, root: XmlElement, asked: readonly XmlElement[]): Response {
  const { quirks, origin } = site;
  const objects = quirks.staleReports
    ? new Map([...shelf.objects].map(([name, one]) => [name, shelf.before.get(name) ?? one]))
    : shelf.objects;
  const members: string[] = [];
  for (const { text: href } of childrenOf(root, "href")) {
    const { pathname } = new URL(href.trim(), origin);
    const name = decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1)).normalize("NFC");
    const stored = objects.get(name);
    if (stored !== undefined && members.length === quirks.multigetMost) continue;
    if (stored !== undefined) members.push(member(site, path + quirks.spells(name), asked, stored));
    else if (quirks.multigetMissing === "whole") return plain(404, "Calendar object not found");
    else if (quirks.multigetMissing === "member") members.push(absent(site, path + quirks.spells(name)));
  }
  return multistatus(members.join(""));
}

function sync(site: Site, shelf: Shelf, path: string, root: XmlElement, asked: readonly XmlElement[]): Response {
  const { quirks } = site;
  const given = child(root, "sync-token")?.text.trim() ?? "";
  const limit = child(root, "limit");
  if (limit !== undefined) return plain(400, "no client of ours may send a limit");
  const known = new RegExp(`^data:,${shelf.epoch}-(\\d+)$`).exec(given)?.[1];
  const seconds = quirks.ctag === "seconds";
  let since = seconds ? Number(/^\d+$/.exec(given)?.[0] ?? 0) : Number(known ?? 0);
  let initial = given === "" && !seconds;
  const at = (one: Pick<Stored, "revision" | "second">): number => (seconds ? one.second : one.revision);
  if (given !== "" && !seconds && (known === undefined || since > shelf.revision)) {
    if (quirks.lostToken === "500") return plain(500, "Server got itself in trouble");
    if (quirks.lostToken === "silent") return multistatus(`<D:sync-token>${escapeXml(shelf.token())}</D:sync-token>`);
    if (quirks.lostToken !== "full") return denied(Number(quirks.lostToken), "valid-sync-token");
    since = 0;
    initial = true;
  }
  const changes = [
    ...[...shelf.objects]
      .filter(([, stored]) => at(stored) > since)
      .map(([name, stored]) => ({ at: at(stored), name, stored })),
    ...[...shelf.deleted]
      .filter(([, gone]) => at(gone) > since && (!initial || quirks.ghosts))
      .map(([name, gone]) => ({ at: at(gone), name, stored: undefined })),
  ].toSorted((a, b) => a.at - b.at);
  const page = quirks.page === null ? changes : changes.slice(0, quirks.page);
  const members = page.map(({ name, stored }) =>
    stored === undefined
      ? absent(site, path + quirks.spells(name))
      : member(site, path + quirks.spells(name), asked, stored),
  );
  if (quirks.listsItself) members.push(member(site, path, asked));
  let reached = shelf.revision;
  if (page.length < changes.length) {
    reached = page.at(-1)?.at ?? since;
    members.push(
      `<D:response><D:href>${path}</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status><D:error><D:number-of-matches-within-limits/></D:error></D:response>`,
    );
  }
  return multistatus(`${members.join("")}<D:sync-token>${escapeXml(shelf.token(reached))}</D:sync-token>`);
}

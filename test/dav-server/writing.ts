import { caldavSpace, child, davSpace, parseXml } from "../../src/caldav/xml.ts";
import { denied, errorOf, multistatus, plain } from "./answers.ts";
import { etagHeader, isSame } from "./etag.ts";
import { member } from "./member.ts";
import type { Quirks } from "./quirks.ts";
import { Shelf, uidOf } from "./shelf.ts";
import { home, type Recorded, type Site } from "./site.ts";

/** PUT of an object (RFC 4791 5.3.2). */
export function put(site: Site, shelf: Shelf, name: string, { headers, body }: Recorded): Response {
  const { quirks } = site;
  const old = shelf.objects.get(name);
  const fail = (status: number, condition: string, href = ""): Response => {
    if (quirks.failsPutWith207) {
      return multistatus(
        `<D:response><D:href>x</D:href><D:status>HTTP/1.1 ${status} no</D:status>${errorOf(condition, href)}</D:response>`,
      );
    }
    return condition === "" ? plain(status, "no") : denied(status, condition, href);
  };
  if (headers.has("Transfer-Encoding")) return plain(400, "Bad Request");
  const wanted = headers.get("If-Match");
  if (
    wanted !== null &&
    !(old === undefined ? quirks.createsOnIfMatch : quirks.ignoresIfMatch || isSame(quirks, wanted, old))
  ) {
    return plain(412, "Precondition failed.");
  }
  if (headers.get("If-None-Match") === "*" && old !== undefined && !quirks.ignoresIfNoneMatch)
    return plain(412, "Precondition failed.");
  if (quirks.maxBytes !== null && new TextEncoder().encode(body).byteLength > quirks.maxBytes)
    return fail(403, "max-resource-size");
  const uid = uidOf(body);
  if (!/^BEGIN:VCALENDAR[\s\S]*BEGIN:VEVENT[\s\S]*END:VCALENDAR\s*$/.test(body) || uid === "")
    return quirks.refusesBy === 412 ? plain(412, "No calendar content") : fail(403, "valid-calendar-data");
  if (/^METHOD:/m.test(body) || !/^DTEND/m.test(body)) return fail(403, "valid-calendar-data");
  if (old !== undefined && old.uid !== uid) return fail(409, "no-uid-conflict");
  if (quirks.refusesOlder && old !== undefined && sequenceOf(body) < sequenceOf(old.body)) return plain(409, "");
  const refused = uidConflict(site, shelf, name, uid, fail);
  if (refused !== null) return refused;
  const stored = shelf.put(old === undefined && quirks.renames ? `renamed-${name}` : name, body);
  const status = old === undefined ? 201 : quirks.updateStatus;
  return plain(
    status,
    null,
    quirks.putEtag === "absent" ? {} : etagHeader(quirks, stored, quirks.putEtag === "gzip" ? "-gzip" : ""),
  );
}

function sequenceOf(body: string): number {
  return Number(/^SEQUENCE:(\d+)/m.exec(body)?.[1] ?? 0);
}

function uidConflict(
  { quirks, shelves }: Site,
  shelf: Shelf,
  name: string,
  uid: string,
  fail: (status: number, condition: string, href?: string) => Response,
): Response | null {
  if (quirks.burnsUids && shelf.burnt.has(uid)) return plain(409, "");
  const scope = quirks.uidScope === "user" ? [...shelves] : [...shelves].filter(([, one]) => one === shelf);
  for (const [path, one] of scope) {
    for (const [other, stored] of one.objects) {
      if (stored.uid !== uid || (one === shelf && other === name)) continue;
      const href = path + quirks.spells(other);
      if (quirks.uidConflict === "cyrus")
        return fail(403, one === shelf ? "no-uid-conflict" : "unique-scheduling-object-resource", href);
      if (quirks.uidConflict === "radicale") return fail(409, "no-uid-conflict");
      if (quirks.uidConflict === "xandikos") return fail(412, "no-uid-conflict");
      if (quirks.uidConflict === "sogo") return plain(409, `Event UID already in use. (${other})`);
      if (quirks.uidConflict === "nextcloud")
        return plain(400, "Calendar object with uid already exists in this calendar collection.");
    }
  }
  return null;
}

/** DELETE of an object. */
export function remove({ quirks }: Site, shelf: Shelf, name: string, { headers }: Recorded): Response {
  const old = shelf.objects.get(name);
  if (old === undefined) return plain(quirks.deleteMissing, "");
  const wanted = headers.get("If-Match");
  if (wanted !== null && !quirks.ignoresIfMatchOnDelete && !isSame(quirks, wanted, old))
    return plain(412, "Precondition failed.");
  shelf.remove(name);
  return plain(quirks.deleteStatus, null);
}

/** MKCOL (RFC 5689) or MKCALENDAR. */
export function make({ quirks, shelves, now }: Site, { method, path, body }: Recorded): Response {
  const at = path.endsWith("/") ? path : `${path}/`;
  if (!quirks.canMake || quirks.readOnly) return plain(403, "calendars cannot be made here");
  if (shelves.has(at)) return denied(quirks.makeAgain, "resource-must-be-null");
  if (!at.startsWith(home)) return missingParent(quirks);
  const prop = child(
    child(parseXml(body) ?? undefined, "set", method === "MKCOL" ? davSpace : caldavSpace) ??
      child(parseXml(body) ?? undefined, "set"),
    "prop",
  );
  if (method === "MKCOL" && child(child(prop, "resourcetype"), "calendar", caldavSpace) === undefined)
    return plain(415, "a plain collection");
  const place = quirks.makesElsewhere ? `${home}made-${shelves.size}/` : at;
  const shelf = new Shelf(quirks.namesMade ? (child(prop, "displayname")?.text ?? at) : at, quirks, now);
  shelf.plain = quirks.makesPlain;
  shelves.set(place, shelf);
  return plain(201, null, quirks.makesElsewhere ? { Location: place } : {});
}

/** DELETE of a calendar; null when it is not empty, or no condition goes with it. */
export function removeCalendar({ shelves }: Site, { path, headers }: Recorded): Response | null {
  if (headers.get("If-Match") !== "*" || shelves.get(path)?.objects.size !== 0) return null;
  shelves.delete(path);
  return plain(204, null);
}

/** PROPPATCH (RFC 4918 9.2) of a calendar's name. */
export function rename(site: Site, shelf: Shelf, { path, body }: Recorded): Response {
  const prop = child(child(parseXml(body) ?? undefined, "set"), "prop");
  shelf.name = child(prop, "displayname")?.text ?? shelf.name;
  return multistatus(member(site, path, prop?.children ?? []));
}

/** The answer to a write where no calendar is. */
export function missingParent(quirks: Quirks): Response {
  const status = quirks.missingParent;
  return status === 403
    ? plain(403, "<html><body>Mailbox does not exist</body></html>", { "Content-Type": "text/html" })
    : plain(status, "no such collection");
}

import { caldavSpace, child, childrenOf, davSpace, type XmlElement } from "../../../caldav/xml.ts";
import { AppError } from "../../../errors.ts";
import { findObjects, listObjects, listObjectsBetween } from "../../../store/objects.ts";
import { readAddress } from "../address.ts";
import { absentResponse, asksForData, describeAll, objectWriter, readContents, type ReportQuery } from "../describe.ts";
import { answerFreeBusy } from "./free-busy.ts";
import { matchesProperties } from "../match-event.ts";
import { answerPrincipalSearch } from "./principal-search.ts";
import { emptyToken } from "../properties.ts";
import { prefersMinimal, readPropertyRequest } from "../propfind.ts";
import { readFilter, unsupported } from "./read-report.ts";
import { uidOfName } from "../resources.ts";
import { multistatusResponse, refusalResponse, unavailableResponse } from "../responses.ts";
import type { PersonCalendar, Resource, Scene } from "../scene.ts";
import { answerSyncCollection } from "./sync-collection.ts";
import { dav } from "../xml.ts";

/** Answers a REPORT (RFC 3253 3.6): those of calendars, and of the principal. */
export async function answerReport(
  scene: Scene,
  resource: Resource,
  headers: Headers,
  root: XmlElement | null,
): Promise<Response> {
  if (root === null) throw new AppError("bad_input", "the body is empty");
  const kind = reportKind(root);
  if (kind === "principal-property-search" || kind === "principal-search-property-set") {
    return answerPrincipalSearch(scene, root);
  }
  if (resource.kind === "inbox") return answerInboxReport(kind);
  if (resource.kind !== "calendar") return refusalResponse("supported-report");
  const { calendar } = resource;
  if (kind !== "unknown" && calendar.feed.state === "loading") return unavailableResponse();
  const query = { request: readPropertyRequest(root), minimal: prefersMinimal(headers) };
  switch (kind) {
    case "calendar-query":
      return answerQuery(scene, calendar, root, query);
    case "calendar-multiget":
      return answerMultiget(scene, calendar, root, query);
    case "sync-collection":
      return answerSyncCollection(scene, calendar, root, query);
    case "free-busy-query":
      return answerFreeBusy(scene, calendar, root);
    case "unknown":
      return refusalResponse("supported-report");
  }
}

const reports = {
  [davSpace]: ["sync-collection", "principal-property-search", "principal-search-property-set"],
  [caldavSpace]: ["calendar-query", "calendar-multiget", "free-busy-query"],
} as const;
type ReportKind = (typeof reports)[keyof typeof reports][number] | "unknown";

function reportKind({ space, name }: XmlElement): ReportKind {
  const known = space === davSpace ? reports[davSpace] : space === caldavSpace ? reports[caldavSpace] : [];
  return known.find((one) => one === name) ?? "unknown";
}

/** Answers a `calendar-query` (RFC 4791 7.8). */
async function answerQuery(
  scene: Scene,
  calendar: PersonCalendar,
  root: XmlElement,
  query: ReportQuery,
): Promise<Response> {
  const filter = readFilter(child(root, "filter", caldavSpace));
  if (filter === unsupported) return refusalResponse("supported-filter");
  if (filter.nothing) return multistatusResponse([]);
  const { feed } = calendar;
  const account = scene.viewer.account.id;
  const { sql } = scene.deps;
  const rows =
    filter.range === null
      ? await listObjects(sql, feed.id, account, calendar.touchedAt > 0)
      : await listObjectsBetween(sql, feed.id, account, filter.range.fromAt, filter.range.toAt);
  if (filter.properties.length === 0 && !asksForData(query.request)) {
    const write = objectWriter(scene, calendar, query);
    return multistatusResponse(rows.map((object) => write(object)));
  }
  const contents = await readContents(scene, calendar, rows);
  const matching = contents.filter(({ vevent }) => matchesProperties(vevent, filter.properties));
  return multistatusResponse(await describeAll(scene, calendar, matching, query));
}

/** Answers a `calendar-multiget` (RFC 4791 7.9). Objects that are not there have a 404 of their own. */
async function answerMultiget(
  scene: Scene,
  calendar: PersonCalendar,
  root: XmlElement,
  query: ReportQuery,
): Promise<Response> {
  const hrefs = new Set(childrenOf(root, "href").map(({ text }) => text.trim()));
  const asked = [...hrefs].map((address) => ({ address, uid: uidOfHref(scene, calendar, address) ?? "" }));
  const uids = [...new Set(asked.map(({ uid }) => uid))];
  const { sql } = scene.deps;
  const found = await findObjects(sql, calendar.feed.id, scene.viewer.account.id, uids);
  const contents = uids.flatMap((uid) => found.get(uid) ?? []);
  const absent = asked.filter(({ uid }) => !found.has(uid)).map(({ address }) => absentResponse(address));
  return multistatusResponse([...(await describeAll(scene, calendar, contents, query)), ...absent]);
}

function uidOfHref(scene: Scene, calendar: PersonCalendar, text: string): string | null {
  const path = /^https?:\/\/[^/]*(\/.*)$/i.exec(text)?.[1] ?? text;
  const address = readAddress(path);
  const own = address?.kind === "object" && address.user === scene.user && address.feedId === calendar.feed.id;
  return own ? uidOfName(address.name) : null;
}

/** Answers a report of the inbox, which is always empty. */
function answerInboxReport(kind: ReportKind): Response {
  if (kind === "sync-collection") return multistatusResponse([], dav("sync-token", emptyToken));
  return kind === "calendar-query" || kind === "calendar-multiget"
    ? multistatusResponse([])
    : refusalResponse("supported-report");
}

import { escapeXml, type XmlElement } from "../../src/caldav/xml.ts";
import { formOf } from "./etag.ts";
import type { Stored } from "./shelf.ts";
import { forbiddenHome, home, principal, type Site } from "./site.ts";

/** One member of a multistatus: what was asked of a resource, as far as it has it. */
export function member(site: Site, path: string, asked: readonly XmlElement[], stored?: Stored): string {
  const known = properties(site, path, stored);
  const tag = ({ space, name }: XmlElement, content: string | null): string =>
    content === null || content === ""
      ? `<x:${name} xmlns:x="${space}"/>`
      : `<x:${name} xmlns:x="${space}">${content}</x:${name}>`;
  const found = asked.filter(({ name }) => known[name] !== undefined).map((one) => tag(one, known[one.name] ?? ""));
  const lacking = asked.filter(({ name }) => known[name] === undefined).map((one) => tag(one, null));
  const stat = (tags: readonly string[], status: string): string =>
    tags.length === 0
      ? ""
      : `<D:propstat><D:prop>${tags.join("")}</D:prop><D:status>HTTP/1.1 ${status}</D:status></D:propstat>`;
  return `<D:response><D:href>${escapeXml(hrefOf(site, path))}</D:href>${stat(found, "200 OK")}${stat(lacking, "404 Not Found")}</D:response>`;
}

/** A member that is not there. */
export function absent(site: Site, path: string, status = "404 Not Found"): string {
  return `<D:response><D:href>${escapeXml(hrefOf(site, path))}</D:href><D:status>HTTP/1.1 ${status}</D:status></D:response>`;
}

function hrefOf({ quirks, origin }: Site, path: string): string {
  const told = quirks.bareCollections ? path.replace(/\/$/, "") : path;
  switch (quirks.hrefs) {
    case "path":
      return told;
    case "absolute":
      return origin + told;
    case "http":
      return origin.replace("https:", "http:") + told;
    case "inside":
      return `http://caldav:5232${told}`;
    case "doubled":
      return told.replaceAll("/", "//");
    case "dotted":
      return told.replace("/dav/", "/dav/./x/../");
    case "escaped":
      return told.replace("alice", "%61l%69ce").replace("work", "w%6Frk");
    case "elsewhere":
      return told.replace("/dav/calendars", "/caldav/users");
  }
}

/** Properties of a resource by name, as XML. */
function properties(site: Site, path: string, stored?: Stored): Record<string, string> {
  const { quirks, origin, shelves } = site;
  if (stored !== undefined) {
    return {
      resourcetype: "",
      getcontenttype: "text/calendar",
      "calendar-data": escapeXml(stored.body),
      ...(quirks.etagForm !== "none" && { getetag: escapeXml(formOf(quirks, stored.etag)) }),
    };
  }
  const shelf = shelves.get(path);
  const hidden =
    quirks.hrefs === "inside" ? "http://caldav:5232" : quirks.hrefs === "http" ? origin.replace("https:", "http:") : "";
  const linked = (to: string): string => `<D:href>${hidden}${to}</D:href>`;
  const common = { "current-user-principal": linked(principal), owner: linked(principal) };
  if (shelf === undefined) {
    return {
      ...common,
      resourcetype: "<D:collection/>",
      ...(path === principal && {
        "calendar-home-set":
          (quirks.forbiddenHome ? linked(forbiddenHome) : "") +
          linked(quirks.bareCollections ? home.slice(0, -1) : home),
      }),
    };
  }
  const ctag = shelf.ctag();
  const rights = quirks.readOnly ? ["read"] : quirks.privileges;
  return {
    ...common,
    resourcetype: shelf.plain ? "<D:collection/>" : "<D:collection/><C:calendar/>",
    displayname: escapeXml(site.quirks.escapesNames ? escapeXml(shelf.name) : shelf.name),
    "calendar-color": "#336699FF",
    "supported-calendar-component-set": shelf.components.map((name) => `<C:comp name="${name}"/>`).join(""),
    ...(rights !== null && {
      "current-user-privilege-set": rights.map((right) => `<D:privilege><D:${right}/></D:privilege>`).join(""),
    }),
    ...(ctag !== null && { getctag: ctag }),
    ...(quirks.sync && { "sync-token": shelf.token() }),
    ...(quirks.maxBytes !== null && { "max-resource-size": String(quirks.maxBytes) }),
  };
}

import { escapeXml, type XmlElement } from "../../src/caldav/xml.ts";
import { formOf } from "./etag.ts";
import type { Stored } from "./shelf.ts";
import { home, principal, type Site } from "./site.ts";

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
  return quirks.absoluteHrefs ? origin + path : path;
}

/** Properties of a resource by name, as XML. */
function properties(site: Site, path: string, stored?: Stored): Record<string, string> {
  const { quirks, shelves } = site;
  if (stored !== undefined) {
    return {
      resourcetype: "",
      getcontenttype: "text/calendar",
      "calendar-data": escapeXml(stored.body),
      ...(quirks.etagForm !== "none" && { getetag: escapeXml(formOf(quirks, stored.etag)) }),
    };
  }
  const shelf = shelves.get(path);
  const common = {
    "current-user-principal": `<D:href>${principal}</D:href>`,
    owner: `<D:href>${principal}</D:href>`,
  };
  if (shelf === undefined) {
    return {
      ...common,
      resourcetype: "<D:collection/>",
      ...(path === principal && { "calendar-home-set": `<D:href>${home}</D:href>` }),
    };
  }
  const ctag = shelf.ctag();
  const rights = quirks.readOnly ? ["read"] : ["read", "write", "write-content", "bind", "unbind"];
  return {
    ...common,
    resourcetype: "<D:collection/><C:calendar/>",
    displayname: escapeXml(shelf.name),
    "calendar-color": "#336699FF",
    "supported-calendar-component-set": shelf.components.map((name) => `<C:comp name="${name}"/>`).join(""),
    "current-user-privilege-set": rights.map((right) => `<D:privilege><D:${right}/></D:privilege>`).join(""),
    ...(ctag !== null && { getctag: ctag }),
    ...(quirks.sync && { "sync-token": shelf.token() }),
    ...(quirks.maxBytes !== null && { "max-resource-size": String(quirks.maxBytes) }),
  };
}

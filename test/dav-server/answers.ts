import { caldavSpace, calendarServerSpace, escapeXml } from "../../src/caldav/xml.ts";

/** An answer in words, or without any. */
export function plain(status: number, body: string | null, headers: Record<string, string> = {}): Response {
  return new Response(status === 204 ? null : body, { status, headers });
}

/** 207 with these members. */
export function multistatus(members: string): Response {
  const xml = `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:" xmlns:C="${caldavSpace}" xmlns:S="${calendarServerSpace}">${members}</D:multistatus>`;
  return new Response(xml, { status: 207, headers: { "Content-Type": "application/xml; charset=utf-8" } });
}

/** The same multistatus in ISO-8859-1; any other answer as it is. */
export async function inLatin(response: Response): Promise<Response> {
  if (response.status !== 207) return response;
  const text = await response.text();
  const bytes = Uint8Array.from(text.replace("utf-8", "iso-8859-1"), (letter) => letter.charCodeAt(0));
  return new Response(bytes, { status: 207, headers: { "Content-Type": "application/xml; charset=ISO-8859-1" } });
}

const caldavConditions = new Set([
  "no-uid-conflict",
  "valid-calendar-data",
  "supported-calendar-component",
  "unique-scheduling-object-resource",
  "max-resource-size",
]);

/** The element of a precondition that failed; "" for none. */
export function errorOf(condition: string, href: string): string {
  if (condition === "") return "";
  const prefix = caldavConditions.has(condition) ? "C" : "D";
  const inner = href === "" ? "" : `<D:href>${escapeXml(href)}</D:href>`;
  return `<D:error xmlns:D="DAV:" xmlns:C="${caldavSpace}"><${prefix}:${condition}>${inner}</${prefix}:${condition}></D:error>`;
}

/** An answer whose body is the precondition that failed. */
export function denied(status: number, condition: string, href = ""): Response {
  return new Response(`<?xml version="1.0" encoding="utf-8"?>${errorOf(condition, href)}`, {
    status,
    headers: { "Content-Type": "application/xml; charset=utf-8" },
  });
}

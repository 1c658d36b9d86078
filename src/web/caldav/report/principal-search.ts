import { childrenOf, type XmlElement } from "../../../caldav/xml.ts";
import { personName } from "../../../account/person-name.ts";
import { hrefOf } from "../address.ts";
import { describeResource } from "../properties.ts";
import { readPropertyRequest } from "../propfind.ts";
import { multistatusResponse, xmlResponse } from "../responses.ts";
import type { Scene } from "../scene.ts";
import { xmlDocument } from "../xml.ts";

/**
 * Answers a `principal-property-search` (RFC 3744 9.4) or asks for what can be searched (9.5): nobody finds anybody but
 * themselves, by name or address.
 */
export function answerPrincipalSearch(scene: Scene, root: XmlElement): Response {
  if (root.name === "principal-search-property-set") {
    return xmlResponse(200, xmlDocument("", "D:principal-search-property-set"));
  }
  const wanted = childrenOf(root, "property-search").flatMap((search) => childrenOf(search, "match"));
  const known = `${personName(scene.viewer.account)}\n${scene.attendee}`.toLowerCase();
  const found = wanted.length > 0 && wanted.every(({ text }) => known.includes(text.trim().toLowerCase()));
  if (!found) return multistatusResponse([]);
  const request = readPropertyRequest(root);
  const address = hrefOf({ kind: "principal", user: scene.user });
  return multistatusResponse([describeResource(scene, { kind: "principal" }, address, request, false)]);
}

import { childrenOf, davSpace, type XmlElement } from "../../caldav/xml.ts";
import { AppError } from "../../errors.ts";
import { listObjects } from "../../store/objects.ts";
import { objectWriter } from "./describe.ts";
import { describeResource, type PropertyRequest, readPropertyNames } from "./properties.ts";
import { listPersonCalendars } from "./resources.ts";
import { multistatusResponse, refusalResponse, unavailableResponse } from "./responses.ts";
import { hrefOfResource, type Resource, type Scene } from "./scene.ts";

/** Reads which properties a PROPFIND asks for (RFC 4918 14.20); an empty body asks for all. Throws `bad_input`. */
function readPropfind(root: XmlElement | null): PropertyRequest {
  if (root === null) return { kind: "allprop" };
  if (root.name !== "propfind" || root.space !== davSpace) throw new AppError("bad_input", "the body is no propfind");
  return readPropertyRequest(root);
}

/**
 * Reads which properties an element asks for by `prop`, `allprop` or `propname`; without one, by none. Throws `too_large`, as
 * `readPropertyNames` does.
 */
export function readPropertyRequest(element: XmlElement): PropertyRequest {
  const [prop] = childrenOf(element, "prop");
  if (prop !== undefined) return { kind: "prop", names: readPropertyNames(prop.children) };
  if (childrenOf(element, "propname").length > 0) return { kind: "propname" };
  return childrenOf(element, "allprop").length > 0 ? { kind: "allprop" } : { kind: "prop", names: [] };
}

/** Returns true when a request prefers an answer without properties that are not there (RFC 8144 2.1, and Apple's `Brief`). */
export function prefersMinimal(headers: Headers): boolean {
  const brief = headers.get("Brief")?.trim().toLowerCase() === "t";
  return brief || /(?:^|,)\s*return\s*=\s*"?minimal"?\s*(?:[,;]|$)/i.test(headers.get("Prefer") ?? "");
}

/** Answers a PROPFIND (RFC 4918 9.1) of depth 0 or 1. One without a depth means every depth, and is answered as 0. */
export async function answerPropfind(
  scene: Scene,
  resource: Resource,
  headers: Headers,
  root: XmlElement | null,
): Promise<Response> {
  const depth = headers.get("Depth")?.trim().toLowerCase() ?? "0";
  if (depth === "infinity") return refusalResponse("propfind-finite-depth", "Ask for depth 0 or 1.");
  if (depth !== "0" && depth !== "1") throw new AppError("bad_input", "the depth is neither 0 nor 1");
  const query = { request: readPropfind(root), minimal: prefersMinimal(headers) };
  const describe = (one: Resource): string =>
    describeResource(scene, one, hrefOfResource(scene, one), query.request, query.minimal);
  if (depth === "0") return multistatusResponse([describe(resource)]);
  if (resource.kind !== "calendar") {
    return multistatusResponse([resource, ...(await listMembers(scene, resource))].map(describe));
  }
  const { calendar } = resource;
  if (calendar.feed.state === "loading") return unavailableResponse();
  const write = objectWriter(scene, calendar, query);
  const objects = await listObjects(scene.deps.sql, calendar.feed.id, scene.viewer.account.id, calendar.touchedAt > 0);
  return multistatusResponse([describe(resource), ...objects.map((object) => write(object))]);
}

async function listMembers(scene: Scene, resource: Resource): Promise<Resource[]> {
  switch (resource.kind) {
    case "root":
      return [{ kind: "principals" }, { kind: "homes" }];
    case "principals":
      return [{ kind: "principal" }];
    case "homes":
      return [{ kind: "home" }];
    case "home": {
      const calendars = await listPersonCalendars(scene);
      return [
        ...calendars.map((calendar) => ({ kind: "calendar", calendar }) as const),
        { kind: "inbox" },
        { kind: "outbox" },
      ];
    }
    default:
      return [];
  }
}

import { appleSpace, childrenOf, davSpace, type XmlElement } from "../../caldav/xml.ts";
import { AppError } from "../../errors.ts";
import { chooseForCalendar } from "../../store/calendars.ts";
import { propstat, readPropertyNames } from "./properties.ts";
import { multistatusResponse } from "./responses.ts";
import { hrefOfResource, type Resource, type Scene } from "./scene.ts";
import { dav, element, href, type XmlName } from "./xml.ts";

/**
 * Answers a PROPPATCH (RFC 4918 9.2), always with 207: a bare refusal makes Apple's programs stop. Keeps the colour and the
 * order that a person gives their calendar, alone for them. Everything else is refused inside, and nothing is kept then:
 * what is asked for is done whole or not at all. Throws `too_large`, as `readPropertyNames` does.
 */
export async function answerProppatch(scene: Scene, resource: Resource, root: XmlElement | null): Promise<Response> {
  if (root === null || root.name !== "propertyupdate" || root.space !== davSpace) {
    throw new AppError("bad_input", "the body is no propertyupdate");
  }
  const changes = root.children.flatMap((change) =>
    childrenOf(change, "prop").flatMap(({ children }) =>
      children.map((property) => ({ property, choice: readChoice(resource, change.name, property) })),
    ),
  );
  readPropertyNames(changes.map(({ property }) => property));
  const refused = changes.filter(({ choice }) => choice === null);
  if (refused.length === 0 && resource.kind === "calendar") {
    const { deps, viewer } = scene;
    for (const { choice } of changes) {
      if (choice === null) continue;
      await chooseForCalendar(deps.sql, viewer.account.id, resource.calendar.feed.id, choice.colour, choice.place);
    }
  }
  const names = (of: typeof changes): string[] => of.map(({ property }) => element(nameOf(property), ""));
  const done = changes.filter(({ choice }) => choice !== null);
  return multistatusResponse([
    dav(
      "response",
      href(hrefOfResource(scene, resource)) +
        (done.length > 0 ? propstat(names(done), refused.length > 0 ? "424 Failed Dependency" : "200 OK") : "") +
        (refused.length > 0 ? propstat(names(refused), "403 Forbidden") : ""),
    ),
  ]);
}

function nameOf({ space, name }: XmlElement): XmlName {
  return { space, name };
}

/** Reads what a property of a calendar becomes; null for what may not be changed. Removing one gives back what the feed has. */
function readChoice(
  resource: Resource,
  change: string,
  { space, name, text }: XmlElement,
): { readonly colour: string | null; readonly place: number | null } | null {
  if (resource.kind !== "calendar" || space !== appleSpace) return null;
  const value = change === "remove" ? "" : text.trim();
  if (name === "calendar-color" && /^(?:#[0-9a-f]{6}(?:[0-9a-f]{2})?)?$/i.test(value)) {
    return { colour: value.toUpperCase(), place: null };
  }
  if (name === "calendar-order" && /^\d{1,9}$/.test(value)) return { colour: null, place: Number(value) };
  return null;
}

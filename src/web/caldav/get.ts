import { joinFeedBytes } from "../../calendar/feed.ts";
import { withSignInLinks } from "../../feed/links.ts";
import { joinVevents } from "../../store/events.ts";
import type { ObjectContent } from "../../store/objects.ts";
import { formatHttpDate } from "../feed/conditional.ts";
import { isAnswerable, writeObject } from "./object-text.ts";
import { matchesIfNoneMatch } from "./preconditions.ts";
import { calendarResponse, plainResponse, unavailableResponse } from "./responses.ts";
import type { PersonCalendar, Resource, Scene } from "./scene.ts";
import { currentToken, objectTag } from "../../feed/sync-token.ts";

/** Answers GET and HEAD: the text of an object, or the whole calendar as its feed has it. Other collections are empty. */
export async function answerGet(
  scene: Scene,
  resource: Resource,
  content: ObjectContent | null,
  request: Request,
): Promise<Response> {
  if (resource.kind === "object") {
    if (content === null) return plainResponse(404, "");
    const tag = objectTag(resource.calendar, content);
    // KDE reads what it has answered for the ETag alone, and keeps what it sent as long as the ETag is the same.
    const told = scene.client === "KDE" && !isAnswerable(resource.calendar, content) ? {} : { ETag: tag };
    const headers = { ...told, "Last-Modified": formatHttpDate(content.rev) };
    return conditional(request, headers, tag, async () =>
      new TextEncoder().encode(await writeObject(scene, resource.calendar, content)),
    );
  }
  if (resource.kind !== "calendar") return plainResponse(200, "Calendar programs read what is here.\n");
  const { calendar } = resource;
  if (calendar.feed.state === "loading") return unavailableResponse();
  const tag = `"${currentToken(calendar).replaceAll(":", "-")}"`;
  const headers = { ETag: tag, "Last-Modified": formatHttpDate(calendar.feed.revisedAt) };
  return conditional(request, headers, tag, async () => writeCalendar(scene, calendar));
}

async function conditional(
  request: Request,
  headers: Record<string, string>,
  tag: string,
  write: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Response> {
  const known = request.headers.get("If-None-Match");
  if (known !== null && matchesIfNoneMatch(known, tag)) return plainResponse(304, "", headers);
  return calendarResponse(request.method, await write(), headers);
}

/** Returns the whole calendar; a link that lets its holder decide is for the feed's owner alone. */
async function writeCalendar({ deps }: Scene, { feed, standing }: PersonCalendar): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = await joinVevents(deps.sql, feed.id);
  if (standing !== "colleague" || feed.profile.decisions !== "signed") return joinFeedBytes(feed.profile, bytes);
  const relinked = await withSignInLinks(deps, feed, new TextDecoder().decode(bytes));
  return joinFeedBytes(feed.profile, new TextEncoder().encode(relinked));
}

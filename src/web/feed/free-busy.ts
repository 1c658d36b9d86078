import { renderFreeBusy } from "../../calendar/ical/free-busy.ts";
import { readFreeBusy } from "../../feed/free-busy.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { withDeadline } from "../../lib/deadline.ts";
import { hashSecret } from "../../security/secret.ts";
import { findAddress, findFeed } from "../../store/feeds.ts";
import { matchConditions } from "./conditional.ts";
import { noteUsed, report } from "./note-used.ts";
import { findRepresentation, isUnchanged } from "./representation.ts";
import { notModifiedResponse, okResponse, refusalResponse } from "./responses.ts";
import type { FeedDeps } from "./feed-deps.ts";

const deadlineMilliseconds = 5000;
/** Attempts to read a feed that changes while it is read. */
const readings = 4;

/**
 * Answers GET and HEAD for the free/busy address of a feed: its VFREEBUSY over the window that its events follow, 304, 404 or
 * 410. Never rejects, and fails with 404, after which programs ask again. `renderer` is the version of what is rendered.
 */
export async function serveFreeBusy(
  deps: FeedDeps,
  request: Request,
  secret: string,
  renderer: number,
): Promise<Response> {
  try {
    return await withDeadline(answer(deps, request, secret, renderer), () => deps.deadline(deadlineMilliseconds));
  } catch (error) {
    report(deps, "free_busy_failed", error);
    return refusalResponse(404, request.method, deps.config);
  }
}

async function answer(deps: FeedDeps, request: Request, secret: string, renderer: number): Promise<Response> {
  const { sql, config } = deps;
  const { method } = request;
  const hash = await hashSecret(secret);
  for (let reading = 0; reading < readings; reading++) {
    const address = await findAddress(sql, hash);
    const edition =
      address === null ? "hidden" : findRepresentation(address, renderer, epochSeconds(deps), config.endedDays);
    if (edition === "hidden") return refusalResponse(404, method, config);
    // What is taken is not known any more: better no answer than that all is free.
    if (edition === "gone" || edition.endedAt !== null) return refusalResponse(410, method, config);
    const feed = await findFeed(sql, edition.feed.id);
    if (feed === null) continue;
    const tag = `${edition.tag}-busy-${feed.windowAt}`;
    noteUsed(deps, request, edition, 0);
    if (matchConditions(request.headers, { tags: [tag], modifiedAt: edition.modifiedAt }) !== null) {
      return notModifiedResponse(config, edition, tag);
    }
    const known = await readFreeBusy(sql, feed);
    const after = await findFeed(sql, feed.id);
    if (after === null || !isUnchanged(edition.feed, after) || after.windowAt !== feed.windowAt) continue;
    if (known === null) return refusalResponse(404, method, config);
    const { periods, fromAt, toAt } = known;
    const stampAt = Math.max(feed.revisedAt, feed.windowAt);
    const text = renderFreeBusy(periods, { uid: `${feed.id}-busy`, stampAt, fromAt, toAt });
    const bytes = new TextEncoder().encode(text);
    const body = { bytes, gzip: false, plainBytes: bytes.byteLength, events: 0 };
    return okResponse(config, method, edition, tag, body, "ifb");
  }
  return refusalResponse(404, method, config);
}

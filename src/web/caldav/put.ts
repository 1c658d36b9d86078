import { readAnswer } from "../../calendar/ical/read-answer.ts";
import type { Action } from "../../calendar/profile.ts";
import { undecided } from "../../decision/ask-waldur.ts";
import { livePeriods } from "../../decision/beside.ts";
import { decide, findSame } from "../../decision/decide.ts";
import { codeOf } from "../../errors.ts";
import { findLocated } from "../../store/bookings/bookings.ts";
import type { ObjectContent } from "../../store/objects.ts";
import { noteRefusedWrite } from "../../store/refused-writes.ts";
import { texts } from "../../text/index.ts";
import { describeDecision, readWhatDiffers } from "../decision-outcome.ts";
import type { PageContext } from "../env.ts";
import { requestNetwork } from "../request/address.ts";
import { readRequestText } from "../request/body.ts";
import { hrefOf } from "./address.ts";
import { isAnswerable } from "./object-text.ts";
import { readPushDontNotify } from "./push.ts";
import { matchesIfMatch } from "./preconditions.ts";
import { maxBodyBytes } from "./read-body.ts";
import { findContent } from "./resources.ts";
import { plainResponse, refusalResponse } from "./responses.ts";
import type { PersonCalendar, Scene } from "./scene.ts";
import { objectTag } from "../../feed/sync-token.ts";

/** Milliseconds for which an event says that an answer was refused. */
const wordMilliseconds = 86_400_000;

const actions: Readonly<Record<string, Action>> = { ACCEPTED: "accept", DECLINED: "reject" };

/**
 * Answers a PUT (RFC 4791 5.3.2). One that changes nothing but the person's own PARTSTAT (RFC 6638 3.2.2) decides on the
 * booking as the pages do; every other is refused, and the program reads the object again. Nothing of the body is kept.
 */
export async function answerPut(
  c: PageContext,
  scene: Scene,
  calendar: PersonCalendar,
  name: string,
): Promise<Response> {
  const body = await readRequestText(c, maxBodyBytes).catch((error: unknown) => {
    if (codeOf(error) === "too_large") return "";
    throw error;
  });
  const content = await findContent(scene, calendar, name);
  const tag = content === null ? null : objectTag(calendar, content);
  const { headers } = c.req.raw;
  if (headers.has("If-None-Match") && content !== null) return plainResponse(412, "");
  const answer = content === null ? null : readOwnAnswer(scene, content, body);
  // Already applied (RFC 9110 13.1.1): from another device at once, or sent again since the answer to it was lost.
  if (content !== null && answer !== null && (await isRepeated(scene, calendar, content, answer))) {
    return plainResponse(204, "");
  }
  const match = headers.get("If-Match");
  if (match !== null && !matchesIfMatch(match, tag)) return plainResponse(412, "");
  // Evolution sends no If-Match: without one, SEQUENCE must be the present one, so that no old copy decides.
  const counts = answer !== null && (match !== null || answer.present);
  if (content === null || !counts || !isAnswerable(calendar, content)) return refuseWrite(scene, calendar, name);
  const action = actions[answer.partstat];
  if (action !== undefined) return answerDecision(c, scene, calendar, content, name, action);
  if (answer.partstat !== "TENTATIVE") return refuseWrite(scene, calendar, name);
  // Waldur knows no perhaps: the program is to show again that an answer is wanted.
  await touch(scene, calendar, name, "");
  return plainResponse(204, "");
}

interface OwnAnswer {
  readonly partstat: string;
  /** The body has the event's SEQUENCE. */
  readonly present: boolean;
}

/** Returns the person's own answer in a body that means the very event at the very time; null in any other. */
function readOwnAnswer(scene: Scene, { vevent }: ObjectContent, body: string): OwnAnswer | null {
  const own = [`mailto:${scene.attendee}`, hrefOf({ kind: "principal", user: scene.user }).toLowerCase()];
  const sent = readAnswer(body, own);
  const asked = readAnswer(`BEGIN:VCALENDAR\r\n${vevent}END:VCALENDAR\r\n`, []);
  const same =
    sent !== null && asked !== null && sent.uid === asked.uid && sent.start === asked.start && sent.end === asked.end;
  if (!same || sent.partstat === null) return null;
  return { partstat: sent.partstat, present: sent.sequence === asked.sequence };
}

/** Returns true when the person has just decided so, and the event asks no more. */
async function isRepeated(
  { deps, viewer }: Scene,
  calendar: PersonCalendar,
  content: ObjectContent,
  { partstat }: OwnAnswer,
): Promise<boolean> {
  const action = actions[partstat];
  if (action === undefined || !calendar.answerable || isAnswerable(calendar, content)) return false;
  return (await findSame(deps, { bookingUuid: content.bookingUuid, action, account: viewer.account })) !== null;
}

/** Decides as the pages do, on the periods that the event's booking has as stored. What is not done is told in a sentence, which the event shows for a day. */
async function answerDecision(
  c: PageContext,
  scene: Scene,
  calendar: PersonCalendar,
  { bookingUuid, startAt, endAt }: ObjectContent,
  name: string,
  action: Action,
): Promise<Response> {
  const { deps, viewer } = scene;
  const { feed } = calendar;
  const request = { bookingUuid, action, account: viewer.account, via: "caldav", feedId: feed.id } as const;
  const knowing = readPushDontNotify(scene, c.req.header("Push-Dont-Notify") ?? null);
  const stored = (await findLocated(deps.sql, [feed.sourceId], [bookingUuid])).get(bookingUuid);
  const answered = stored?.slots ?? [];
  // The event may be older than what is stored.
  const shown = livePeriods(answered).some(({ start, end }) => start === startAt && end === endAt);
  const decision = shown
    ? await decide(deps, { ...request, answered, address: requestNetwork(c), ...(knowing && { knowing }) })
    : undecided("moved");
  readWhatDiffers(deps, [decision]);
  if (decision.result === "done" || decision.result === "already") return plainResponse(204, "");
  const { text } = await describeDecision(deps, decision, request, feed.profile.language);
  await touch(scene, calendar, name, text);
  return refusalResponse("need-privileges", text);
}

/** Refuses a change of an object (RFC 3744 7.1.1), and has the person's programs read it again. */
export async function refuseWrite(scene: Scene, calendar: PersonCalendar, name: string): Promise<Response> {
  await touch(scene, calendar, name, "");
  const { caldav } = texts[calendar.feed.profile.language];
  return refusalResponse("need-privileges", calendar.answerable ? caldav.onlyAnswers : caldav.onlyReading);
}

async function touch({ deps, viewer }: Scene, { feed }: PersonCalendar, name: string, word: string): Promise<void> {
  if (!/^[\w.@%+~ -]{1,200}$/.test(name)) return;
  const now = Math.floor(deps.now());
  const object = { feedId: feed.id, accountId: viewer.account.id, name };
  await noteRefusedWrite(deps.sql, object, word, now, now + wordMilliseconds);
}

import { Hono } from "hono";
import { findVisibleBookings, listBookingSources, type VisibleBooking } from "../../../account/access.ts";
import { readHomeport } from "../../../account/site.ts";
import { dayOf, startOfDate } from "../../../calendar/window.ts";
import { epochSeconds } from "../../../lib/clock.ts";
import { acceptMany } from "../../../decision/accept-many.ts";
import { livePeriods } from "../../../decision/beside.ts";
import { type InboxRequest, readInbox } from "../../../decision/inbox.ts";
import type { LocatedRow } from "../../../store/bookings/bookings.ts";
import { listFeeds } from "../../../store/feeds.ts";
import type { InboxOrder } from "../../../store/bookings/inbox.ts";
import { texts } from "../../../text/index.ts";
import { requestNetwork } from "../../request/address.ts";
import { describeDecision, type DecisionOutcome, readWhatDiffers } from "../../decision-outcome.ts";
import type { Env, PageContext } from "../../env.ts";
import { fieldValue } from "../../request/forms.ts";
import type { Notice } from "../../notice.ts";
import { listComplaints } from "../complaints.ts";
import { noticeChange } from "../seen.tsx";
import { readTick } from "./tick.ts";
import { type InboxView, readInboxView } from "./view.ts";
import { pageLanguage, pageTimes, readFormFields, renderPage, signedIn } from "../page-context.tsx";
import { readDate } from "../../../text/times.ts";
import { InboxPage, type InboxProps, type Reported } from "../views/inbox.tsx";

/** Pages stay small: the rest is on the next. */
const pageSize = 15;
/** One answer to many requests takes its time at Waldur: the rest is left for another click. */
const mostAtOnce = 20;

/** Returns the routes of the first page, and of the answer to many requests at once. */
export function inboxRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/", signedIn, async (c) => showInbox(c, readInboxView(new URL(c.req.url).searchParams)))
    .get("/bookings/accept", signedIn, (c) => c.redirect("/", 303))
    .post("/bookings/accept", signedIn, async (c) => acceptTicked(c));
}

/** The change made just before a page is shown. */
interface Done {
  /** The request as it stood before its answer, and what became of it. */
  readonly answered?: { readonly before: LocatedRow; readonly outcome: Notice };
  readonly report?: NonNullable<InboxProps["report"]>;
}

/** Answers with a page of the inbox. */
export async function showInbox(
  c: PageContext,
  asked: InboxView,
  { answered, report }: Done = {},
  status: DecisionOutcome["status"] = 200,
): Promise<Response> {
  const { viewer } = c.var;
  const language = pageLanguage(c);
  const times = pageTimes(c);
  const [from, to] = [readDate(asked.from), readDate(asked.to)];
  const search = {
    ...asked,
    offeringUuid: asked.offering === "" ? null : asked.offering,
    fromAt: from === null ? null : startOfDate(times.zone, from),
    toAt: to === null ? null : startOfDate(times.zone, to.plus({ days: 1 })),
    limit: pageSize,
    offset: (asked.page - 1) * pageSize,
  };
  const inbox = await readInbox(c.env, viewer, search, (at) => dayOf(times.zone, at));
  // The last one of a page may just have been answered.
  if (inbox.requests.length === 0 && asked.page > 1) {
    return showInbox(
      c,
      { ...asked, page: asked.page - 1 },
      { ...(answered && { answered }), ...(report && { report }) },
      status,
    );
  }
  const complaints = await listComplaints(c);
  const homeport = await readHomeport(c.env);
  const { loading, makeFirst } = await findBeginnings(c);
  // There is nothing to lose while nothing is shown: the page opens itself again, without script.
  if (loading.length > 0 && inbox.total === 0) c.header("Refresh", "3; url=/");
  return renderPage(
    c,
    texts[language].inbox.title,
    (nonce) => (
      <InboxPage
        {...{ language, nonce, viewer, times, homeport, complaints, inbox, pageSize, loading, makeFirst }}
        view={{ ...asked, part: inbox.part }}
        nowAt={epochSeconds(c.env)}
        report={report ?? null}
        answered={
          answered === undefined
            ? null
            : {
                uuid: answered.before.booking.uuid,
                name: answered.before.booking.name,
                notice: answered.outcome,
                place: placeOf(answered.before, inbox.requests, inbox.order),
              }
        }
      />
    ),
    status,
  );
}

/** Returns the number of requests that come before a booking in this order. */
function placeOf(one: LocatedRow, requests: readonly InboxRequest[], order: InboxOrder): number {
  const { uuid } = one.booking;
  const key = ({ booking, slots }: Pick<LocatedRow, "booking" | "slots">): number =>
    order === "age" ? booking.createdMicros : (livePeriods(slots)[0]?.start ?? 0) * (order === "latest" ? -1 : 1);
  return requests.filter((other) => key(other) < key(one) || (key(other) === key(one) && other.booking.uuid < uuid))
    .length;
}

/** Returns the names of lists that are not read yet, and where somebody without a calendar makes the first. */
async function findBeginnings(c: PageContext): Promise<{ loading: string[]; makeFirst: string }> {
  const sources = await listBookingSources(c.env, c.var.viewer);
  const loading = sources.filter(({ source }) => source.loadedAt === null).map(({ source }) => source.name);
  const own = sources.filter(({ standing }) => standing === "owner").map(({ source }) => source);
  const feeds = await listFeeds(
    c.env.sql,
    own.map(({ id }) => id),
  );
  if (feeds.some(({ state }) => state !== "ended")) return { loading, makeFirst: "" };
  const providers = sources.filter(({ source }) => source.kind === "provider");
  const uuids = [...new Set(providers.map(({ source }) => source.scopeUuid))];
  const makeFirst = uuids.length === 1 ? `/feeds/new?kind=provider&uuid=${uuids.join("")}` : "/calendars";
  return { loading, makeFirst };
}

/** Accepts the ticked requests, as far as a run goes, and reports on each that was not accepted. */
async function acceptTicked(c: PageContext): Promise<Response> {
  const fields = await readFormFields(c);
  const view = readInboxView(new URLSearchParams(fieldValue(fields, "back")));
  const ticked = new Map((fields.get("uuid") ?? []).map((tick) => [readTick(tick).uuid, tick]));
  const uuids = [...ticked.keys()].slice(0, mostAtOnce);
  const { viewer } = c.var;
  const language = pageLanguage(c);
  const words = texts[language].inbox;
  if (uuids.length === 0) {
    return showInbox(c, view, { report: { accepted: 0, failed: [], left: [], hint: words.noneTicked } });
  }
  const found = await findVisibleBookings(c.env, viewer, uuids);
  const located = uuids.map((uuid) => found.get(uuid)).filter((one): one is VisibleBooking => one !== undefined);
  const { account } = viewer;
  const request = { account, via: "sign-in", feedId: "", address: requestNetwork(c) } as const;
  const failed: Reported[] = [];
  const unchanged: LocatedRow[] = [];
  for (const { known } of located) {
    const { times } = readTick(ticked.get(known.booking.uuid) ?? "");
    const now = { periods: livePeriods(known.slots), beside: [] };
    const notice = noticeChange({ times, beside: "" }, { action: "accept", account }, now, language);
    if (notice === null) unchanged.push(known);
    else failed.push({ name: known.booking.name, notice, overlaps: [], over: false });
  }
  const { decided, left } = await acceptMany(c.env, unchanged, request);
  readWhatDiffers(
    c.env,
    decided.flatMap((one) => ("decision" in one ? [one.decision] : [])),
  );
  let accepted = 0;
  for (const one of decided) {
    const { name } = one.asked.booking;
    if ("caution" in one) {
      const { overlaps, time } = one.caution;
      failed.push({ name, notice: null, overlaps, over: time === "over" });
      continue;
    }
    const outcome = await describeDecision(c.env, one.decision, { action: "accept", account }, language);
    if (outcome.tone === "good") accepted += 1;
    else failed.push({ name, notice: outcome, overlaps: [], over: false });
  }
  const rest = [...left.map(({ booking }) => booking.uuid), ...[...ticked.keys()].slice(mostAtOnce)];
  const ticks = rest.map((uuid) => ticked.get(uuid) ?? uuid);
  return showInbox(c, view, { report: { accepted, failed, left: ticks, hint: "" } });
}

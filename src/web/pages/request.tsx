import { Hono } from "hono";
import { findVisibleBooking, type VisibleBooking } from "../../account/access.ts";
import { type Action, actions } from "../../calendar/profile.ts";
import { isDecidable, bookingStatus } from "../../calendar/status.ts";
import { livePeriods } from "../../decision/beside.ts";
import { type Caution, findCautions, isClear } from "../../decision/caution.ts";
import { loadPageData } from "../../decision/page-data.ts";
import { offeredActions, rejectRight } from "../../decision/rights.ts";
import { AppError } from "../../errors.ts";
import { texts } from "../../text/index.ts";
import { actsForProvider } from "../../waldur/roles.ts";
import { decideBooking, type DecisionOutcome } from "../decision-outcome.ts";
import type { Env, PageContext } from "../env.ts";
import { fieldValue } from "../request/forms.ts";
import type { Notice } from "../notice.ts";
import { showInbox } from "./inbox/inbox.tsx";
import { inboxQuery, type InboxView, readInboxView } from "./inbox/view.ts";
import { pageLanguage, pageTimes, readFormFields, renderPage, signedIn } from "./page-context.tsx";
import { noticeChange, readSeen } from "./seen.tsx";
import { bookingName } from "./views/parts/request-card.tsx";
import { ConfirmPage, RequestPage } from "./views/request.tsx";

/** Returns the routes of the page of one booking, and of its answers: the second step, and the answer itself. */
export function requestRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/bookings/:uuid/:action{accept|reject}", signedIn, async (c) => {
      const seen = await findVisibleBooking(c.env, c.var.viewer, c.req.param("uuid"));
      const view = readInboxView(new URLSearchParams(c.req.query("back") ?? ""));
      return confirm(c, seen, asAction(c), view, await findCaution(c, seen), null);
    })
    .post("/bookings/:uuid/:action{accept|reject}", signedIn, async (c) => answer(c, c.req.param("uuid"), asAction(c)))
    .get("/bookings/:uuid", signedIn, async (c) => {
      const seen = await findVisibleBooking(c.env, c.var.viewer, c.req.param("uuid"));
      return showRequest(c, seen, null);
    });
}

function asAction(c: PageContext): Action {
  const action = actions.find((known) => known === c.req.param("action"));
  if (action === undefined) throw new AppError("not_found", "there is no such action");
  return action;
}

async function findCaution(c: PageContext, { known }: VisibleBooking): Promise<Caution> {
  const caution = (await findCautions(c.env, [known])).get(known.booking.uuid);
  return caution ?? { overlaps: [], time: "ahead" };
}

/** Shows the second step: what will happen, and the button that does it. */
async function confirm(
  c: PageContext,
  { known }: VisibleBooking,
  action: Action,
  view: InboxView,
  caution: Caution,
  changed: Notice | null,
): Promise<Response> {
  const { account } = c.var.viewer;
  const language = pageLanguage(c);
  const open = isDecidable(bookingStatus(known)) && caution.time !== "over";
  const name = bookingName(known.booking.name, language);
  const offered = open && offeredActions(c.env, account, known.booking).includes(action);
  return renderPage(
    c,
    name,
    (nonce) => (
      <ConfirmPage
        {...{ language, nonce, known, action, caution, changed, name, offered }}
        reject={rejectRight(c.env, account, known.booking)}
        times={pageTimes(c)}
        query={inboxQuery(view, { page: view.page })}
        acts={actsForProvider(account, known.booking)}
      />
    ),
    changed === null ? 200 : 409,
  );
}

/** Answers a request, or asks first where one click is not enough. */
async function answer(c: PageContext, uuid: string, action: Action): Promise<Response> {
  const fields = await readFormFields(c);
  const { viewer } = c.var;
  const seen = await findVisibleBooking(c.env, viewer, uuid);
  const view = readInboxView(new URLSearchParams(fieldValue(fields, "back")));
  const { slots } = seen.known;
  const about = { bookingUuid: uuid, action, account: viewer.account, via: "sign-in", feedId: "" } as const;
  const request = { ...about, answered: slots };
  const caution = await findCaution(c, seen);
  const now = { periods: livePeriods(slots), beside: caution.overlaps };
  const changed = noticeChange(readSeen(fields), request, now, pageLanguage(c));
  const sure = fieldValue(fields, "sure") === "yes" || (action === "accept" && isClear(caution));
  if (changed !== null || !sure) return confirm(c, seen, action, view, caution, changed);
  const outcome = await decideBooking(c, request, pageLanguage(c));
  if (fieldValue(fields, "on") !== "request") {
    return showInbox(c, view, { answered: { before: seen.known, outcome } }, outcome.status);
  }
  return showRequest(c, await findVisibleBooking(c.env, viewer, uuid), outcome, outcome.status);
}

async function showRequest(
  c: PageContext,
  { known, source }: VisibleBooking,
  notice: Notice | null,
  status: DecisionOutcome["status"] = 200,
): Promise<Response> {
  const { account } = c.var.viewer;
  const language = pageLanguage(c);
  const data = await loadPageData(c.env, { known, source, kind: "sign-in", account }, account);
  const caution = await findCaution(c, { known, source, standing: "owner" });
  const name = bookingName(known.booking.name, language);
  const offered = data.standing === "open" ? offeredActions(c.env, account, known.booking) : [];
  return renderPage(
    c,
    `${name} – ${texts[language].decision.page}`,
    (nonce) => (
      <RequestPage
        {...{ language, nonce, data, notice, name, offered }}
        clear={isClear(caution)}
        zone={pageTimes(c).zone}
        acts={actsForProvider(account, known.booking)}
      />
    ),
    status,
  );
}

import { Hono } from "hono";
import type { Env, PageContext } from "../env.ts";
import { codeOf } from "../../errors.ts";
import { scheduleRoutes } from "./schedule/schedule.tsx";
import { brandRoutes } from "./brand.ts";
import { calendarsRoutes } from "./calendars.tsx";
import { connectRoutes } from "./connect/connect.tsx";
import type { Viewer } from "../../account/access.ts";
import { readLimit } from "../../feed/quota.ts";
import { errorJson } from "../error-json.ts";
import { decisionRoutes } from "./decision.tsx";
import { feedPageRoutes } from "./feed.tsx";
import { googleRoutes } from "./connect/google.tsx";
import { historyRoutes } from "./history.tsx";
import { inboxRoutes } from "./inbox/inbox.tsx";
import { mailboxesRoutes } from "./mailboxes.tsx";
import { noticesRoutes } from "./notices.tsx";
import { requestRoutes } from "./request.tsx";
import { pageHeaders } from "../page-headers.ts";
import { programsRoutes } from "./programs/programs.tsx";
import { signInRoutes } from "./sign-in.tsx";
import { targetPageRoutes } from "./target.tsx";
import { type FailureProps, FailureView } from "./views/parts/failure.tsx";
import { pageLanguage, renderBarePage } from "./page-context.tsx";
import { type Fields, isOwnForm, readForm } from "../request/forms.ts";
import { nextPath } from "../session/next-path.ts";
import { webhookRoutes } from "./webhooks.tsx";
import { wishesRoutes } from "./wishes.tsx";
import { texts } from "../../text/index.ts";

/** Returns the routes of all pages. To be added last: whatever is at no other address gets the headers of a page. */
export function pageRoutes(): Hono<Env> {
  return new Hono<Env>()
    .route("/", brandRoutes())
    .use(pageHeaders)
    .route("/", decisionRoutes())
    .route("/", signInRoutes())
    .route("/", inboxRoutes())
    .route("/", requestRoutes())
    .route("/", calendarsRoutes())
    .route("/", feedPageRoutes())
    .route("/", connectRoutes())
    .route("/", googleRoutes())
    .route("/", targetPageRoutes())
    .route("/", scheduleRoutes())
    .route("/", historyRoutes())
    .route("/", noticesRoutes())
    .route("/", mailboxesRoutes())
    .route("/", webhookRoutes())
    .route("/", programsRoutes())
    .route("/", wishesRoutes());
}

/** Answers with a failure as a page. */
export async function renderFailure(c: PageContext, error: unknown): Promise<Response> {
  const language = pageLanguage(c);
  const requestId = c.get("requestId");
  const { status } = errorJson(error, requestId);
  const code = isRefused(c) && codeOf(error) === "not_found" ? "waldur_refused_token" : (codeOf(error) ?? "internal");
  const signsIn = code === "unauthorized" || code === "waldur_refused_token";
  const sent = signsIn || status >= 500 ? await findSent(c) : null;
  return renderBarePage(
    c,
    texts[language].common.failed,
    <FailureView
      {...{ language, code, requestId, signsIn, sent }}
      path={nextPath(c.req.url)}
      limit={readLimit(error)}
    />,
    status,
  );
}

/** Returns true for somebody who sees next to nothing, since Waldur does not take their token. */
function isRefused(c: PageContext): boolean {
  const viewer: Viewer | undefined = c.get("viewer");
  return viewer !== undefined && !viewer.operator && viewer.account.refusedAt !== null;
}

/** Returns what a form of ours sent, without its secrets, to be sent again once that works; null for another request. */
async function findSent(c: PageContext): Promise<FailureProps["sent"]> {
  if (c.req.method !== "POST" || !isOwnForm(c)) return null;
  const known: Fields | undefined = c.get("sent");
  const fields = known ?? (await readForm(c).catch(() => null));
  if (fields === null || fields.size === 0) return null;
  return [...fields].filter(([name]) => !secretFields.has(name));
}

/** Fields that no page shows again. */
const secretFields: ReadonlySet<string> = new Set(["token", "password"]);

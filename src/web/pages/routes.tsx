import { Hono } from "hono";
import type { Env, PageContext } from "../env.ts";
import { codeOf } from "../../errors.ts";
import { agendaRoutes } from "./agenda.tsx";
import { brandRoutes } from "./brand.ts";
import { connectRoutes } from "./connect.tsx";
import { errorJson } from "../error-json.ts";
import { decisionRoutes } from "./decision.tsx";
import { feedPageRoutes } from "./feed.tsx";
import { googleRoutes } from "./google.tsx";
import { historyRoutes } from "./history.tsx";
import { overviewRoutes } from "./overview.tsx";
import { pageHeaders } from "../page-headers.ts";
import { signInRoutes } from "./sign-in.tsx";
import { targetPageRoutes } from "./target.tsx";
import { FailureView } from "./views/failure.tsx";
import { pageLanguage, renderBarePage } from "./page-context.tsx";
import { texts } from "../../text/index.ts";

/** Returns the routes of all pages. To be added last: whatever is at no other address gets the headers of a page. */
export function pageRoutes(): Hono<Env> {
  return new Hono<Env>()
    .route("/", brandRoutes())
    .use(pageHeaders)
    .route("/", decisionRoutes())
    .route("/", signInRoutes())
    .route("/", overviewRoutes())
    .route("/", feedPageRoutes())
    .route("/", connectRoutes())
    .route("/", googleRoutes())
    .route("/", targetPageRoutes())
    .route("/", agendaRoutes())
    .route("/", historyRoutes());
}

/** Answers with a failure as a page. */
export async function renderFailure(c: PageContext, error: unknown): Promise<Response> {
  const language = pageLanguage(c);
  const requestId = c.get("requestId");
  const { status } = errorJson(error, requestId);
  const code = codeOf(error) ?? "internal";
  return renderBarePage(c, texts[language].common.failed, <FailureView {...{ language, code, requestId }} />, status);
}

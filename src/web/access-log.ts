import type { HonoRequest } from "hono";
import type { Deps } from "../deps.ts";
import { clientName } from "./user-agent.ts";

/**
 * The answer, and a line in the log about it that names no secret of the path. A log that fails does not cost the answer.
 * `requestId` is what the answer may show, so that the line can be found; a feed's answer shows none.
 */
export async function withAccessLog(
  deps: Pick<Deps, "log" | "now">,
  req: HonoRequest,
  answer: () => Promise<Response>,
  requestId?: string,
): Promise<Response> {
  const begun = deps.now();
  const response = await answer();
  try {
    const { method } = req;
    const path = /^\/[fa]\//.test(req.path) ? req.path.slice(0, 3) : req.path;
    const client = clientName(req.header("User-Agent") ?? null);
    deps.log.info("request", { requestId, method, path, status: response.status, ms: deps.now() - begun, client });
  } catch {
    // Nobody is left to be told.
  }
  return response;
}

import type { HonoRequest } from "hono";
import type { Deps } from "../deps.ts";
import { clientName } from "./request/user-agent.ts";

/**
 * Returns the answer, and writes a line about it to the log that names no secret of the path. A log that fails does not
 * cost the answer. `requestId` is the number that pages and errors show, by which the line is found; feeds show none.
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
    const path = /^\/[fah]\//.test(req.path) ? req.path.slice(0, 3) : req.path;
    const client = clientName(req.header("User-Agent") ?? null);
    // What a supervisor asks every few seconds tells nobody anything.
    const level = path === "/healthz" ? "debug" : "info";
    deps.log[level]("request", { requestId, method, path, status: response.status, ms: deps.now() - begun, client });
  } catch {
    // Nobody is left to be told.
  }
  return response;
}

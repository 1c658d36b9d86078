import type { HonoRequest } from "hono";
import type { Deps } from "../deps.ts";
import { hex } from "../security/hash.ts";
import { clientName } from "./clients.ts";

/** The number of a request: what a person can tell the operator, who finds it in the log. */
export function numberRequest(deps: Pick<Deps, "random">): string {
  return hex(deps.random(6));
}

/** The answer, and a line in the log about it that names no secret of the path. A log that fails does not cost the answer. */
export async function logged(
  deps: Pick<Deps, "log" | "now">,
  req: HonoRequest,
  requestId: string,
  answer: () => Promise<Response>,
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

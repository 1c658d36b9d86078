import type { Context } from "hono";
import type { Viewer } from "../account/access.ts";
import type { Deps } from "../deps.ts";

/** The context of every handler. `viewer` is set once the request is signed in or authenticated. */
export interface Env {
  Bindings: Deps;
  Variables: { requestId: string; viewer: Viewer };
}

/** The context of a request for a page. */
export type PageContext = Context<Env>;

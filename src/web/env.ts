import type { Context } from "hono";
import type { Viewer } from "../account/access.ts";
import type { Deps } from "../deps.ts";

/** The context of every handler. `viewer` is set once the request is signed in or authenticated. */
export interface Env {
  Bindings: Deps;
  /** `sent`: the form that was read. */
  Variables: { requestId: string; viewer: Viewer; sent: ReadonlyMap<string, readonly string[]> };
}

/** The context of a request for a page. */
export type PageContext = Context<Env>;

import type { ExecutionContext, ForwardableEmailMessage, ScheduledController } from "@cloudflare/workers-types";
import type { Hono } from "hono";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { tick } from "../tick.ts";
import type { Env } from "../web/env.ts";
import { refusalResponse } from "../web/feed/responses.ts";
import { workerBudgets } from "./budgets.ts";
import { takeMail } from "./mail.ts";
import type { Bindings } from "./open.ts";

/** Opens the program for one invocation; `origin`: the one at which it was asked, where it was. Throws `bad_config`, `store_failed`. */
export type Open = (bindings: Bindings, context: ExecutionContext, origin?: string) => Deps | Promise<Deps>;

/** Returns what Cloudflare calls for a request, a mail and each minute. */
export function makeHandlers(app: Hono<Env>, open: Open) {
  return {
    async fetch(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response> {
      const { pathname, origin } = new URL(request.url);
      let deps: Deps;
      try {
        deps = await open(bindings, context, origin);
      } catch (error) {
        const message = error instanceof AppError ? error.message : "the settings cannot be read";
        console.error(JSON.stringify({ level: "error", event: "bad_config", message }));
        // A calendar program must never see a 5xx at a feed's address.
        if (pathname.startsWith("/f/")) return refusalResponse(404, request.method, { publicUrl: "" });
        return new Response(`${message}\n`, { status: 500 });
      }
      return app.fetch(asSent(request), deps);
    },

    /** Takes what Email Routing brings. What fails is a temporary failure: the sender's mail server comes again. */
    async email(message: ForwardableEmailMessage, bindings: Bindings, context: ExecutionContext): Promise<void> {
      await takeMail(await open(bindings, context), message);
    },

    async scheduled(_controller: ScheduledController, bindings: Bindings, context: ExecutionContext): Promise<void> {
      const deps = await open(bindings, context);
      await tick({ ...deps, budget: workerBudgets[deps.config.workersPlan] });
    },
  };
}

/** Restores the client's Accept-Encoding, which Cloudflare replaces and gives in `cf.clientAcceptEncoding`. */
function asSent(request: Request): Request {
  const beside: unknown = "cf" in request ? request.cf : undefined;
  if (typeof beside !== "object" || beside === null || !("clientAcceptEncoding" in beside)) return request;
  const { clientAcceptEncoding: sent } = beside;
  const headers = new Headers(request.headers);
  headers.set("Accept-Encoding", typeof sent === "string" ? sent : "");
  return new Request(request, { headers });
}

import { Hono } from "hono";
import type { Deps } from "../../deps.ts";
import { AppError } from "../../errors.ts";
import type { Env } from "../env.ts";
import { isOperator } from "../session/auth.ts";

/** Returns the route of `/metrics`, for whoever shows ADMIN_TOKEN. */
export function metricsRoutes(scrape: (deps: Deps) => Promise<Response>): Hono<Env> {
  return new Hono<Env>().get("/metrics", async (c) => {
    if (!(await isOperator(c.env, c.req.raw))) {
      throw new AppError("unauthorized", "show ADMIN_TOKEN as `Authorization: Bearer`");
    }
    return scrape(c.env);
  });
}

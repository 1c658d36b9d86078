import { Hono } from "hono";
import { takeHint } from "../hint.ts";
import { sameText } from "../security/secret.ts";
import type { Env } from "./env.ts";
import { readRequestText } from "./request/body.ts";

/**
 * Returns the route at which Waldur's web hook posts: `/h/<HOOK_SECRET>`. Whatever is posted is answered alike, and a wrong
 * secret like any address at which there is nothing.
 */
export function hintRoutes(): Hono<Env> {
  return new Hono<Env>().post("/h/:secret", async (c, next) => {
    const { hookSecret } = c.env.config;
    if (hookSecret === null || !(await sameText(c.req.param("secret"), hookSecret))) return next();
    // What is too large, or not sent to its end, names nothing.
    takeHint(c.env, await readRequestText(c).catch(() => ""));
    return c.body(null, 204);
  });
}

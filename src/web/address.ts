import type { Context } from "hono";

/**
 * The address of the client as what stands in front of us tells it: Cloudflare's own field, else the last entry of
 * X-Forwarded-For, which the nearest proxy wrote; "" where nobody tells.
 */
export function clientAddress(c: Pick<Context, "req">): string {
  const told = c.req.header("CF-Connecting-IP") ?? c.req.header("X-Forwarded-For")?.split(",").at(-1) ?? "";
  return told.trim().slice(0, 45);
}

import { createMiddleware } from "hono/factory";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { sameText } from "../security/secret.ts";

/** Whether a request shows ADMIN_TOKEN as `Authorization: Bearer`; compared in constant time, cookies ignored. */
export async function isOperator(deps: Pick<Deps, "config">, request: Request): Promise<boolean> {
  const expected = deps.config.adminToken;
  const shown = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.get("Authorization") ?? "")?.[1];
  return expected !== null && shown !== undefined && sameText(shown, expected);
}

/** Lets only the operator through. */
export const operatorOnly = createMiddleware<{ Bindings: Deps }>(async (c, next) => {
  if (c.env.config.adminToken === null) {
    throw new AppError("unauthorized", "the API is closed: set ADMIN_TOKEN on the server");
  }
  if (!(await isOperator(c.env, c.req.raw))) {
    throw new AppError("unauthorized", "show ADMIN_TOKEN as `Authorization: Bearer …`");
  }
  await next();
});

import type { Deps } from "../../deps.ts";
import { sameText } from "../../security/secret.ts";

/** Returns true when a request shows ADMIN_TOKEN as `Authorization: Bearer`. Compares in constant time, ignores cookies. */
export async function isOperator(deps: Pick<Deps, "config">, request: Request): Promise<boolean> {
  const expected = deps.config.adminToken;
  const shown = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.get("Authorization") ?? "")?.[1];
  return expected !== null && shown !== undefined && sameText(shown, expected);
}

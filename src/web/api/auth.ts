import { createMiddleware } from "hono/factory";
import type { Deps } from "../../deps.ts";
import { AppError, codeOf } from "../../errors.ts";
import { hex, hmac } from "../../security/hash.ts";
import { ensureEnvironmentAccount } from "../../account/client.ts";
import { ensureTokenAccount } from "../../account/sign-in.ts";
import { loadViewer, viewerOf } from "../../account/access.ts";
import { requestPace, takeTurn } from "../../account/turns.ts";
import { findAccount } from "../../store/accounts/accounts.ts";
import { requestNetwork } from "../request/address.ts";
import type { Env } from "../env.ts";
import { isOperator } from "../session/auth.ts";
import { epochSeconds, hasElapsed } from "../../lib/clock.ts";

/** Seconds for which an answer of who-am-I holds. */
const keptSeconds = 60;
const mostKept = 1000;

/** Lets everybody in as the operator: for the command line, which runs on the operator's own machine. */
export const authenticateLocal = createMiddleware<Env>(async (c, next) => {
  c.set("viewer", await viewerOf(c.env, await ensureEnvironmentAccount(c.env)));
  await next();
});

/**
 * Finds out who calls the API: `Authorization: Bearer` with ADMIN_TOKEN or with a token of Waldur. Cookies are ignored. A
 * token is shown to nobody but the Waldur of the settings, whose answer is kept for a minute under a keyed hash. Throws
 * `unauthorized`, Waldur's failures, and `too_many` for whoever asks too often.
 */
export function authenticate() {
  const known = new Map<string, { readonly accountId: string; readonly askedAt: number }>();
  return createMiddleware<Env>(async (c, next) => {
    const deps = c.env;
    if (await isOperator(deps, c.req.raw)) {
      c.set("viewer", await viewerOf(deps, await ensureEnvironmentAccount(deps)));
      return next();
    }
    const token = /^(?:Bearer|Token) ([\x21-\x7e]+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
    if (token === undefined)
      throw new AppError("unauthorized", "show ADMIN_TOKEN, or a token of Waldur, as `Authorization: Bearer …`");
    const hash = await keyedHash(deps, token);
    const nowAt = epochSeconds(deps);
    const kept = known.get(hash);
    let account =
      kept !== undefined && !hasElapsed(kept.askedAt, keptSeconds, nowAt)
        ? await findAccount(deps.sql, kept.accountId)
        : null;
    if (account === null) {
      known.delete(hash);
      try {
        account = await ensureTokenAccount(deps, token, requestNetwork(c));
      } catch (error) {
        const code = codeOf(error);
        throw code === "waldur_refused_token" || code === "bad_input" ? notTaken() : error;
      }
      if (known.size >= mostKept) known.clear();
      known.set(hash, { accountId: account.id, askedAt: nowAt });
    }
    c.set("viewer", await loadViewer(deps, account));
    return takeTurn(deps, account.userUuid ?? account.id, requestPace, next);
  });
}

/** Lets only the operator through. */
export const operatorOnly = createMiddleware<Env>(async (c, next) => {
  if (!c.var.viewer.operator) throw new AppError("forbidden", "only the operator may do this: show ADMIN_TOKEN");
  await next();
});

function notTaken(): AppError {
  return new AppError(
    "unauthorized",
    "the token is neither the ADMIN_TOKEN of this service nor one that its Waldur takes",
  );
}

async function keyedHash({ keys }: Deps, token: string): Promise<string> {
  const key = await keys.key("bearers", keys.ids[0]);
  if (key === null) throw new AppError("seal_broken", "the first key of the ring is not in it");
  return hex(await hmac(key, token));
}

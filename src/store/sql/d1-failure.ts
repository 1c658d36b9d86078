import { AppError, messageOf } from "../../errors.ts";
import { storeFailed } from "./failure.ts";

/** D1's messages (developers.cloudflare.com/d1/observability/debug-d1) that mean something to whoever runs the service. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /free tier daily row (?:read|write) limit/i,
    "feeds and runs go on after midnight UTC, or at once on a paid plan of Cloudflare Workers",
  ],
  [
    /exceeded maximum (?:db|account) (?:size|storage)/i,
    "the database is full: take a paid plan of Cloudflare Workers or delete what else is stored there",
  ],
  [/no such (?:table|column)/i, "run `npx wrangler d1 migrations apply DB --remote`"],
  [
    /is overloaded|exceeded timeout|exceeded its (?:memory|cpu time) limit/i,
    "the next run tries again; if it stays, serve fewer feeds from this database",
  ],
  [
    /network connection lost|transient issue|caused object to be reset|its code was updated|client disconnected/i,
    "this passes by itself; if it does not, look at cloudflarestatus.com",
  ],
];

/** Makes the error for a statement that D1 refused, with what to do about it where that is known. */
export function d1Failed(error: unknown, sql: string): AppError {
  const failure = storeFailed(error, sql);
  const remedy = remedies.find(([said]) => said.test(messageOf(error)))?.[1];
  if (remedy === undefined || failure === error) return failure;
  const message = `${failure.message.replace(/\.$/, "")}; ${remedy}`;
  return new AppError("store_failed", message, { cause: error, facts: failure.facts });
}

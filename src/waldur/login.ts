import * as v from "valibot";
import { AppError } from "../errors.ts";
import { exchange, type Transport } from "./http.ts";
import { isSite, readSite, type Site } from "./schema.ts";

/** The outside of a request without a token. */
export type AnonymousTransport = Pick<Transport, "url" | "fetch" | "deadline" | "now" | "timeoutMilliseconds">;

/** A way to log in that Waldur offers. */
export interface LoginMethod {
  /** `keycloak`, `eduteams`, `tara`, … */
  readonly provider: string;
  readonly label: string;
}

const logins = v.array(
  v.object({
    provider: v.pipe(v.string(), v.regex(/^[\w-]{1,60}$/)),
    label: v.optional(v.pipe(v.string(), v.maxLength(100)), ""),
    is_active: v.optional(v.boolean(), true),
  }),
);

/** Reads `GET /api/configuration/`, which anybody may read. Throws the `waldur_…` errors. */
export async function readSiteAnonymously(from: AnonymousTransport): Promise<Site> {
  return readSite((await exchange(from, { method: "GET", path: "/api/configuration/", token: null })).body);
}

/** Returns true when a Waldur is at the address, false when something else answers there, null when nothing does. */
export async function isWaldur(from: AnonymousTransport): Promise<boolean | null> {
  try {
    return isSite((await exchange(from, { method: "GET", path: "/api/configuration/", token: null })).body);
  } catch (error) {
    const others = ["waldur_bad_answer", "waldur_not_found", "waldur_refused_token", "waldur_bad_request"];
    return error instanceof AppError && others.includes(error.code) ? false : null;
  }
}

/** Reads `GET /api/identity-providers/`: the active ones; none where this Waldur does not tell. Throws the `waldur_…` errors. */
export async function listLogins(from: AnonymousTransport): Promise<LoginMethod[]> {
  try {
    const { body } = await exchange(from, { method: "GET", path: "/api/identity-providers/", token: null });
    const found = v.safeParse(logins, body);
    const active = found.success ? found.output.filter((one) => one.is_active) : [];
    return active.map(({ provider, label }) => ({ provider, label: label || provider }));
  } catch (error) {
    const untold = ["waldur_not_found", "waldur_forbidden", "waldur_refused_token", "waldur_bad_answer"];
    if (error instanceof AppError && untold.includes(error.code)) return [];
    throw error;
  }
}

/** Returns where a browser begins to log in to Waldur; it comes back to `origin`, which Waldur's staff must have allowed. */
export function loginUrl(url: string, provider: string, origin: string): string {
  return `${url}/api-auth/${encodeURIComponent(provider)}/init/?return_url=${encodeURIComponent(origin)}`;
}

/** Returns the token for a code (`POST /api-auth/token-exchange/`), which is good once and for 10 seconds. Throws the `waldur_…` errors. */
export async function exchangeCode(from: AnonymousTransport, code: string): Promise<string> {
  const path = "/api-auth/token-exchange/";
  const { body } = await exchange(from, { method: "POST", path, token: null, body: { code } });
  const answer = v.safeParse(v.object({ token: v.string() }), body);
  if (!answer.success) throw new AppError("waldur_bad_answer", "Waldur gave no token for its code");
  return answer.output.token;
}

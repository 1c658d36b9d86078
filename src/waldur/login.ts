import * as v from "valibot";
import { AppError } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { Transport } from "./http.ts";
import { readRefusal } from "./refusal.ts";
import { readSite, type Site } from "./schema.ts";

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
  return readSite(await requestJson(from, "/api/configuration/"));
}

/** Reads `GET /api/identity-providers/`: the active ones; none where this Waldur does not tell. Throws the `waldur_…` errors. */
export async function listLogins(from: AnonymousTransport): Promise<LoginMethod[]> {
  try {
    const found = v.safeParse(logins, await requestJson(from, "/api/identity-providers/"));
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
  const answer = v.safeParse(
    v.object({ token: v.string() }),
    await requestJson(from, "/api-auth/token-exchange/", { code }),
  );
  if (!answer.success) throw new AppError("waldur_bad_answer", "Waldur gave no token for its code");
  return answer.output.token;
}

async function requestJson(
  from: AnonymousTransport,
  path: string,
  body?: Readonly<Record<string, string>>,
): Promise<unknown> {
  const url = `${from.url}${path}`;
  let response: Response;
  let text: string;
  try {
    response = await from.fetch(
      new Request(url, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          Accept: "application/json",
          "Accept-Language": "en",
          ...(body !== undefined && { "Content-Type": "application/json" }),
        },
        redirect: "manual",
        signal: from.deadline(from.timeoutMilliseconds),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    text = await response.text();
  } catch {
    throw new AppError("waldur_unreachable", "Waldur cannot be reached", { facts: { path } });
  }
  if (!response.ok) {
    const { code, message, facts = {} } = readRefusal(response, text, { url, token: " ", now: from.now() });
    throw new AppError(code, message, { facts: { path, ...facts } });
  }
  const value = parseJson(text);
  if (value === undefined) throw new AppError("waldur_bad_answer", "Waldur's answer is not JSON", { facts: { path } });
  return value;
}

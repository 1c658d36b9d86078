import * as v from "valibot";
import { cleanLine, truncate } from "../../calendar/text.ts";
import { encodeBase64url } from "../../security/base64url.ts";
import { type GuardedFetch, type Signer, Unsigned } from "../../security/guard.ts";
import { sha256 } from "../../security/hash.ts";
import { type Trust, trusts } from "./signer.ts";

/** The program as Google knows it: an OAuth client of type "web application" with the CalDAV API switched on. */
export interface GoogleApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where Google sends the person back; registered with the client. */
  readonly redirectUri: string;
}

/** Google's addresses (https://accounts.google.com/.well-known/openid-configuration). */
export interface GoogleEndpoints {
  readonly authorize: string;
  readonly token: string;
  readonly revoke: string;
}

export const googleEndpoints: GoogleEndpoints = {
  authorize: "https://accounts.google.com/o/oauth2/v2/auth",
  token: "https://oauth2.googleapis.com/token",
  revoke: "https://oauth2.googleapis.com/revoke",
};

/** Where Google's CalDAV is. */
export const googleHost = "apidata.googleusercontent.com";

export const googleScope = "https://www.googleapis.com/auth/calendar";

export interface GoogleTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/**
 * `revoked`: the person took the consent back, or it ran out: only they can give it again. `denied`: this attempt to
 * connect failed and must be begun anew. `misconfigured`: the operator's client is wrong. `failed`: try again later.
 */
export type GoogleOutcome =
  | { readonly tokens: GoogleTokens }
  | { readonly refused: "revoked" | "denied" | "misconfigured" | "failed"; readonly why: string };

export interface GoogleConnection {
  readonly guarded: GuardedFetch;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly app: GoogleApp;
  readonly endpoints?: GoogleEndpoints;
}

/**
 * Where the person agrees. `state` comes back with the code and ties it to the browser that began; `verifier` is kept and
 * given to `redeemCode` (RFC 7636). `consent` makes Google give a refresh token also when it gave one before.
 */
export async function consentUrl(
  { clientId, redirectUri }: GoogleApp,
  { state, verifier, account }: { readonly state: string; readonly verifier: string; readonly account: string },
  endpoints = googleEndpoints,
): Promise<string> {
  const url = new URL(endpoints.authorize);
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: googleScope,
    access_type: "offline",
    prompt: "consent",
    state,
    code_challenge: encodeBase64url(await sha256(verifier)),
    code_challenge_method: "S256",
    ...(account !== "" && { login_hint: account }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Tokens for the code that came back (RFC 6749 4.1.3). */
export async function redeemCode(line: GoogleConnection, code: string, verifier: string): Promise<GoogleOutcome> {
  const { clientId, clientSecret, redirectUri } = line.app;
  const outcome = await askToken(line, {
    grant_type: "authorization_code",
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
  });
  if ("refused" in outcome) return outcome.refused === "revoked" ? { ...outcome, refused: "denied" } : outcome;
  const { refresh_token: refreshToken, scope } = outcome.told;
  // People can take single rights out of what they agree to.
  if (scope !== undefined && !scope.split(" ").includes(googleScope)) {
    return { refused: "denied", why: "access to the calendar was not granted" };
  }
  if (refreshToken === undefined) return { refused: "denied", why: "Google gave no refresh token" };
  return { tokens: tokensOf(outcome.told, refreshToken, line.now()) };
}

/** A new access token (RFC 6749 6). */
export async function refreshTokens(line: GoogleConnection, refreshToken: string): Promise<GoogleOutcome> {
  const { clientId, clientSecret } = line.app;
  const outcome = await askToken(line, {
    grant_type: "refresh_token",
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  });
  if ("refused" in outcome) return outcome;
  return { tokens: tokensOf(outcome.told, outcome.told.refresh_token ?? refreshToken, line.now()) };
}

/** Gives the consent back (RFC 7009); whether Google confirmed it. */
export async function revokeTokens(line: GoogleConnection, refreshToken: string): Promise<boolean> {
  const endpoint = (line.endpoints ?? googleEndpoints).revoke;
  const told = await postForm(line.guarded, endpoint, { token: refreshToken });
  return !("failed" in told) && told.status === 200;
}

export interface GoogleSigner extends Signer {
  /** Why the last attempt at a new token failed; null: none did. */
  refusal(): Extract<GoogleOutcome, { refused: string }> | null;
}

/** A minute before it ends a token is renewed, so that none ends on its way. */
const marginSeconds = 60;

/**
 * Shows a token that is still good, renewing it before its end and after a 401. `keep` stores new tokens before they are
 * used. Requests at the same time wait for one renewal. With a revoked grant requests go unsigned and get their 401; while
 * Google cannot say, nothing is sent.
 */
export function makeGoogleSigner(
  line: GoogleConnection,
  first: GoogleTokens,
  trust: Trust,
  keep: (tokens: GoogleTokens) => Promise<void>,
): GoogleSigner {
  let tokens = first;
  let refused: Extract<GoogleOutcome, { refused: string }> | null = null;
  let renewal: Promise<boolean> | null = null;
  const renew = async (): Promise<boolean> => {
    const outcome = await refreshTokens(line, tokens.refreshToken);
    if ("refused" in outcome) {
      refused = outcome;
      if (outcome.refused === "revoked") return false;
      throw new Unsigned(`Google gave no new token: ${outcome.why}`);
    }
    await keep(outcome.tokens);
    ({ tokens } = outcome);
    refused = null;
    return true;
  };
  const renewOnce = async (): Promise<boolean> => {
    renewal ??= renew().finally(() => {
      renewal = null;
    });
    return renewal;
  };
  return {
    trusts: (url) => trusts(trust, url),
    refusal: () => refused,
    async header() {
      if (refused?.refused !== "revoked" && tokens.expiresAt - marginSeconds <= line.now() / 1000) await renewOnce();
      return refused?.refused === "revoked" ? null : `Bearer ${tokens.accessToken}`;
    },
    challenged: async () => refused?.refused !== "revoked" && renewOnce(),
  };
}

const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/));
const granted = v.object({
  access_token: token,
  expires_in: v.pipe(v.number(), v.minValue(0)),
  refresh_token: v.optional(token),
  scope: v.optional(v.string()),
});
type Granted = v.InferOutput<typeof granted>;

const denied = v.object({ error: v.string(), error_description: v.optional(v.string(), "") });

async function askToken(
  { guarded, endpoints = googleEndpoints }: GoogleConnection,
  form: Readonly<Record<string, string>>,
): Promise<{ readonly told: Granted } | Extract<GoogleOutcome, { refused: string }>> {
  const told = await postForm(guarded, endpoints.token, form);
  if ("failed" in told) return { refused: "failed", why: told.why };
  const body = parse(told.text);
  if (told.status === 200 && v.is(granted, body)) return { told: body };
  if (!v.is(denied, body)) return { refused: "failed", why: `Google answered ${told.status}` };
  const why = truncate(cleanLine(`${body.error}: ${body.error_description ?? ""}`), 200);
  if (body.error === "invalid_grant") return { refused: "revoked", why };
  const ours = ["invalid_client", "unauthorized_client", "redirect_uri_mismatch", "invalid_request", "invalid_scope"];
  return { refused: ours.includes(body.error) && told.status < 500 ? "misconfigured" : "failed", why };
}

async function postForm(guarded: GuardedFetch, url: string, form: Readonly<Record<string, string>>) {
  const headers = new Headers({ "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" });
  const body = new URLSearchParams(form).toString();
  return guarded({ url, method: "POST", headers, body, milliseconds: 20_000, mostBytes: 64 * 1024 }, null);
}

function tokensOf(
  { access_token: accessToken, expires_in: life }: Granted,
  refreshToken: string,
  now: number,
): GoogleTokens {
  return { accessToken, refreshToken, expiresAt: Math.floor(now / 1000 + life) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

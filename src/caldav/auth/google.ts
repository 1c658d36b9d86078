import * as v from "valibot";
import { cleanLine, truncate } from "../../calendar/text.ts";
import { parseJson } from "../../lib/json.ts";
import { encodeBase64url } from "../../security/base64url.ts";
import { type GuardedFetch, type Signer, Unsigned } from "../../security/guard.ts";
import { sha256 } from "../../security/hash.ts";
import { type Trust, trusts } from "./signer.ts";

/** The OAuth client at Google: of type "web application", with the CalDAV API switched on. */
export interface GoogleApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The address to which Google sends the person back; registered with the client. */
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

/** The host of Google's CalDAV. */
export const googleHost = "apidata.googleusercontent.com";

export const googleScope = "https://www.googleapis.com/auth/calendar";

export interface GoogleTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/**
 * Tokens, or why there are none. `revoked`: the person withdrew the consent, or it ran out: only they can renew it.
 * `denied`: this attempt to connect failed and must begin again. `misconfigured`: the operator's client is wrong.
 * `failed`: try again later.
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
 * Returns the address where the person agrees (RFC 6749 4.1.1). `state` comes back with the code and ties it to the browser
 * that began; `verifier` is kept for `redeemCode` (RFC 7636). The prompt `consent` makes Google give a refresh token again.
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

/** Redeems the code that came back (RFC 6749 4.1.3). */
export async function redeemCode(connection: GoogleConnection, code: string, verifier: string): Promise<GoogleOutcome> {
  const { clientId, clientSecret, redirectUri } = connection.app;
  const outcome = await askToken(connection, {
    grant_type: "authorization_code",
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
  });
  if ("refused" in outcome) return outcome.refused === "revoked" ? { ...outcome, refused: "denied" } : outcome;
  const { refresh_token: refreshToken, scope } = outcome.granted;
  // People can untick single rights on the consent page.
  if (scope !== undefined && !scope.split(" ").includes(googleScope)) {
    return { refused: "denied", why: "access to the calendar was not granted" };
  }
  if (refreshToken === undefined) return { refused: "denied", why: "Google gave no refresh token" };
  return { tokens: makeTokens(outcome.granted, refreshToken, connection.now()) };
}

/** Asks for a new access token (RFC 6749 6). */
export async function refreshTokens(connection: GoogleConnection, refreshToken: string): Promise<GoogleOutcome> {
  const { clientId, clientSecret } = connection.app;
  const outcome = await askToken(connection, {
    grant_type: "refresh_token",
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  });
  if ("refused" in outcome) return outcome;
  return { tokens: makeTokens(outcome.granted, outcome.granted.refresh_token ?? refreshToken, connection.now()) };
}

/** Revokes the consent (RFC 7009). Resolves to true when Google confirmed it. */
export async function revokeTokens(connection: GoogleConnection, refreshToken: string): Promise<boolean> {
  const endpoint = (connection.endpoints ?? googleEndpoints).revoke;
  const result = await postForm(connection.guarded, endpoint, { token: refreshToken });
  return !("failed" in result) && result.status === 200;
}

export interface GoogleSigner extends Signer {
  /** Returns why the last renewal failed; null when it did not. */
  refusal(): Extract<GoogleOutcome, { refused: string }> | null;
}

/** Seconds before its end at which a token is renewed, so that none expires in transit. */
const marginSeconds = 60;

/**
 * Makes the signer that shows an access token, and renews it before its end and after a 401. `keep` stores new tokens
 * before they are used. Concurrent requests wait for one renewal. With a revoked grant requests go unsigned and get their
 * 401; while Google does not answer, nothing is sent.
 */
export function makeGoogleSigner(
  connection: GoogleConnection,
  first: GoogleTokens,
  trust: Trust,
  keep: (tokens: GoogleTokens) => Promise<void>,
): GoogleSigner {
  let tokens = first;
  let refused: Extract<GoogleOutcome, { refused: string }> | null = null;
  let renewal: Promise<boolean> | null = null;
  const renew = async (): Promise<boolean> => {
    const outcome = await refreshTokens(connection, tokens.refreshToken);
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
  const bearer = (): string | null => (refused?.refused === "revoked" ? null : `Bearer ${tokens.accessToken}`);
  return {
    trusts: (url) => trusts(trust, url),
    refusal: () => refused,
    async header() {
      if (refused?.refused !== "revoked" && tokens.expiresAt - marginSeconds <= connection.now() / 1000)
        await renewOnce();
      return bearer();
    },
    async signAgain({ authorization }) {
      const newest = bearer();
      // A request beside it may have brought a new token meanwhile.
      if (newest === null || newest !== authorization) return newest;
      await renewOnce();
      return bearer();
    },
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
): Promise<{ readonly granted: Granted } | Extract<GoogleOutcome, { refused: string }>> {
  const result = await postForm(guarded, endpoints.token, form);
  if ("failed" in result) return { refused: "failed", why: result.why };
  const body = parseJson(result.text);
  if (result.status === 200 && v.is(granted, body)) return { granted: body };
  if (!v.is(denied, body)) return { refused: "failed", why: `Google answered ${result.status}` };
  const why = truncate(cleanLine(`${body.error}: ${body.error_description ?? ""}`), 200);
  if (body.error === "invalid_grant") return { refused: "revoked", why };
  const ours = ["invalid_client", "unauthorized_client", "redirect_uri_mismatch", "invalid_request", "invalid_scope"];
  return { refused: ours.includes(body.error) && result.status < 500 ? "misconfigured" : "failed", why };
}

async function postForm(guarded: GuardedFetch, url: string, form: Readonly<Record<string, string>>) {
  const headers = new Headers({ "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" });
  const body = new URLSearchParams(form).toString();
  return guarded({ url, method: "POST", headers, body, milliseconds: 20_000, mostBytes: 64 * 1024 }, null);
}

function makeTokens(
  { access_token: accessToken, expires_in: life }: Granted,
  refreshToken: string,
  now: number,
): GoogleTokens {
  return { accessToken, refreshToken, expiresAt: Math.floor(now / 1000 + life) };
}

import {
  consentUrl,
  type GoogleApp,
  type GoogleTokens,
  makeGoogleSigner,
  redeemCode,
  revokeTokens,
} from "../../caldav/auth/google.ts";
import type { Trust } from "../../caldav/auth/signer.ts";
import type { Deps } from "../../deps.ts";
import { AppError } from "../../errors.ts";
import { type Signer, Unsigned } from "../../security/guard.ts";
import { newSecret } from "../../security/secret.ts";
import { guardedFetch } from "./guarded.ts";

/** The tokens that a person's consent gave. */
export interface GoogleCredentials {
  readonly kind: "google";
  /** The mail address whose calendars are asked for. */
  readonly username: string;
  readonly tokens: GoogleTokens;
}

/** The path where Google sends people back; registered with the client. */
export const googleReturnPath = "/google/callback";

/** Returns the client of the settings; null when people cannot connect Google here. */
export function googleApp({ config }: Pick<Deps, "config">): GoogleApp | null {
  const { googleClientId: clientId, googleClientSecret: clientSecret, publicUrl } = config;
  if (clientId === null || clientSecret === null) return null;
  return { clientId, clientSecret, redirectUri: publicUrl + googleReturnPath };
}

/** The secrets that bind a consent to the browser that began it. */
export interface PendingConsent {
  readonly state: string;
  readonly verifier: string;
}

/** Begins a consent for a mail address. Resolves to the address where the person agrees. Throws `bad_config`. */
export async function beginConsent(deps: Deps, account: string): Promise<PendingConsent & { readonly url: string }> {
  const begun = { state: newSecret(deps.random), verifier: newSecret(deps.random) + newSecret(deps.random) };
  return { ...begun, url: await consentUrl(needApp(deps), { ...begun, account }) };
}

/** Ends a consent. Resolves to the tokens, or the reason for none, for the pages; logs Google's words. Throws `bad_config`. */
export async function finishConsent(
  deps: Deps,
  { code, verifier, username }: { readonly code: string; readonly verifier: string; readonly username: string },
): Promise<GoogleCredentials | "denied" | "misconfigured" | "failed"> {
  const outcome = await redeemCode(googleConnection(deps, needApp(deps)), code, verifier);
  if (!("refused" in outcome)) return { kind: "google", username, tokens: outcome.tokens };
  deps.log.warn("google_refused", { refused: outcome.refused, why: outcome.why });
  return outcome.refused === "revoked" ? "denied" : outcome.refused;
}

/** Revokes a consent. When Google does not answer, the person can still withdraw it in their account. */
export async function revokeConsent(deps: Deps, { tokens }: GoogleCredentials): Promise<void> {
  const app = googleApp(deps);
  const returned = app !== null && (await revokeTokens(googleConnection(deps, app), tokens.refreshToken));
  deps.log.info("google_returned", { returned });
}

/** Makes the signer for the tokens of a consent; `keep` stores renewed ones. Without a client nothing is sent. */
export function googleSigner(
  deps: Deps,
  { tokens }: GoogleCredentials,
  trust: Trust,
  keep: (tokens: GoogleTokens) => Promise<void>,
): Signer {
  const app = googleApp(deps);
  if (app !== null) return makeGoogleSigner(googleConnection(deps, app), tokens, trust, keep);
  return {
    trusts: () => true,
    header: async () => {
      throw new Unsigned("GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET are not set");
    },
    signAgain: async () => null,
  };
}

function googleConnection(deps: Deps, app: GoogleApp) {
  return { guarded: guardedFetch(deps), now: deps.now, app };
}

function needApp(deps: Deps): GoogleApp {
  const app = googleApp(deps);
  if (app === null) {
    throw new AppError(
      "bad_config",
      "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET must be set to connect Google calendars",
    );
  }
  return app;
}

import { Hono } from "hono";
import type { Env, PageContext } from "../../env.ts";
import { AppError } from "../../../errors.ts";
import { sameText } from "../../../security/secret.ts";
import { tryOpenAccess, credentialsUsername } from "../../../mirror/connect/connect.ts";
import { readConnectError } from "../../../mirror/connect/error.ts";
import {
  beginConsent,
  finishConsent,
  type GoogleCredentials,
  googleReturnPath,
} from "../../../mirror/connect/google.ts";
import { changeCredentials } from "../../../mirror/commands.ts";
import { googleHost } from "../../../caldav/auth/google.ts";
import type { TargetRow } from "../../../store/targets.ts";
import { startRun } from "../../../tick.ts";
import { findVisibleFeed, findVisibleTarget } from "../../../account/access.ts";
import { keepDraft, openCookie, readDraft, sealCookie } from "./draft.ts";
import { readMailAddress } from "./input.ts";
import { dropCookie, putCookie, readCookie } from "../../session/cookies.ts";
import { signedIn } from "../page-context.tsx";

/** A consent begun in this browser, and its purpose. */
interface Pending {
  readonly state: string;
  readonly verifier: string;
  readonly username: string;
  /** The feed that is being connected, or the target whose consent is renewed. */
  readonly for: { readonly feedId: string } | { readonly targetId: string };
}

/** Set on the way to Google; without it the way back is refused. */
const cookieName = "google";
const pendingSeconds = 900;

/** Returns the routes of consent at Google, to connect a calendar or renew the permission of one. */
export function googleRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/feeds/:id/targets/new/google", signedIn, async (c) => {
      const { feed } = await findVisibleFeed(c.env, c.var.viewer, c.req.param("id"), "change");
      const draft = await readDraft(c, feed.id);
      const mail = readMailAddress(draft?.text ?? "");
      if (draft?.preset !== "google" || mail === "") return c.redirect(`/feeds/${feed.id}/targets/new`, 303);
      return goToGoogle(c, mail, { feedId: feed.id });
    })
    .get("/targets/:id/google", signedIn, async (c) => {
      const { target } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id"), "change");
      const username = await consentUsername(c, target);
      if (username === null) throw new AppError("not_found", "there is no consent at Google to renew");
      return goToGoogle(c, username, { targetId: target.id });
    })
    .get(googleReturnPath, signedIn, async (c) => returnFromGoogle(c));
}

/** Returns the mail address whose consent a target needs, also when no key opens the one it had; null for no calendar at Google. */
async function consentUsername({ env }: PageContext, target: TargetRow): Promise<string | null> {
  const access = await tryOpenAccess(env, target);
  if (access === null) return target.host === googleHost ? target.account.slice(target.host.length + 1) : null;
  return access.credentials?.kind === "google" ? credentialsUsername(access.credentials) : null;
}

async function goToGoogle(c: PageContext, username: string, about: Pending["for"]): Promise<Response> {
  const { url, state, verifier } = await beginConsent(c.env, username);
  const pending: Pending = { state, verifier, username, for: about };
  // Lax: it comes back with a navigation from elsewhere.
  putCookie(c, cookieName, await sealCookie(c, cookieName, pending, pendingSeconds), pendingSeconds, "Lax");
  return c.redirect(url, 303);
}

async function returnFromGoogle(c: PageContext): Promise<Response> {
  const pending = await openCookie<Pending>(c, cookieName, readCookie(c, cookieName));
  dropCookie(c, cookieName);
  const { state = "", code = "" } = c.req.query();
  if (pending === null || !(await sameText(state, pending.state))) {
    throw new AppError("foreign_form", "this consent was not begun in this browser, or took too long; begin again");
  }
  const { verifier, username } = pending;
  const given = /^[\x21-\x7e]{1,1000}$/.test(code)
    ? await finishConsent(c.env, { code, verifier, username })
    : ("denied" as const);
  // Away from the address that has the code in it.
  return c.redirect(
    "feedId" in pending.for
      ? await continueConnecting(c, pending.for.feedId, username, given)
      : await renewConsent(c, pending.for.targetId, given),
    303,
  );
}

type ConsentResult = GoogleCredentials | "denied" | "misconfigured" | "failed";

async function continueConnecting(
  c: PageContext,
  feedId: string,
  username: string,
  given: ConsentResult,
): Promise<string> {
  const { feed } = await findVisibleFeed(c.env, c.var.viewer, feedId, "change");
  const steps = `/feeds/${feed.id}/targets/new`;
  if (typeof given === "string") return `${steps}/sign-in?fault=${given}`;
  const kept = await keepDraft(c, feed.id, { preset: "google", text: username, credentials: given });
  return kept ? `${steps}/calendar` : `${steps}/sign-in?fault=failed`;
}

async function renewConsent(c: PageContext, targetId: string, given: ConsentResult): Promise<string> {
  const { target } = await findVisibleTarget(c.env, c.var.viewer, targetId, "change");
  if (typeof given === "string") return `/targets/${target.id}?fault=${given}`;
  try {
    startRun(c.env, await changeCredentials(c.env, c.var.viewer.account.id, target, given));
    return `/targets/${target.id}?done=credentials`;
  } catch (error) {
    // Another person's calendars, or none at all.
    if (error instanceof AppError && readConnectError(error) !== null) return `/targets/${target.id}?fault=denied`;
    throw error;
  }
}

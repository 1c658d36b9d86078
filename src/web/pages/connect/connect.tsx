import { Hono } from "hono";
import type { Env, PageContext } from "../../env.ts";
import { presets } from "../../../caldav/presets.ts";
import { AppError } from "../../../errors.ts";
import { cancelledPolicies, editPolicies } from "../../../store/targets.ts";
import { type Credentials, findCalendarHome, credentialsUsername } from "../../../mirror/connect/connect.ts";
import { readConnectError } from "../../../mirror/connect/error.ts";
import { googleApp } from "../../../mirror/connect/google.ts";
import { needAlive } from "../../../feed/commands.ts";
import { addTarget } from "../../../mirror/commands.ts";
import { findVisibleFeed } from "../../../account/access.ts";
import { fieldValue } from "../../request/forms.ts";
import { type Draft, dropDraft, keepDraft, readDraft } from "./draft.ts";
import {
  type FieldError,
  type LoginErrors,
  readMailAddress,
  readPassword,
  readAddressForm,
  connectErrorStatus,
  readTypedField,
  signInPlace,
  type AddressForm,
} from "./input.ts";
import { type CalendarChoice, CalendarStep, ConnectFrame, SignInStep, WhereStep } from "../views/connect.tsx";
import { pageLanguage, readFormFields, renderPage, signedIn } from "../page-context.tsx";
import { texts } from "../../../text/index.ts";
import { presetName } from "../../../text/presets.ts";

type Status = 200 | 400 | 502;

/** Returns the routes for connecting a calendar that mirrors a feed, step by step. */
export function connectRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/feeds/:id/targets/new", signedIn, async (c) => {
      const draft = await readDraft(c, c.req.param("id"));
      return showAddressStep(c, { preset: draft?.preset ?? "", text: draft?.text ?? "" }, {});
    })
    .post("/feeds/:id/targets/new", signedIn, async (c) => {
      const fields = await readFormFields(c);
      const { feed } = await findLivingFeed(c);
      const { typed, preset, faults } = readAddressForm(fields, googleApp(c.env) !== null);
      if (Object.keys(faults).length > 0) return showAddressStep(c, typed, faults, 400);
      await keepDraft(c, feed.id, { preset: preset?.id ?? null, text: typed.text, credentials: null });
      return c.redirect(`/feeds/${feed.id}/targets/new/sign-in`, 303);
    })
    .get("/feeds/:id/targets/new/sign-in", signedIn, async (c) => {
      const draft = await readDraft(c, c.req.param("id"));
      return draft === null ? toFirstStep(c) : showSignInStep(c, draft, { username: "", faults: {} });
    })
    .post("/feeds/:id/targets/new/sign-in", signedIn, async (c) => signInToServer(c))
    .get("/feeds/:id/targets/new/calendar", signedIn, async (c) => {
      const draft = await readDraft(c, c.req.param("id"));
      return draft?.credentials
        ? showCalendarStep(c, { ...draft, credentials: draft.credentials }, null, {})
        : toFirstStep(c);
    })
    .post("/feeds/:id/targets/new/calendar", signedIn, async (c) => addCalendar(c));
}

async function findLivingFeed(c: PageContext) {
  const seen = await findVisibleFeed(c.env, c.var.viewer, c.req.param("id") ?? "", "change");
  needAlive(seen.feed);
  return seen;
}

/** Redirects to the first step, where there is no valid draft. */
async function toFirstStep(c: PageContext): Promise<Response> {
  const { feed } = await findLivingFeed(c);
  return c.redirect(`/feeds/${feed.id}/targets/new`, 303);
}

async function showStep(
  c: PageContext,
  step: 0 | 1 | 2,
  make: (nonce: string, path: string) => Parameters<typeof ConnectFrame>[0]["children"],
  status: Status,
) {
  const language = pageLanguage(c);
  const { feed } = await findLivingFeed(c);
  return renderPage(
    c,
    texts[language].connect.title,
    (nonce) => (
      <ConnectFrame {...{ language, step }} feed={feed}>
        {make(nonce, `/feeds/${feed.id}/targets/new`)}
      </ConnectFrame>
    ),
    status,
  );
}

async function showAddressStep(
  c: PageContext,
  typed: AddressForm,
  faults: Partial<Record<keyof AddressForm, FieldError>>,
  status: Status = 200,
): Promise<Response> {
  const google = googleApp(c.env) !== null;
  const choices = presets.filter(({ id, start }) => start !== null && (google || id !== "google")).map(({ id }) => id);
  const language = pageLanguage(c);
  return showStep(
    c,
    0,
    (nonce, path) => <WhereStep {...{ language, nonce, path, typed, faults, choices, google }} />,
    status,
  );
}

interface SignInTyped {
  readonly username: string;
  readonly faults: LoginErrors;
}

async function showSignInStep(c: PageContext, draft: Draft, { username, faults }: SignInTyped, status: Status = 200) {
  const language = pageLanguage(c);
  const asked = c.req.query("fault") ?? "";
  const googleFault = Object.entries(texts[language].connect.googleFaults).find(([key]) => key === asked)?.[1] ?? "";
  const mail = readMailAddress(draft.text);
  const { host, preset: shared } = signInPlace(draft);
  const about = {
    username: username || mail,
    mail,
    faults,
    googleFault,
    preset: draft.preset ?? "other",
    place: shared === null ? host : `${presetName(shared.id, language)} (${host})`,
  };
  return showStep(c, 1, (nonce, path) => <SignInStep {...{ language, nonce, path }} {...about} />, status);
}

/** Refusals that another address can mend: the first step. */
const ofAddress = new Set(["no-caldav", "no-address", "elsewhere", "blocked", "missing", "oauth", "silent"]);

/** Shows a refusal at the step where it can be mended. Throws any other error. */
async function showRefusal(c: PageContext, draft: Draft, username: string, error: unknown): Promise<Response> {
  const refused = error instanceof AppError ? readConnectError(error) : null;
  if (refused === null) throw error;
  if (ofAddress.has(refused.reason)) {
    const plain = refused.reason === "blocked" && /^http:/i.test(draft.text);
    const typed = { preset: draft.preset ?? "", text: draft.text };
    return showAddressStep(c, typed, { text: plain ? "https" : refused }, connectErrorStatus(refused.reason));
  }
  return showSignInStep(c, draft, { username, faults: { password: refused } }, connectErrorStatus(refused.reason));
}

async function signInToServer(c: PageContext): Promise<Response> {
  const fields = await readFormFields(c);
  const { feed } = await findLivingFeed(c);
  const draft = await readDraft(c, feed.id);
  if (draft === null) return toFirstStep(c);
  const { username, password, faults } = readPassword(fields);
  if (Object.keys(faults).length > 0) return showSignInStep(c, draft, { username, faults }, 400);
  const credentials = { kind: "password", username, password } as const;
  try {
    await findCalendarHome(c.env, c.var.viewer.account.id, { ...draft, credentials });
  } catch (error) {
    return showRefusal(c, draft, username, error);
  }
  if (!(await keepDraft(c, feed.id, { ...draft, credentials }))) {
    return showSignInStep(c, draft, { username, faults: { password: "password" } }, 400);
  }
  return c.redirect(`/feeds/${feed.id}/targets/new/calendar`, 303);
}

type SignedInDraft = Draft & { readonly credentials: Credentials };

async function showCalendarStep(
  c: PageContext,
  draft: SignedInDraft,
  typed: CalendarChoice | null,
  faults: { readonly calendar?: FieldError; readonly name?: FieldError },
  status: Status = 200,
): Promise<Response> {
  const { feed } = await findLivingFeed(c);
  const language = pageLanguage(c);
  try {
    const place = await findCalendarHome(c.env, c.var.viewer.account.id, draft);
    const canMake = place.homes.length > 0 && place.preset?.makesCalendars !== false;
    const writable = place.calendars.filter(({ notWritable }) => notWritable === null);
    const proposed = {
      calendar:
        writable.find(({ url }) => url === place.itself)?.url ?? (writable.length === 0 && canMake ? makeOne : ""),
      name: feed.profile.name,
      edits: "mirror",
      cancelled: place.preset?.dropsCancelled === true ? "delete" : "keep",
    };
    const about = { calendars: place.calendars, canMake, typed: typed ?? proposed, faults };
    return await showStep(c, 2, (nonce, path) => <CalendarStep {...{ language, nonce, path }} {...about} />, status);
  } catch (error) {
    return showRefusal(c, draft, credentialsUsername(draft.credentials), error);
  }
}

/** The value of the choice "a new calendar"; no address equals it. */
const makeOne = "new";

async function addCalendar(c: PageContext): Promise<Response> {
  const fields = await readFormFields(c);
  const { feed } = await findLivingFeed(c);
  const draft = await readDraft(c, feed.id);
  if (draft === null || draft.credentials === null) return toFirstStep(c);
  const ready = { ...draft, credentials: draft.credentials };
  const typed = {
    calendar: readTypedField(fields, "calendar", 2000),
    name: readTypedField(fields, "name", 101).trim(),
    edits: fieldValue(fields, "edits"),
    cancelled: fieldValue(fields, "cancelled"),
  };
  const edits = editPolicies.find((known) => known === typed.edits);
  const cancelled = cancelledPolicies.find((known) => known === typed.cancelled);
  if (typed.calendar === "" || edits === undefined || cancelled === undefined) {
    return showCalendarStep(c, ready, typed, { calendar: "choice" }, 400);
  }
  const make = typed.calendar === makeOne;
  if (make && (typed.name === "" || typed.name.length > 100)) {
    return showCalendarStep(c, ready, typed, { name: "name" }, 400);
  }
  try {
    const calendar = make ? { calendar: null, create: typed.name } : { calendar: typed.calendar, create: null };
    const target = await addTarget(c.env, c.var.viewer.account.id, {
      feedId: feed.id,
      ...ready,
      ...calendar,
      edits,
      cancelled,
      paused: true,
    });
    dropDraft(c);
    return c.redirect(`/targets/${target.id}?done=tried`, 303);
  } catch (error) {
    const refused = error instanceof AppError ? readConnectError(error) : null;
    if (refused === null) throw error;
    const status = connectErrorStatus(refused.reason);
    return showCalendarStep(c, ready, typed, { calendar: refused }, status);
  }
}

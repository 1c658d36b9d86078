import { Hono } from "hono";
import { type Action, actions, type Language } from "../../calendar/profile.ts";
import { codeOf, messageOf } from "../../errors.ts";
import { type AccountRow, endPersonSessions } from "../../store/accounts/accounts.ts";
import { findBookings } from "../../store/bookings/bookings.ts";
import { chooseDecider } from "../../decision/rights.ts";
import { loadPageData } from "../../decision/page-data.ts";
import { findBeside, livePeriods } from "../../decision/beside.ts";
import { signIn } from "../../account/sign-in.ts";
import { requestNetwork } from "../request/address.ts";
import { putCookie } from "../session/cookies.ts";
import { checkForm, fieldValue, formNonce, nonceField, readForm } from "../request/forms.ts";
import { decideBooking, type DecisionOutcome } from "../decision-outcome.ts";
import { beginSession, dropSessions, findBrowserAccount, prolongSession } from "../session/sessions.ts";
import type { Notice } from "../notice.ts";
import type { Env, PageContext } from "../env.ts";
import { preferredLanguage } from "../request/accept-language.ts";
import { DecisionPage, PlainPage } from "./views/decision.tsx";
import { nextCookie } from "./page-context.tsx";
import { noticeChange, readSeen } from "./seen.tsx";
import { texts } from "../../text/index.ts";
import { type Linked, findLinked } from "../../decision/linked.ts";
import { personName } from "../../account/person-name.ts";

/** Seconds for which the way back from the sign-in page is remembered. */
const signInSeconds = 600;

/**
 * Returns the routes of the pages on which bookings are decided: `/a/<token>`. GET, HEAD and OPTIONS change nothing in
 * Waldur or in a feed, whoever sends them; a POST changes something only from our own form.
 */
export function decisionRoutes(): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/a/:token", async (c) => showLinked(c, null));
  app.get("/a/:token/:action{accept|reject}", async (c) =>
    showLinked(c, c.req.param("action") === "accept" ? "accept" : "reject"),
  );
  app.get("/a/:token/login", async (c) => goSignIn(c));
  // Loading the answer to a form again leads back to the page.
  app.get("/a/:token/:form{sign-in|forget}", async (c) => showLinked(c, null));
  app.post("/a/:token", async (c) => decideFromForm(c));
  app.post("/a/:token/sign-in", async (c) => signInWithForm(c));
  app.post("/a/:token/forget", async (c) => forgetPerson(c));
  app.options("/a/*", (c) => c.body(null, 204, { Allow: "GET, HEAD, POST, OPTIONS" }));
  app.all("/a/*", (c) => (["GET", "HEAD", "POST"].includes(c.req.method) ? showMissing(c) : refuseMethod(c)));
  app.onError((error, c) => {
    if (codeOf(error) === "too_large") return c.text("Too large.\n", 413);
    c.env.log.error("page_failed", { code: codeOf(error) ?? "bug", message: messageOf(error) });
    const language = languageFor(c, null);
    return c.html(<PlainPage language={language} {...texts[language].decision.broken} />, 503);
  });
  return app;
}

/** Shows the page of a link; `preselected` is the button that comes first. */
async function showLinked(c: PageContext, preselected: Action | null): Promise<Response> {
  const linked = await findLinked(c.env, c.req.param("token") ?? "");
  if (linked === null) return showMissing(c);
  return renderDecision(c, linked, { preselected, person: await findPerson(c), notice: null, status: 200 });
}

interface Shown {
  readonly preselected: Action | null;
  readonly person: AccountRow | null;
  readonly notice: Notice | null;
  readonly status: 400 | DecisionOutcome["status"];
}

async function renderDecision(
  c: PageContext,
  linked: Linked,
  { preselected, person, notice, status }: Shown,
): Promise<Response> {
  const { feed, account, kind, token } = linked;
  const language = languageFor(c, linked, person);
  const seen = await loadPageData(c.env, linked, person);
  // A cookie that is used stays valid for another ninety days.
  if (person?.kind === "decider" && seen.reader !== null && !seen.expired) {
    await prolongSession(c, "decide");
  }
  const expired: Notice | null =
    seen.expired && person !== null
      ? { tone: "bad", text: texts[language].decision.expired(personName(person)) }
      : null;
  const own = makePurpose(linked);
  const nonces = {
    decide: await formNonce(c, own("decide"), formCookie(linked)),
    signIn: await formNonce(c, own("sign-in"), formCookie(linked)),
    forget: await formNonce(c, own("forget"), formCookie(linked)),
  };
  const view = {
    language,
    zone: person?.zone || feed.profile.zone,
    data: seen,
    kind,
    owner: personName(account),
    path: `/a/${token}`,
  };
  return c.html(
    <DecisionPage
      {...view}
      preselected={preselected}
      notice={notice ?? expired}
      sample={c.env.sample}
      nonces={nonces}
    />,
    status,
  );
}

/** Answers the form with the two buttons. */
async function decideFromForm(c: PageContext): Promise<Response> {
  const linked = await findLinked(c.env, c.req.param("token") ?? "");
  if (linked === null) return showMissing(c);
  const form = await readForm(c);
  const person = await findPerson(c);
  const language = languageFor(c, linked, person);
  const action = actions.find((known) => known === fieldValue(form, "action")) ?? null;
  if (!(await isOurs(c, linked, "decide", fieldValue(form, nonceField)))) {
    return renderDecision(c, linked, {
      preselected: action,
      person,
      notice: { tone: "bad", text: texts[language].decision.foreign },
      status: 403,
    });
  }
  const decider = chooseDecider(linked, person);
  if (action === null || decider === null) {
    return renderDecision(c, linked, {
      preselected: action,
      person,
      notice: null,
      status: action === null ? 400 : 401,
    });
  }
  const { booking, slots } = linked.known;
  const request = { bookingUuid: booking.uuid, action, ...decider, feedId: linked.feed.id, answered: slots };
  const beside = await findBeside(c.env.sql, [{ ...linked.known, sourceId: linked.source.id }]);
  const now = { periods: livePeriods(slots), beside: beside.get(booking.uuid) ?? [] };
  const changed = noticeChange(readSeen(form), request, now, language);
  if (changed !== null) {
    return renderDecision(c, linked, { preselected: action, person, notice: changed, status: 409 });
  }
  const outcome = await decideBooking(c, request, language);
  // Read again: it has changed.
  const known = (await findBookings(c.env.sql, linked.source.id, [booking.uuid])).get(booking.uuid) ?? linked.known;
  return renderDecision(
    c,
    { ...linked, known },
    { preselected: action, person, notice: outcome, status: outcome.status },
  );
}

/** Answers the form that asks for a token. */
async function signInWithForm(c: PageContext): Promise<Response> {
  const linked = await findLinked(c.env, c.req.param("token") ?? "");
  if (linked === null) return showMissing(c);
  const words = texts[languageFor(c, linked)].decision;
  const form = await readForm(c);
  const preselected = actions.find((known) => known === fieldValue(form, "action")) ?? null;
  const fail = async (text: string, status: Shown["status"]): Promise<Response> =>
    renderDecision(c, linked, { preselected, person: null, notice: { tone: "bad", text }, status });
  if (!(await isOurs(c, linked, "sign-in", fieldValue(form, nonceField)))) return fail(words.foreign, 403);
  try {
    await beginSession(c, "decide", await signIn(c.env, "decide", fieldValue(form, "token"), requestNetwork(c)));
  } catch (error) {
    const code = codeOf(error);
    if (code === "bad_input") return fail(words.badToken, 400);
    if (code === "waldur_refused_token") return fail(words.refusedToken, 401);
    if (code?.startsWith("waldur_") === true) return fail(words.waldurSilent, 502);
    throw error;
  }
  return c.redirect(`/a/${linked.token}${preselected === null ? "" : `/${preselected}`}`, 303);
}

/** Redirects to the sign-in page, which has other ways and leads back here. */
async function goSignIn(c: PageContext): Promise<Response> {
  const linked = await findLinked(c.env, c.req.param("token") ?? "");
  if (linked === null) return showMissing(c);
  putCookie(c, nextCookie, `/a/${linked.token}`, signInSeconds, "Lax");
  return c.redirect("/sign-in", 303);
}

/** Answers the form that ends the sessions of this browser, or of all browsers of the person. */
async function forgetPerson(c: PageContext): Promise<Response> {
  const linked = await findLinked(c.env, c.req.param("token") ?? "");
  if (linked === null) return showMissing(c);
  const form = await readForm(c);
  const person = await findPerson(c);
  if (!(await isOurs(c, linked, "forget", fieldValue(form, nonceField)))) {
    const notice: Notice = { tone: "bad", text: texts[languageFor(c, linked, person)].decision.foreign };
    return renderDecision(c, linked, { preselected: null, person, notice, status: 403 });
  }
  if (person !== null && fieldValue(form, "which") === "all") await endPersonSessions(c.env.sql, person.id);
  await dropSessions(c);
  return c.redirect(`/a/${linked.token}`, 303);
}

/** Answers with the one page for every link that opens nothing, whatever the reason. */
function showMissing(c: PageContext): Response | Promise<Response> {
  const language = languageFor(c, null);
  return c.html(<PlainPage language={language} {...texts[language].decision.missing} />, 404);
}

function refuseMethod(c: PageContext): Response {
  return c.text("This page can be read with GET and HEAD.\n", 405, { Allow: "GET, HEAD, POST, OPTIONS" });
}

/** Finds who is signed in here, or else on the other pages; null for the operator's own account. */
async function findPerson(c: PageContext): Promise<AccountRow | null> {
  const decider = await findBrowserAccount(c, "decide");
  if (decider !== null) return decider;
  const person = await findBrowserAccount(c, "pages");
  return person?.kind === "person" ? person : null;
}

async function isOurs(c: PageContext, linked: Linked, form: string, nonce: unknown): Promise<boolean> {
  try {
    await checkForm(c, makePurpose(linked)(form), nonce, formCookie(linked));
    return true;
  } catch (error) {
    if (codeOf(error) === "foreign_form") return false;
    throw error;
  }
}

/** Returns the purposes of a booking's forms; none is valid for another booking. */
function makePurpose({ feed, known }: Linked): (form: string) => string {
  return (form) => `decision:${form}:${feed.id}:${known.booking.uuid}`;
}

/** Returns the name of the cookie of a booking's forms: several may be open side by side. */
function formCookie({ known }: Linked): string {
  return `form-${known.booking.uuid.slice(0, 8)}`;
}

/** Returns the language that the person chose, else the browser's, else the calendar's. */
function languageFor(c: PageContext, linked: Linked | null, person: AccountRow | null = null): Language {
  if (person !== null && person.language !== "") return person.language;
  const asked = c.req.header("Accept-Language") ?? null;
  return asked === null && linked !== null ? linked.feed.profile.language : preferredLanguage(asked);
}

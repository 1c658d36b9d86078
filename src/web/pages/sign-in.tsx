import { Hono } from "hono";
import { tokenAddress } from "../../calendar/homeport.ts";
import { isolate } from "../../calendar/text.ts";
import type { Env, PageContext } from "../env.ts";
import { AppError } from "../../errors.ts";
import { readOwnProviders } from "../../read-own.ts";
import { open, seal } from "../../security/seal.ts";
import { newSecret, sameText } from "../../security/secret.ts";
import { endPersonSessions } from "../../store/accounts/accounts.ts";
import { verifyToken, signIn, signInOperator } from "../../account/sign-in.ts";
import { cachedSite, loginAddress, exchangeLoginCode } from "../../account/site.ts";
import { requestNetwork } from "../request/address.ts";
import { dropCookie, putCookie, readCookie } from "../session/cookies.ts";
import { checkOrigin, formNonce } from "../request/forms.ts";
import { beginSession, dropSessions, findBrowserAccount } from "../session/sessions.ts";
import { ContinueView, SignInView } from "./views/sign-in.tsx";
import { safeNextPath } from "../session/next-path.ts";
import { nextCookie, pageLanguage, readFormFields, formPurpose, renderBarePage } from "./page-context.tsx";
import { keepsSecrets } from "../request/own-machine.ts";
import { texts } from "../../text/index.ts";
import { personName } from "../../account/person-name.ts";

const purpose = "sign-in";
/** Set at the start of a login; without it the way back is refused. */
const beginCookie = "begin";
/** Holds the sealed token of a login until the person confirms who they are. */
const tokenCookie = "login";
const loginSeconds = 600;
const tokenPlace = { table: "cookie", row: "login", column: "token" };

/** Returns the routes for signing in and out. */
export function signInRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/sign-in", async (c) => showSignIn(c, { fault: "", next: safeNextPath(c.req.query("next")) }))
    .post("/sign-in", async (c) => signInWithToken(c))
    .post("/sign-out", async (c) => signOut(c))
    .get("/sign-in/waldur/:provider", async (c) => beginLogin(c, c.req.param("provider")))
    .get("/oauth_login_completed/:provider/", async (c) => finishLogin(c, c.req.param("provider")))
    .get("/oauth_login_completed/:provider", async (c) => finishLogin(c, c.req.param("provider")))
    .get("/sign-in/continue", async (c) => showContinue(c))
    .post("/sign-in/continue", async (c) => confirmLogin(c));
}

/** The same, or else the decision page from which somebody came to sign in. */
function openNextPage(c: PageContext, asked: string): Response {
  const from = readCookie(c, nextCookie);
  dropCookie(c, nextCookie);
  return c.redirect(asked === "/" && /^\/a\/[\w.-]{40,200}$/.test(from) ? from : asked, 303);
}

/** A token goes only over https, or stays on the machine. */
function isSafe(c: PageContext): boolean {
  return keepsSecrets(c.env.config, c.req.url);
}

async function showSignIn(
  c: PageContext,
  { fault, next }: { fault: string; next: string },
  status: 200 | 400 | 401 | 403 | 502 = 200,
): Promise<Response> {
  const language = pageLanguage(c);
  const { name, homeport, logins } = await cachedSite(c.env);
  const nonce = await formNonce(c, purpose);
  return renderBarePage(
    c,
    texts[language].signIn.title,
    <SignInView
      {...{
        language,
        fault,
        next,
        nonce,
        logins,
        safe: isSafe(c),
        tokenPage: tokenAddress(homeport),
        sample: c.env.sample,
        site: isolate(name) || "Waldur",
      }}
    />,
    status,
  );
}

async function signInWithToken(c: PageContext): Promise<Response> {
  const words = texts[pageLanguage(c)].signIn;
  const fields = await readFormFields(c, purpose);
  const token = fields.get("token")?.[0]?.trim() ?? "";
  const next = safeNextPath(fields.get("next")?.[0]);
  if (!isSafe(c)) return showSignIn(c, { fault: "", next }, 403);
  if (token === "") return showSignIn(c, { fault: words.missing, next }, 400);
  try {
    const session = (await signInOperator(c.env, token)) ?? (await signIn(c.env, "pages", token, requestNetwork(c)));
    await beginSession(c, "pages", session);
    await readOwnProviders(c.env, session.account);
    return openNextPage(c, next);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "store_failed") throw error;
    if (error.code === "bad_input") return showSignIn(c, { fault: words.notToken, next }, 400);
    if (error.code === "waldur_refused_token") return showSignIn(c, { fault: words.refused, next }, 401);
    return showSignIn(c, { fault: texts[pageLanguage(c)].failures[error.code], next }, 502);
  }
}

/** Ends every session of the person, in all browsers, also where that of the page was over and only the one to decide is left. */
async function signOut(c: PageContext): Promise<Response> {
  const account = await findBrowserAccount(c, "pages");
  if (account === null) checkOrigin(c);
  else await readFormFields(c, formPurpose(account));
  const person = account ?? (await findBrowserAccount(c, "decide"));
  if (person !== null) await endPersonSessions(c.env.sql, person.id);
  await dropSessions(c);
  return c.redirect("/sign-in", 303);
}

async function beginLogin(c: PageContext, provider: string): Promise<Response> {
  const address = isSafe(c) ? await loginAddress(c.env, provider) : null;
  if (address === null) throw new AppError("not_found", "Waldur offers no such login");
  // Lax: it comes back with a top-level navigation from elsewhere.
  putCookie(c, beginCookie, `${newSecret(c.env.random)}.${provider}`, loginSeconds, "Lax");
  return c.redirect(address, 303);
}

async function finishLogin(c: PageContext, provider: string): Promise<Response> {
  const words = texts[pageLanguage(c)].signIn;
  const begun = readCookie(c, beginCookie).split(".", 2)[1] ?? "";
  dropCookie(c, beginCookie);
  const code = c.req.query("code") ?? "";
  if (begun === "" || !(await sameText(begun, provider))) {
    return showSignIn(c, { fault: words.foreignLogin, next: "/" }, 403);
  }
  try {
    if (!/^[\x21-\x7e]{1,2000}$/.test(code)) throw new AppError("bad_input", "the login ended without a code");
    const token = await exchangeLoginCode(c.env, code, requestNetwork(c));
    const sealed = await seal(c.env.keys, tokenPlace, token, c.env.random, "sessions");
    putCookie(c, tokenCookie, sealed, loginSeconds, "Lax");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    c.env.log.warn("login_failed", { code: error.code, message: error.message });
    return showSignIn(c, { fault: words.loginFailed, next: "/" }, 502);
  }
  // Away from the address that has the code in it.
  return c.redirect("/sign-in/continue", 303);
}

async function showContinue(c: PageContext): Promise<Response> {
  const language = pageLanguage(c);
  const token = await loginToken(c);
  if (token === null) return showSignIn(c, { fault: texts[language].signIn.foreignLogin, next: "/" }, 403);
  try {
    const { user } = await verifyToken(c.env, token, requestNetwork(c));
    const name = personName(user);
    const nonce = await formNonce(c, purpose);
    return await renderBarePage(c, texts[language].signIn.title, <ContinueView {...{ language, name, nonce }} />);
  } catch (error) {
    return failedLogin(c, error);
  }
}

async function confirmLogin(c: PageContext): Promise<Response> {
  const fields = await readFormFields(c, purpose);
  const token = await loginToken(c);
  dropCookie(c, tokenCookie);
  if (fields.get("me")?.[0] !== "yes") return c.redirect("/sign-in", 303);
  if (token === null) {
    return showSignIn(c, { fault: texts[pageLanguage(c)].signIn.foreignLogin, next: "/" }, 403);
  }
  try {
    const session = await signIn(c.env, "pages", token, requestNetwork(c));
    await beginSession(c, "pages", session);
    await readOwnProviders(c.env, session.account);
    return openNextPage(c, "/");
  } catch (error) {
    return failedLogin(c, error);
  }
}

async function failedLogin(c: PageContext, error: unknown): Promise<Response> {
  if (!(error instanceof AppError) || error.code === "store_failed") throw error;
  dropCookie(c, tokenCookie);
  return showSignIn(c, { fault: texts[pageLanguage(c)].failures[error.code], next: "/" }, 502);
}

async function loginToken(c: PageContext): Promise<string | null> {
  try {
    return await open(c.env.keys, tokenPlace, readCookie(c, tokenCookie), "sessions");
  } catch {
    return null;
  }
}

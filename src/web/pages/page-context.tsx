import { createMiddleware } from "hono/factory";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Language } from "../../calendar/profile.ts";
import { AppError, codeOf } from "../../errors.ts";
import type { AccountRow } from "../../store/accounts/accounts.ts";
import { cachedSite } from "../../account/site.ts";
import { loadViewer, type Viewer } from "../../account/access.ts";
import { requestPace, takeTurn } from "../../account/turns.ts";
import { checkForm, type Fields, fieldValue, formNonce, nonceField, readForm } from "../request/forms.ts";
import type { Env, PageContext } from "../env.ts";
import { nextPath } from "../session/next-path.ts";
import { findBrowserAccount } from "../session/sessions.ts";
import { preferredLanguage } from "../request/accept-language.ts";
import { zonedTimes, type Times } from "../../text/times.ts";
import { Layout } from "./views/parts/layout.tsx";
import { Nav } from "./views/parts/nav.tsx";
import { Wishes } from "./views/wishes.tsx";

/** Name of the cookie that remembers the page to go back to after signing in. */
export const nextCookie = "next";

/** Lets through those who are signed in; redirects others to sign in, and from there back to the page. */
export const signedIn = createMiddleware<Env>(async (c, next) => {
  const account = await findBrowserAccount(c, "pages");
  if (account === null) {
    if (c.req.method === "POST") throw new AppError("unauthorized", "sign in first");
    const next = nextPath(c.req.url);
    return c.redirect(next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`, 303);
  }
  const viewer = await loadViewer(c.env, account);
  c.set("viewer", viewer);
  return viewer.operator ? next() : takeTurn(c.env, account.userUuid ?? account.id, requestPace, next);
});

/** Returns the purpose for which the forms of the pages of an account are signed. */
export function formPurpose({ id }: Pick<AccountRow, "id">): string {
  return `pages ${id}`;
}

/** Reads the fields of a form that the viewer sent from one of our pages. Throws `foreign_form`. */
export async function readFormFields(c: PageContext, purpose = formPurpose(c.var.viewer.account)): Promise<Fields> {
  const fields = await readForm(c);
  await checkForm(c, purpose, fieldValue(fields, nonceField));
  return fields;
}

/** Returns the language that the viewer chose, or else the one that the browser asks for. */
export function pageLanguage(c: PageContext): Language {
  return viewerOf(c)?.account.language || preferredLanguage(c.req.header("Accept-Language") ?? null);
}

/** Returns the zone that the viewer chose, or else the operator's. */
export function pageZone(c: PageContext): string {
  return viewerOf(c)?.account.zone || c.env.config.timeZone;
}

/** Nobody is known on pages for anybody, and where a request failed before that. */
function viewerOf(c: PageContext): Viewer | undefined {
  return c.get("viewer");
}

/** Returns times in the viewer's zone, for pages of no one calendar. */
export function pageTimes(c: PageContext): Times {
  return zonedTimes(pageZone(c), pageLanguage(c));
}

/** Answers with a page for the viewer; `make` gets the hidden field of its forms. `zone` is that of its times. */
export async function renderPage(
  c: PageContext,
  title: string,
  make: (nonce: string) => JSX.Element,
  status: ContentfulStatusCode = 200,
  zone = pageZone(c),
): Promise<Response> {
  const { viewer } = c.var;
  const language = pageLanguage(c);
  const nonce = await formNonce(c, formPurpose(viewer.account));
  const top = <Nav language={language} viewer={viewer} nonce={nonce} path={c.req.path} />;
  const foot = <Wishes {...{ language, zone, nonce }} own={zone === pageZone(c)} path={nextPath(c.req.url)} />;
  return renderBarePage(c, title, make(nonce), status, { top, foot });
}

/** Answers with a page for anybody. */
export async function renderBarePage(
  c: PageContext,
  title: string,
  body: JSX.Element,
  status: ContentfulStatusCode = 200,
  { top, foot }: { readonly top?: JSX.Element; readonly foot?: JSX.Element } = {},
): Promise<Response> {
  const name = await siteName(c);
  c.header("Vary", "Accept-Language, Cookie");
  return c.html(
    <Layout language={pageLanguage(c)} title={title} site={name} sample={c.env.sample} {...{ top, foot }}>
      {body}
    </Layout>,
    status,
  );
}

/** Returns the name of the Waldur for the top of a page; "" while the database does not answer: the page may be about that. */
async function siteName(c: PageContext): Promise<string> {
  try {
    return (await cachedSite(c.env)).name;
  } catch (error) {
    if (codeOf(error) !== "store_failed") throw error;
    return "";
  }
}

import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Language } from "../../calendar/profile.ts";
import { AppError } from "../../errors.ts";
import { findSessionAccount } from "../../account/sign-in.ts";
import { cachedSite } from "../../account/site.ts";
import { type Viewer, loadViewer } from "../../account/access.ts";
import { checkForm, formNonce, nonceField, readCookie, readForm } from "../forms.ts";
import type { Env, PageContext } from "../env.ts";
import { languageOf } from "../page-headers.ts";
import { zonedTimes, type Times } from "./times.ts";
import { Layout } from "./views/layout.tsx";
import { Nav } from "./views/nav.tsx";

/** Name of the cookie that holds a session of the pages. */
export const sessionCookie = "session";

/** Name of the cookie that remembers the page from which somebody went to sign in. */
export const nextCookie = "next";

/** Fields of a form: each with all values it has; files are left out. */
export type Fields = ReadonlyMap<string, readonly string[]>;

const mostBytes = 32_768;

/** Forms larger than any of ours are not read. */
export const formLimit = bodyLimit({
  maxSize: mostBytes,
  onError() {
    throw new AppError("bad_input", "the form is larger than any of ours");
  },
});

/** Lets only people through who are signed in; others are led to sign in, and from there back to the page. */
export const signedIn = createMiddleware<Env>(async (c, next) => {
  const account = await findSessionAccount(c.env, "pages", readCookie(c, sessionCookie));
  if (account === null) {
    if (c.req.method === "POST") throw new AppError("unauthorized", "sign in first");
    return c.redirect(c.req.path === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(c.req.path)}`, 303);
  }
  c.set("viewer", await loadViewer(c.env, account));
  return next();
});

/** The purpose that the forms of somebody's pages are signed for. */
export function formPurpose({ account }: Viewer): string {
  return `pages ${account.id}`;
}

/** The fields of a form that the viewer sent from one of our pages. Throws `foreign_form`. */
export async function readFields(c: PageContext, purpose = formPurpose(c.var.viewer)): Promise<Fields> {
  const body = await readForm(c);
  await checkForm(c, purpose, body[nonceField]);
  return new Map(
    Object.entries(body).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string"),
    ]),
  );
}

/** The one value of a field; "" without. */
export function fieldValue(fields: Fields, name: string): string {
  return fields.get(name)?.[0] ?? "";
}

export function pageLanguage(c: PageContext): Language {
  return languageOf(c.req.header("Accept-Language") ?? null);
}

/** Times on pages that are of no calendar: in the operator's zone. */
export function pageTimes(c: PageContext): Times {
  return zonedTimes(c.env.config.timeZone, pageLanguage(c));
}

/** Answers with a page for somebody who is signed in; `make` gets the hidden field of its forms. */
export async function renderPage(
  c: PageContext,
  title: string,
  make: (nonce: string) => JSX.Element,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const { viewer } = c.var;
  const nonce = await formNonce(c, formPurpose(viewer));
  const top = <Nav language={pageLanguage(c)} viewer={viewer} nonce={nonce} path={c.req.path} />;
  return renderBarePage(c, title, make(nonce), status, top);
}

/** Answers with a page for whoever asks. */
export async function renderBarePage(
  c: PageContext,
  title: string,
  body: JSX.Element,
  status: ContentfulStatusCode = 200,
  top?: JSX.Element,
): Promise<Response> {
  const { name } = await cachedSite(c.env);
  c.header("Vary", "Accept-Language, Cookie");
  return c.html(
    <Layout language={pageLanguage(c)} title={title} site={name} top={top} sample={c.env.sample}>
      {body}
    </Layout>,
    status,
  );
}

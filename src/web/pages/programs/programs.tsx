import { Hono } from "hono";
import { makeAppPassword, ownAppPasswords, revokeAppPassword } from "../../../account/app-passwords.ts";
import { cachedSite } from "../../../account/site.ts";
import { AppError } from "../../../errors.ts";
import { texts } from "../../../text/index.ts";
import type { Env, PageContext } from "../../env.ts";
import { fieldValue } from "../../request/forms.ts";
import { pageLanguage, pageTimes, readFormFields, renderPage, signedIn } from "../page-context.tsx";
import { NewPasswordView, ProgramsView } from "../views/programs.tsx";
import { calendarAccount, davx5Address } from "./account.ts";
import { appleProfile } from "./apple-profile.ts";

/** Returns the routes of the page on which a person gives calendar programs their passwords. */
export function programsRoutes(): Hono<Env> {
  return (
    new Hono<Env>()
      .get("/programs", signedIn, async (c) => showPrograms(c, false))
      .post("/programs", signedIn, async (c) => {
        const fields = await readFormFields(c);
        const account = calendarAccount(c);
        if (!account.safe) throw new AppError("forbidden", "passwords are sent over https alone");
        const name = fieldValue(fields, "program").trim();
        if (name === "") return showPrograms(c, true);
        const made = await makeAppPassword(c.env, c.var.viewer, name);
        if (fieldValue(fields, "do") === "profile") {
          const profile = { name: await accountName(c), password: made.password, random: c.env.random };
          return c.body(appleProfile(account, profile), 200, {
            "Content-Type": "application/x-apple-aspen-config; charset=utf-8",
            "Content-Disposition": 'attachment; filename="calendars.mobileconfig"',
          });
        }
        const language = pageLanguage(c);
        const davx5 = davx5Address(account, made.password);
        return renderPage(c, texts[language].programs.title, () => (
          <NewPasswordView {...{ language, account, davx5 }} name={made.name} password={made.password} />
        ));
      })
      .post("/programs/:id/revoke", signedIn, async (c) => {
        await readFormFields(c);
        await revokeAppPassword(c.env, c.var.viewer, c.req.param("id"));
        return c.redirect("/programs?done=revoked", 303);
      })
      // A browser may open the address of a sent form again.
      .get("/programs/:id/revoke", signedIn, (c) => c.redirect("/programs", 303))
  );
}

/** Returns the name of the account in calendar programs. */
async function accountName(c: PageContext): Promise<string> {
  return (await cachedSite(c.env)).name || "Waldur";
}

async function showPrograms(c: PageContext, fault: boolean): Promise<Response> {
  const language = pageLanguage(c);
  const passwords = await ownAppPasswords(c.env, c.var.viewer);
  return renderPage(
    c,
    texts[language].programs.title,
    (nonce) => (
      <ProgramsView
        {...{ language, nonce, passwords, fault }}
        account={calendarAccount(c)}
        times={pageTimes(c)}
        revoked={!fault && c.req.query("done") === "revoked"}
      />
    ),
    fault ? 400 : 200,
  );
}

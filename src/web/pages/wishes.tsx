import { Hono } from "hono";
import { languages } from "../../calendar/profile.ts";
import { readZone } from "../../calendar/zone.ts";
import { chooseWishes } from "../../store/accounts/accounts.ts";
import { texts } from "../../text/index.ts";
import type { Env, PageContext } from "../env.ts";
import { fieldValue } from "../request/forms.ts";
import { safeNextPath } from "../session/next-path.ts";
import { pageLanguage, readFormFields, renderPage, signedIn } from "./page-context.tsx";
import { WishesPage } from "./views/wishes.tsx";

/** Returns the routes on which somebody chooses the zone and the language of the pages. */
export function wishesRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/you", signedIn, async (c) => showWishes(c, c.var.viewer.account.zone, false))
    .post("/you", signedIn, async (c) => {
      const fields = await readFormFields(c);
      const typed = fieldValue(fields, "zone").trim().slice(0, 100).toWellFormed();
      const zone = typed === "" ? "" : readZone(typed);
      if (zone === null) return showWishes(c, typed, true);
      await chooseWishes(c.env.sql, c.var.viewer.account.id, {
        zone,
        language: readLanguage(fieldValue(fields, "language")),
      });
      return c.redirect("/you?done=saved", 303);
    })
    .get("/you/language", signedIn, (c) => c.redirect("/you", 303))
    .post("/you/language", signedIn, async (c) => {
      const fields = await readFormFields(c);
      const { account } = c.var.viewer;
      const language = readLanguage(fieldValue(fields, "language"));
      await chooseWishes(c.env.sql, account.id, { zone: account.zone, language });
      return c.redirect(safeNextPath(fieldValue(fields, "next")), 303);
    });
}

function readLanguage(text: string) {
  return languages.find((one) => one === text) ?? "";
}

async function showWishes(c: PageContext, zone: string, fault: boolean): Promise<Response> {
  const language = pageLanguage(c);
  const saved = !fault && c.req.query("done") === "saved";
  const chosen = c.var.viewer.account.language;
  return renderPage(
    c,
    texts[language].wishes.title,
    (nonce) => <WishesPage {...{ language, nonce, zone, chosen, fault, saved }} given={c.env.config.timeZone} />,
    fault ? 400 : 200,
  );
}

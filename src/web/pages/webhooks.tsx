import { Hono } from "hono";
import { outsidePace, takeTurn } from "../../account/turns.ts";
import { AppError } from "../../errors.ts";
import { makeWebhook, removeWebhook, testWebhook } from "../../mail/webhook/choose-webhooks.ts";
import { texts } from "../../text/index.ts";
import type { Env } from "../env.ts";
import { fieldValue } from "../request/forms.ts";
import { keepsSecrets } from "../request/own-machine.ts";
import { noticesPerson, showNotices } from "./notices.tsx";
import { pageLanguage, readFormFields, renderPage, signedIn } from "./page-context.tsx";
import { NewWebhookView } from "./views/webhooks.tsx";

const longestAddress = 2000;

/** Returns the routes on which somebody chooses where what they are told is posted. */
export function webhookRoutes(): Hono<Env> {
  return (
    new Hono<Env>()
      .post("/notices/webhooks", signedIn, async (c) => {
        const fields = await readFormFields(c);
        if (!keepsSecrets(c.env.config, c.req.url))
          throw new AppError("forbidden", "secrets are sent over https alone");
        const asked = {
          url: fieldValue(fields, "url").slice(0, longestAddress + 1),
          template: fieldValue(fields, "template"),
          kinds: fields.get("posted") ?? [],
          provider: fieldValue(fields, "provider"),
        };
        const made = await makeWebhook(c.env, c.var.viewer, noticesPerson(c), asked);
        if ("fault" in made) return showNotices(c, { webhookForm: { ...asked, fault: made.fault } });
        if (made.secret === "") return c.redirect("/notices?done=added#webhooks", 303);
        const language = pageLanguage(c);
        const title = texts[language].notices.webhooks.title;
        return renderPage(c, title, () => <NewWebhookView language={language} secret={made.secret} />);
      })
      .post("/notices/webhooks/:id/test", signedIn, async (c) => {
        await readFormFields(c);
        const person = noticesPerson(c);
        const posted = await takeTurn(c.env, person, outsidePace, async () =>
          testWebhook(c.env, person, c.req.param("id"), pageLanguage(c)),
        );
        const { result, answer } = posted;
        return showNotices(c, { webhookNote: { done: "tested", arrived: result === "sent", answer } });
      })
      .post("/notices/webhooks/:id/remove", signedIn, async (c) => {
        await readFormFields(c);
        await removeWebhook(c.env, noticesPerson(c), c.req.param("id"));
        return c.redirect("/notices?done=removed#webhooks", 303);
      })
      // A browser may open the address of a sent form again.
      .get("/notices/webhooks", signedIn, (c) => c.redirect("/notices", 303))
      .get("/notices/webhooks/:id/:deed{test|remove}", signedIn, (c) => c.redirect("/notices", 303))
  );
}

import { Hono } from "hono";
import { canInvite } from "../../mail/invitation/invitees.ts";
import { resourceDomains } from "../../mail/resource/read-resource.ts";
import { chooseMailbox, listDecidedOfferings, type MailboxChoice } from "../../mail/resource/resource-mailbox.ts";
import { texts } from "../../text/index.ts";
import type { Env, PageContext } from "../env.ts";
import { fieldValue } from "../request/forms.ts";
import { pageLanguage, readFormFields, renderPage, signedIn } from "./page-context.tsx";
import { MailboxesPage, type MailboxFault } from "./views/mailboxes.tsx";

/** Returns the routes on which somebody has the mailbox of a room or equipment answer requests in their place. */
export function mailboxesRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/notices/mailboxes", signedIn, async (c) => showMailboxes(c, null))
    .post("/notices/mailboxes", signedIn, async (c) => {
      const fields = await readFormFields(c);
      const typed = { offering: fieldValue(fields, "offering"), address: fieldValue(fields, "address").slice(0, 300) };
      const wanted = fieldValue(fields, "do") === "end" ? "" : typed.address.trim() || "?";
      const choice = await chooseMailbox(c.env, c.var.viewer, typed.offering, wanted);
      if (choice !== "saved" && choice !== "ended") return showMailboxes(c, { choice, typed });
      return c.redirect(`/notices/mailboxes?done=${choice}`, 303);
    });
}

interface Refused {
  readonly choice: Exclude<MailboxChoice, "saved" | "ended">;
  readonly typed: { readonly offering: string; readonly address: string };
}

async function showMailboxes(c: PageContext, refused: Refused | null): Promise<Response> {
  const language = pageLanguage(c);
  const { config } = c.env;
  const offerings = await listDecidedOfferings(c.env, c.var.viewer);
  const done = c.req.query("done");
  const fault: MailboxFault | null = refused?.choice ?? null;
  return renderPage(
    c,
    texts[language].mailboxes.title,
    (nonce) => (
      <MailboxesPage
        {...{ language, nonce, offerings, fault }}
        done={refused === null && (done === "saved" || done === "ended") ? done : null}
        typed={refused?.typed ?? { offering: "", address: "" }}
        domains={resourceDomains(config)}
        answers={canInvite(c.env) ? config.mailDecisions : "off"}
      />
    ),
    refused === null ? 200 : 400,
  );
}

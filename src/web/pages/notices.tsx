import { Hono } from "hono";
import { AppError } from "../../errors.ts";
import { isolate } from "../../calendar/text.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { proveAddress, readProof, readStop, stopNotices, typeAddress } from "../../mail/notices/choose.ts";
import { canInvite } from "../../mail/invitation/invitees.ts";
import { listWebhookProviders, ownWebhooks } from "../../mail/webhook/choose-webhooks.ts";
import { mailOf } from "../../mail/queue.ts";
import { chooseNotices, chosenKinds, findNotices, type NoticeWishes } from "../../store/mail/notices.ts";
import { listFeeds } from "../../store/feeds.ts";
import { isAddressPaused } from "../../store/mail/bounces.ts";
import { listFailed } from "../../store/mail/outbox.ts";
import { texts } from "../../text/index.ts";
import { manages } from "../../waldur/roles.ts";
import type { Env, PageContext } from "../env.ts";
import { type Fields, fieldValue } from "../request/forms.ts";
import { pageLanguage, pageZone, readFormFields, renderBarePage, renderPage, signedIn } from "./page-context.tsx";
import { MailLinkPage, NoticesPage, type NoticesProps, type OfferedFeeds } from "./views/notices.tsx";

const failedSeconds = 7 * 86_400;

/** Returns the routes on which somebody chooses what they are told, and of the links in mails, which need no session. */
export function noticesRoutes(): Hono<Env> {
  return (
    new Hono<Env>()
      .get("/notices", signedIn, async (c) => showNotices(c, doneOf(c.req.query("done"))))
      .post("/notices", signedIn, async (c) => {
        const fields = await readFormFields(c);
        const userUuid = noticesPerson(c);
        const wishes = readWishes(fields);
        if (wishes === null) return showNotices(c, { note: "reminder" });
        await c.env.sql.batch([chooseNotices(userUuid, { wishes })]);
        return c.redirect("/notices?done=saved", 303);
      })
      .get("/notices/address", signedIn, (c) => c.redirect("/notices", 303))
      .post("/notices/address", signedIn, async (c) => {
        const fields = await readFormFields(c);
        const typed = fieldValue(fields, "address");
        const outcome = await typeAddress(c.env, noticesPerson(c), typed, pageLanguage(c));
        return showNotices(c, { note: outcome, typed: typed.trim() });
      })
      .get("/notices/stop/:token", async (c) => showStop(c, false))
      // RFC 8058: a mail program posts this by itself, without cookies.
      .post("/notices/stop/:token", async (c) => showStop(c, true))
      .get("/notices/prove/:token", async (c) => showProof(c, false))
      .post("/notices/prove/:token", async (c) => showProof(c, true))
  );
}

/** Returns the person who is signed in. Throws `forbidden` for the operator, whom ADMIN_TOKEN shows to be nobody in Waldur. */
export function noticesPerson(c: PageContext): string {
  const { account, operator } = c.var.viewer;
  if (operator || account.userUuid === null) throw new AppError("forbidden", "notices go to people");
  return account.userUuid;
}

/** Returns what a form says; null where the hours are none. */
function readWishes(fields: Fields): NoticeWishes | null {
  const hour = (name: string): number | null => {
    const text = fieldValue(fields, name);
    return /^(?:[01]?\d|2[0-3])$/.test(text) ? Number(text) : null;
  };
  const reminder = fieldValue(fields, "reminderHours").trim();
  const reminderHours = /^\d{1,3}$/.test(reminder) ? Number(reminder) : 0;
  if (reminderHours < 1 || reminderHours > 336) return null;
  const chosen = fields.get("kinds") ?? [];
  const [from, to] = [hour("quietFrom"), hour("quietTo")];
  return {
    kinds: chosenKinds(chosen),
    invitations: chosen.includes("invitations"),
    reminderHours,
    digestHour: hour("digestHour") ?? 8,
    quiet: from === null || to === null || from === to ? null : { from, to },
  };
}

/** The action just done on the page, or what was typed. */
type Shown = Partial<Pick<NoticesProps, "note" | "typed" | "webhookForm" | "webhookNote">>;

function doneOf(done: string | undefined): Shown {
  if (done === "added" || done === "removed") return { webhookNote: { done } };
  return done === "saved" ? { note: done } : {};
}

/** Answers with the page, with the outcome of what was just done. */
export async function showNotices(
  c: PageContext,
  { note = null, typed = "", webhookForm = null, webhookNote = null }: Shown,
): Promise<Response> {
  const language = pageLanguage(c);
  const { account, operator } = c.var.viewer;
  const userUuid = operator ? null : account.userUuid;
  const { sql } = c.env;
  const chosen = await findNotices(sql, userUuid ?? "");
  const failed = userUuid === null ? [] : await listFailed(sql, userUuid, epochSeconds(c.env) - failedSeconds);
  const paused = userUuid !== null && (await isAddressPaused(sql, userUuid, chosen.email || account.email));
  const answers = canInvite(c.env) ? c.env.config.mailDecisions : "off";
  const offered = chosen.wishes.invitations && answers !== "off" ? await offerFeeds(c) : null;
  const webhooks = userUuid === null ? [] : await ownWebhooks(c.env, userUuid);
  const webhookProviders = userUuid === null ? [] : await listWebhookProviders(c.env, c.var.viewer);
  const faulty = webhookForm !== null || note === "bad" || note === "reminder" || note === "many";
  return renderPage(
    c,
    texts[language].notices.title,
    (nonce) => (
      <NoticesPage
        {...{ language, nonce, note, typed, failed, webhooks, webhookProviders, webhookForm, webhookNote }}
        notices={chosen}
        known={account.email}
        paused={paused}
        person={userUuid !== null}
        on={mailOf(c.env) !== null}
        {...{ answers, offered }}
        zone={pageZone(c)}
      />
    ),
    faulty ? 400 : 200,
  );
}

/** Returns the person's calendars in which pending bookings stand, and the first organisation that they manage: for one without. */
async function offerFeeds(c: PageContext): Promise<OfferedFeeds> {
  const { account, accountIds } = c.var.viewer;
  const own = (await listFeeds(c.env.sql)).filter(
    ({ accountId, state }) => accountIds.has(accountId) && state !== "ended",
  );
  const pending = own.filter(({ profile }) => profile.filter.states?.includes("Creating") !== false);
  const provider = account.roles.find(({ scopeUuid }) => manages(account, scopeUuid))?.scopeUuid ?? null;
  return {
    pending: pending.map(({ id, profile }) => ({ id, name: isolate(profile.name) })),
    provider: own.length > 0 ? null : provider,
  };
}

async function showStop(c: PageContext, posted: boolean): Promise<Response> {
  const stop = await readStop(c.env, c.req.param("token") ?? "");
  const words = texts[pageLanguage(c)].notices;
  if (stop !== null && posted) await stopNotices(c.env, stop);
  const ask = stop === null ? "" : words.stop.ask(words.kind[stop.kind]);
  return showMailLink(c, words.stop, stop === null ? "gone" : posted ? "done" : "ask", ask);
}

async function showProof(c: PageContext, posted: boolean): Promise<Response> {
  const proof = await readProof(c.env, c.req.param("token") ?? "");
  const words = texts[pageLanguage(c)].notices.prove;
  if (proof !== null && posted) await proveAddress(c.env, proof);
  const ask = proof === null ? "" : words.ask(proof.address);
  return showMailLink(c, words, proof === null ? "gone" : posted ? "done" : "ask", ask);
}

/** Answers a link of a mail: opening it changes nothing, since programs that look for viruses do; the button does. */
async function showMailLink(
  c: PageContext,
  words: Omit<(typeof texts)["en"]["notices"]["prove"], "ask">,
  step: "ask" | "done" | "gone",
  ask: string,
): Promise<Response> {
  const back = texts[pageLanguage(c)].notices.stop.back;
  return renderBarePage(c, words.title, <MailLinkPage {...{ words, step, ask, back }} />, step === "gone" ? 404 : 200);
}

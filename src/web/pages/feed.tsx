import { Hono } from "hono";
import { isolate } from "../../calendar/text.ts";
import type { Env, PageContext } from "../env.ts";
import { fieldValue } from "../request/forms.ts";
import type { FeedFilter, FeedProfile } from "../../calendar/profile.ts";
import { AppError } from "../../errors.ts";
import type { FeedRow } from "../../store/feeds.ts";
import { findAccount } from "../../store/accounts/accounts.ts";
import { addFeed, findFeedAddress, revokeFeed, rotateFeed, standsStill, updateFeed } from "../../feed/commands.ts";
import { sealedBy } from "../../security/seal.ts";
import { maySignLinks } from "../../feed/links.ts";
import {
  type ActingAccount,
  actAs,
  type ListKind,
  listKinds,
  resolveList,
  resolveSource,
} from "../../account/find-source.ts";
import { listOfferings, previewFeed } from "../../feed/preview.ts";
import { startRun } from "../../tick.ts";
import { may, findVisibleFeed } from "../../account/access.ts";
import { readOfferings } from "../../store/sources/sources.ts";
import { sizeWarning } from "../../calendar/size.ts";
import { changeProfile, newProfile } from "../../feed/profile.ts";
import { checkFeedForm, type FeedFormErrors, readFeedForm, type FeedFormValues, feedFormValues } from "./feed-form.ts";
import { calendarAccount } from "./programs/account.ts";
import { listMirrors } from "./mirror-health.ts";
import { zonedTimes } from "../../text/times.ts";
import { FeedForm, type FeedFormProps } from "./views/feed-form.tsx";
import { type FeedProps, FeedView } from "./views/feed.tsx";
import { pageLanguage, pageTimes, pageZone, readFormFields, renderPage, signedIn } from "./page-context.tsx";
import { epochSeconds } from "../../lib/clock.ts";
import { readName } from "../request/read-name.ts";
import { reachesOutside } from "../request/own-machine.ts";
import { takeOverFeed } from "../../take-over.ts";
import { texts } from "../../text/index.ts";

/** Returns the routes for making, subscribing to, changing and ending calendars. */
export function feedPageRoutes(): Hono<Env> {
  return (
    new Hono<Env>()
      .get("/feeds/new", signedIn, async (c) => {
        const source = await findAskedSource(c, c.req.query("kind") ?? "", c.req.query("uuid") ?? "");
        const first = newProfile(c.env.config, source.found.name, {
          language: pageLanguage(c),
          zone: c.var.viewer.account.zone || (c.env.config.timeZone === "UTC" ? null : c.env.config.timeZone),
        });
        return showNew(c, source, { typed: proposed(c, feedFormValues(first, null)), faults: {}, preview: null });
      })
      .post("/feeds/new", signedIn, async (c) => {
        const fields = await readFormFields(c);
        const source = await findAskedSource(c, fieldValue(fields, "kind"), fieldValue(fields, "uuid"));
        const typed = readFeedForm(fields);
        const signs = maySignLinks(c.env, c.var.viewer.account);
        const { asked, expiresAt, faults } = checkFeedForm(typed, { nowAt: epochSeconds(c.env), maySign: signs });
        if (asked === null) return showNew(c, source, { typed, faults, preview: null }, 400);
        const filter = { ...asked.filter, ...source.filter };
        const profile = newProfile(c.env.config, source.found.name, { ...asked, filter });
        if (fieldValue(fields, "do") !== "save") {
          return showNew(c, source, {
            typed,
            faults,
            preview: await makePreview(c, source.asker, source.found, profile),
          });
        }
        const feed = await addFeed(c.env, source.found, profile, expiresAt);
        startRun(c.env, feed);
        return c.redirect(`/feeds/${feed.id}?done=made`, 303);
      })
      .get("/feeds/:id", signedIn, async (c) => showFeed(c, ""))
      .get("/feeds/:id/edit", signedIn, async (c) => {
        const { feed } = await findVisibleFeed(c.env, c.var.viewer, c.req.param("id"), "change");
        const typed = proposed(c, feedFormValues(feed.profile, feed.expiresAt));
        return showEdit(c, feed, { typed, faults: {}, preview: null });
      })
      .post("/feeds/:id/edit", signedIn, async (c) => edit(c))
      .post("/feeds/:id/rename", signedIn, async (c) => {
        const { feed } = await findVisibleFeed(c.env, c.var.viewer, c.req.param("id"), "change");
        const name = readName(await readFormFields(c));
        if (name === null) return showFeed(c, "rename");
        startRun(c.env, await updateFeed(c.env, feed, changeProfile(feed.profile, { name }), feed.expiresAt));
        return c.redirect(`/feeds/${feed.id}?done=renamed`, 303);
      })
      .post("/feeds/:id/rotate", signedIn, async (c) => {
        const { feed } = await findVisibleFeed(c.env, c.var.viewer, c.req.param("id"), "change");
        if (!(await isConfirmed(c))) return showFeed(c, "rotate");
        startRun(c.env, await rotateFeed(c.env, feed));
        return c.redirect(`/feeds/${feed.id}?done=rotated`, 303);
      })
      .post("/feeds/:id/revoke", signedIn, async (c) => {
        const { feed } = await findVisibleFeed(c.env, c.var.viewer, c.req.param("id"), "end");
        if (!(await isConfirmed(c))) return showFeed(c, "revoke");
        startRun(c.env, await revokeFeed(c.env, feed, false));
        return c.redirect(`/feeds/${feed.id}?done=revoked`, 303);
      })
      .post("/feeds/:id/take-over", signedIn, async (c) => {
        await readFormFields(c);
        const { viewer } = c.var;
        const { feed, source } = await findVisibleFeed(c.env, viewer, c.req.param("id"), "takeOver");
        const own = await resolveSource(await actAs(c.env, viewer.account), source.kind, source.scopeUuid);
        const taken = await takeOverFeed(c.env, feed, own);
        startRun(c.env, taken);
        return c.redirect(`/feeds/${feed.id}?done=taken`, 303);
      })
      // A browser may open the address of a sent form again.
      .get("/feeds/:id/:deed{rename|rotate|revoke}", signedIn, async (c) => {
        const { feed } = await findVisibleFeed(c.env, c.var.viewer, c.req.param("id"), "end");
        return c.redirect(`/feeds/${feed.id}`, 303);
      })
      .get("/feeds/:id/take-over", signedIn, (c) => c.redirect("/calendars", 303))
  );
}

/** Returns the values of a form with what the link to it proposes. */
function proposed(c: PageContext, typed: FeedFormValues): FeedFormValues {
  return c.req.query("pending") === "out" ? { ...typed, pending: "out" } : typed;
}

interface AskedSource {
  readonly asker: ActingAccount;
  readonly kind: ListKind;
  readonly found: Awaited<ReturnType<typeof resolveSource>>;
  /** The part of the source that was asked for. */
  readonly filter: FeedFilter;
}

/** Finds the list in Waldur that a form is about. Throws `not_found` where the viewer does not see it. */
async function findAskedSource(c: PageContext, asked: string, uuid: string): Promise<AskedSource> {
  const kind = listKinds.find((known) => known === asked);
  if (kind === undefined) throw new AppError("not_found", "there is no such kind of list");
  const asker = await actAs(c.env, c.var.viewer.account);
  const { source, filter } = await resolveList(asker, kind, uuid.slice(0, 40));
  return { asker, kind, found: source, filter };
}

interface FormState {
  readonly typed: FeedFormValues;
  readonly faults: FeedFormErrors;
  readonly preview: FeedFormProps["preview"];
}

async function makePreview(c: PageContext, asker: ActingAccount, source: AskedSource["found"], profile: FeedProfile) {
  const events = await previewFeed(c.env, asker, source, profile);
  return { events, times: zonedTimes(profile.zone ?? pageZone(c), pageLanguage(c)) };
}

async function showNew(c: PageContext, { asker, kind, found }: AskedSource, state: FormState, status: 200 | 400 = 200) {
  const language = pageLanguage(c);
  const offerings = await listOfferings(asker, found);
  const hidden = { kind, uuid: found.scopeUuid };
  const about = {
    source: isolate(found.name),
    // A browser may open the address of a sent form again.
    action: `/feeds/new?${new URLSearchParams(hidden).toString()}`,
    hidden,
    existing: false,
    cancelHref: "/calendars",
    offerings: offerings.map(({ uuid, name }) => [uuid, isolate(name)] as const),
    maySign: maySignLinks(c.env, c.var.viewer.account),
  };
  return renderPage(
    c,
    texts[language].feedForm.newTitle,
    (nonce) => <FeedForm {...{ language, nonce }} {...about} {...state} />,
    status,
    state.preview?.times.zone,
  );
}

async function showEdit(c: PageContext, feed: FeedRow, state: FormState, status: 200 | 400 = 200): Promise<Response> {
  const language = pageLanguage(c);
  const { source } = await findVisibleFeed(c.env, c.var.viewer, feed.id, "change");
  const owner = await findAccount(c.env.sql, feed.accountId);
  const about = {
    source: isolate(source.name),
    action: `/feeds/${feed.id}/edit`,
    hidden: {},
    existing: true,
    cancelHref: `/feeds/${feed.id}`,
    offerings: [...readOfferings(source.offerings)].map(([uuid, { name }]) => [uuid, isolate(name)] as const),
    maySign: owner !== null && maySignLinks(c.env, owner),
  };
  return renderPage(
    c,
    texts[language].feedForm.editTitle,
    (nonce) => <FeedForm {...{ language, nonce }} {...about} {...state} />,
    status,
    state.preview?.times.zone,
  );
}

async function edit(c: PageContext): Promise<Response> {
  const fields = await readFormFields(c);
  const { viewer } = c.var;
  const { feed, source } = await findVisibleFeed(c.env, viewer, c.req.param("id") ?? "", "change");
  const owner = await findAccount(c.env.sql, feed.accountId);
  const typed = readFeedForm(fields);
  const signs = owner !== null && maySignLinks(c.env, owner);
  const { states } = feed.profile.filter;
  const { asked, expiresAt, faults } = checkFeedForm(typed, { nowAt: epochSeconds(c.env), maySign: signs, states });
  if (asked === null) return showEdit(c, feed, { typed, faults, preview: null }, 400);
  const profile = changeProfile(feed.profile, asked);
  if (fieldValue(fields, "do") !== "save") {
    const asker = await actAs(c.env, viewer.account);
    return showEdit(c, feed, { typed, faults, preview: await makePreview(c, asker, source, profile) });
  }
  await updateFeed(c.env, feed, profile, expiresAt);
  startRun(c.env, feed);
  return c.redirect(`/feeds/${feed.id}?done=saved`, 303);
}

/** Checks the form, and returns true when its box was ticked. */
async function isConfirmed(c: PageContext): Promise<boolean> {
  return fieldValue(await readFormFields(c), "sure") === "yes";
}

/** Shows one calendar; `unsure` is the form that was sent without its tick or its name. */
async function showFeed(c: PageContext, unsure: FeedProps["unsure"]): Promise<Response> {
  const language = pageLanguage(c);
  const seen = await findVisibleFeed(c.env, c.var.viewer, c.req.param("id") ?? "", "end");
  const { feed, source, standing } = seen;
  const reachable = feed.state !== "loading" && feed.state !== "ended" && may(standing, "address");
  const address = reachable ? await findFeedAddress(c.env, feed) : null;
  const hidden = reachable && address === null ? sealedBy(feed.secret) : null;
  const stands = feed.state !== "ended" && (await standsStill(c.env, feed)) ? sealedBy(feed.salt) : null;
  const large = sizeWarning(c.env.config, feed.eventCount, feed.byteCount) !== null;
  const done = c.req.query("done");
  const mirrors = await listMirrors(c, feed.id);
  return renderPage(
    c,
    isolate(feed.profile.name),
    (nonce) => (
      <FeedView
        {...{ language, nonce, feed, source, standing, address, hidden, stands, large, unsure, mirrors }}
        times={pageTimes(c)}
        account={calendarAccount(c)}
        inside={!reachesOutside(c.env.config.publicUrl)}
        done={unsure === "" ? (done ?? "") : ""}
      />
    ),
    unsure === "" ? 200 : 400,
  );
}

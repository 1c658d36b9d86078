import { Hono } from "hono";
import { isolate } from "../../calendar/text.ts";
import type { Env, PageContext } from "../env.ts";
import type { ServerProfile } from "../../caldav/port.ts";
import { AppError } from "../../errors.ts";
import { countLedger } from "../../store/ledger.ts";
import type { TargetRow } from "../../store/targets.ts";
import { accessOrNone, credentialsUsername } from "../../mirror/connect/connect.ts";
import { googleHost } from "../../caldav/auth/google.ts";
import { readConnectError } from "../../mirror/connect/error.ts";
import {
  changeCredentials,
  pauseTarget,
  renameTarget,
  probeTarget,
  removalChoices,
  removeTarget,
  restoreEvents,
  resumeTarget,
  syncTarget,
} from "../../mirror/commands.ts";
import { readName } from "../request/read-name.ts";
import { startRun } from "../../tick.ts";
import { may, type Right, findVisibleTarget } from "../../account/access.ts";
import { fieldValue, type Fields } from "../request/forms.ts";
import { readPassword, connectErrorStatus } from "./connect/input.ts";
import { readMirrorHealth } from "./mirror-health.ts";
import { type TargetErrors, TargetView } from "./views/target.tsx";
import { pageLanguage, pageTimes, readFormFields, renderPage, signedIn } from "./page-context.tsx";
import { readLastReport } from "../../mirror/report.ts";

/** The longest that a person waits for a run. */
const runMilliseconds = 20_000;

/** Returns the routes of one target's page and its forms. */
export function targetPageRoutes(): Hono<Env> {
  return (
    new Hono<Env>()
      .get("/targets/:id", signedIn, async (c) => showTarget(c, nothingWrong))
      .post("/targets/:id/rename", signedIn, async (c) =>
        handleChange(c, "change", "renamed", async (target, fields) => {
          const name = readName(fields);
          return name === null ? { ...nothingWrong, unsure: "rename", status: 400 } : renameTarget(c.env, target, name);
        }),
      )
      .post("/targets/:id/pause", signedIn, async (c) =>
        handleChange(c, "change", "paused", async (target) => pauseTarget(c.env, target)),
      )
      .post("/targets/:id/resume", signedIn, async (c) =>
        handleChange(c, "change", "on", async (target) => resumeTarget(c.env, target)),
      )
      .post("/targets/:id/probe", signedIn, async (c) =>
        handleChange(c, "change", "probed", async (target) => probeTarget(c.env, target)),
      )
      .post("/targets/:id/restore", signedIn, async (c) =>
        handleChange(c, "change", "restored", async (target) => restoreEvents(c.env, target)),
      )
      .post("/targets/:id/allow", signedIn, async (c) =>
        handleChange(c, "change", "allowed", async (target, fields) => {
          if (!isSure(fields)) return { ...nothingWrong, unsure: "allow" };
          await syncTarget(c.env, target, { allowRemovals: true, until: c.env.now() + runMilliseconds });
          return undefined;
        }),
      )
      .post("/targets/:id/credentials", signedIn, async (c) =>
        handleChange(c, "change", "credentials", async (target, fields) => takeCredentials(c, target, fields)),
      )
      .post("/targets/:id/remove", signedIn, async (c) => removeMirror(c))
      // A browser may open the address of a sent form again.
      .get("/targets/:id/:deed{rename|pause|resume|probe|restore|allow|credentials|remove}", signedIn, async (c) => {
        const { target } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id"), "end");
        return c.redirect(`/targets/${target.id}`, 303);
      })
  );
}

/** Errors of a sent form. */
interface Wrong {
  readonly unsure: "" | "rename" | "allow" | "remove";
  readonly username: string;
  /** Choice for the events of a mirror that is removed. */
  readonly events: string;
  readonly faults: TargetErrors;
  readonly status: 200 | 400 | 502;
}

const nothingWrong: Wrong = { unsure: "", username: "", events: "", faults: {}, status: 200 };

type Act = (target: TargetRow, fields: Fields) => Promise<Wrong | TargetRow | void>;

/** Does what a form asks for to its target, then shows that it is done, or the errors. */
async function handleChange(c: PageContext, right: Right, done: string, act: Act): Promise<Response> {
  const fields = await readFormFields(c);
  const { target } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id") ?? "", right);
  let wrong: Wrong | TargetRow | void;
  try {
    wrong = await act(target, fields);
  } catch (error) {
    const refused = error instanceof AppError ? readConnectError(error) : null;
    if (refused === null) throw error;
    wrong = { ...nothingWrong, faults: { probe: refused }, status: connectErrorStatus(refused.reason) };
  }
  if (wrong !== undefined && "faults" in wrong) return showTarget(c, wrong);
  startRun(c.env, target);
  return c.redirect(`/targets/${target.id}?done=${done}`, 303);
}

function isSure(fields: Fields): boolean {
  return fieldValue(fields, "sure") === "yes";
}

async function takeCredentials(c: PageContext, target: TargetRow, fields: Fields): Promise<Wrong | void> {
  const { username, password, faults } = readPassword(fields);
  if (Object.keys(faults).length > 0) return { ...nothingWrong, username, faults, status: 400 };
  try {
    await changeCredentials(c.env, c.var.viewer.account.id, target, { kind: "password", username, password });
  } catch (error) {
    const refused = error instanceof AppError ? readConnectError(error) : null;
    if (refused === null) throw error;
    const status = connectErrorStatus(refused.reason);
    return { ...nothingWrong, username, faults: { password: refused }, status };
  }
}

async function removeMirror(c: PageContext): Promise<Response> {
  const fields = await readFormFields(c);
  const { target, feed } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id") ?? "", "end");
  const asked = fieldValue(fields, "events");
  const events = removalChoices(target).find((choice) => choice === asked) ?? null;
  if (events === null || !isSure(fields)) {
    const unsure = isSure(fields) ? "" : "remove";
    const faults = events === null ? { events: "choice" as const } : {};
    return showTarget(c, { ...nothingWrong, unsure, events: events ?? "", faults, status: 400 });
  }
  const left = await removeTarget(c.env, target, events);
  startRun(c.env, target);
  return c.redirect(left === null ? `/feeds/${feed.id}?done=disconnected` : `/targets/${target.id}?done=removing`, 303);
}

async function showTarget(c: PageContext, wrong: Wrong): Promise<Response> {
  const language = pageLanguage(c);
  const times = pageTimes(c);
  const { target, feed, standing } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id") ?? "", "end");
  const counts = await countLedger(c.env.sql, target.id);
  const profile: ServerProfile = JSON.parse(target.profile);
  const { credentials } = await accessOrNone(c.env, target);
  const about = { target, feed, standing, counts, profile, report: readLastReport(target), times };
  const username = wrong.username || (may(standing, "content") ? credentialsUsername(credentials) : "");
  const health = await readMirrorHealth(c, target);
  const { status, faults, unsure, events } = wrong;
  const told = {
    done: status === 200 && unsure === "" ? (c.req.query("done") ?? "") : "",
    google: c.req.query("fault") ?? "",
  };
  return renderPage(
    c,
    isolate(target.name),
    (nonce) => (
      <TargetView
        {...{ language, nonce, faults, unsure, events, username, ...about, ...told }}
        health={health}
        byGoogle={credentials === null ? target.host === googleHost : credentials.kind === "google"}
      />
    ),
    unsure === "" ? status : 400,
  );
}

import { type Context, Hono } from "hono";
import type { Env } from "../env.ts";
import type { TargetRow } from "../../store/targets.ts";
import { findCalendarHome } from "../../mirror/connect/connect.ts";
import {
  addTarget,
  changeCredentials,
  pauseTarget,
  probeTarget,
  removeTarget,
  restoreEvents,
  resumeTarget,
  syncTarget,
} from "../../mirror/commands.ts";
import { startRun } from "../../tick.ts";
import { findVisibleFeed, findVisibleTarget, listVisibleTargets } from "../../account/access.ts";
import { readCredentials, readFate, readNewTarget, readPlace, readPush } from "./input.ts";
import { readBody } from "./read-body.ts";
import type { CalendarsJson } from "./responses.ts";
import { pushJson, targetJson } from "./target-json.ts";

/** `/api/v1/targets`: calendars on CalDAV servers that mirror a feed. */
export function targetRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/", async (c) => {
      const targets = [];
      for (const { target, standing } of await listVisibleTargets(c.env, c.var.viewer)) {
        targets.push(await targetJson(c.env, target, standing));
      }
      return c.json({ targets });
    })
    .post("/", async (c) => {
      const asked = readNewTarget(await readBody(c));
      const { standing } = await findVisibleFeed(c.env, c.var.viewer, asked.feedId, "change");
      const target = await addTarget(c.env, c.var.viewer.account.id, asked);
      startRun(c.env, target);
      return c.json(await targetJson(c.env, target, standing), 201);
    })
    .post("/calendars", async (c) => {
      const { calendars, homes } = await findCalendarHome(c.env, c.var.viewer.account.id, readPlace(await readBody(c)));
      return c.json({
        calendars: calendars.map(({ url, name, notWritable }) => ({ url, name, notWritable })),
        canCreate: homes.length > 0,
      } satisfies CalendarsJson);
    })
    .get("/:id", async (c) => {
      const { target, standing } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id"), "name");
      return c.json(await targetJson(c.env, target, standing));
    })
    .post("/:id/probe", async (c) => answerChange(c, async (target) => probeTarget(c.env, target)))
    .post("/:id/pause", async (c) => answerChange(c, async (target) => pauseTarget(c.env, target)))
    .post("/:id/resume", async (c) => answerChange(c, async (target) => resumeTarget(c.env, target)))
    .post("/:id/restore", async (c) => answerChange(c, async (target) => restoreEvents(c.env, target)))
    .post("/:id/credentials", async (c) =>
      answerChange(c, async (target) =>
        changeCredentials(c.env, c.var.viewer.account.id, target, readCredentials(await readBody(c))),
      ),
    )
    .post("/:id/sync", async (c) => {
      const { target } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id"), "change");
      return c.json(pushJson(await syncTarget(c.env, target, readPush(await readBody(c)))));
    })
    .delete("/:id", async (c) => {
      const { target, standing } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id"), "end");
      const events = readFate(c.req.query("events"));
      const left = await removeTarget(c.env, target, events);
      startRun(c.env, target);
      return c.json(left === null ? { id: target.id, state: "removed" } : await targetJson(c.env, left, standing));
    });
}

/** Answers with the target after a change by somebody who may make it, and starts a run. */
async function answerChange(c: Context<Env>, apply: (target: TargetRow) => Promise<TargetRow>): Promise<Response> {
  const { target, standing } = await findVisibleTarget(c.env, c.var.viewer, c.req.param("id") ?? "", "change");
  const changed = await apply(target);
  startRun(c.env, changed);
  return c.json(await targetJson(c.env, changed, standing));
}

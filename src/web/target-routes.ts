import { type Context, Hono } from "hono";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { listTargets, type TargetRow } from "../store/targets.ts";
import { findPlace } from "../sync/calendars.ts";
import {
  addTarget,
  changeCredentials,
  needTarget,
  pauseTarget,
  probeTarget,
  removeTarget,
  resumeTarget,
  syncTarget,
} from "../sync/targets.ts";
import { tick } from "../sync/tick.ts";
import { readCredentials, readNewTarget, readPlace, readPush } from "./api-input.ts";
import { readBody } from "./read-body.ts";
import { pushJson, targetJson } from "./target-json.ts";

type Env = { Bindings: Deps };

/** `/api/v1/targets`: calendars on CalDAV servers that mirror a feed. */
export function targetRoutes(): Hono<Env> {
  const answer = async (c: Context<Env>, target: TargetRow, status: 200 | 201 = 200) =>
    c.json(await targetJson(c.env, target), status);
  return new Hono<Env>()
    .get("/", async (c) => {
      const targets = [];
      for (const target of await listTargets(c.env.sql)) targets.push(await targetJson(c.env, target));
      return c.json({ targets });
    })
    .post("/", async (c) => {
      const target = await addTarget(c.env, readNewTarget(await readBody(c)));
      c.env.defer(tick(c.env, { onlyTargets: true }));
      return answer(c, target, 201);
    })
    .post("/calendars", async (c) => {
      const { calendars, homes } = await findPlace(c.env, readPlace(await readBody(c)));
      return c.json({
        calendars: calendars.map(({ url, name, notWritable }) => ({ url, name, notWritable })),
        canCreate: homes.length > 0,
      });
    })
    .get("/:id", async (c) => answer(c, await needTarget(c.env, c.req.param("id"))))
    .post("/:id/probe", async (c) => answer(c, await probeTarget(c.env, await needTarget(c.env, c.req.param("id")))))
    .post("/:id/pause", async (c) => answer(c, await pauseTarget(c.env, await needTarget(c.env, c.req.param("id")))))
    .post("/:id/resume", async (c) => answer(c, await resumeTarget(c.env, await needTarget(c.env, c.req.param("id")))))
    .post("/:id/credentials", async (c) => {
      const target = await needTarget(c.env, c.req.param("id"));
      return answer(c, await changeCredentials(c.env, target, readCredentials(await readBody(c))));
    })
    .post("/:id/sync", async (c) => {
      const target = await needTarget(c.env, c.req.param("id"));
      return c.json(pushJson(await syncTarget(c.env, target, readPush(await readBody(c)))));
    })
    .delete("/:id", async (c) => {
      const target = await needTarget(c.env, c.req.param("id"));
      const events = c.req.query("events");
      if (events !== "leave" && events !== "remove") {
        throw new AppError("bad_input", "events: say what becomes of the events in the calendar, leave or remove");
      }
      const left = await removeTarget(c.env, target, events);
      return left === null ? c.json({ id: target.id, state: "removed" }) : answer(c, left);
    });
}

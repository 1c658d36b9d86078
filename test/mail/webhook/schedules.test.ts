import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Deps } from "../../../src/deps.ts";
import { sealAddress } from "../../../src/mail/webhook/post.ts";
import { NotConnected } from "../../../src/security/guard.ts";
import { listDuePosts, sendPosts } from "../../../src/mail/webhook/send-posts.ts";
import { addToOutbox } from "../../../src/store/mail/outbox.ts";
import { addWebhook } from "../../../src/store/mail/webhooks.ts";
import { makeWorld, type World } from "../../world.ts";
import { live, steps } from "../processes.ts";

/**
 * The way in which a receiver takes one post. `down`: there is no connection; `cut`: it ends before the post is taken; `lost`: takes it,
 * and its answer is lost; `slow`: takes it, after a claim has run out.
 */
const fates = ["taken", "taken", "busy", "moved", "gone", "down", "cut", "lost", "slow"] as const;

const schedule = fc.record({
  /** Of each post its webhook. */
  posts: fc.array(fc.constantFrom("a", "a", "b"), { minLength: 1, maxLength: 5 }),
  given: fc.array(fc.constantFrom(...fates), { maxLength: 14 }),
  steps,
});

describe("the outbox of webhooks on random schedules", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld({ bookings: 0 });
  });

  it("posts each once, again where nobody heard the answer, to a chat once, always the same; nothing after 410", async () => {
    const begunAt = world.clock.ms;
    const runs = Number(globalThis.process.env["WEBHOOK_SCHEDULES"] ?? 150);
    let reached = 0;
    await fc.assert(
      fc.asyncProperty(schedule, async ({ posts, given, steps }) => {
        world.clock.ms = begunAt;
        const { sql } = world.deps;
        await sql.run("DELETE FROM outbox");
        await sql.run("DELETE FROM webhooks");
        const left = [...given];
        const taken: { id: string; body: string }[] = [];
        const gone = new Set<string>();
        /** Posts to a webhook that had said that it is gone, though one process alone had heard it and lived. */
        const late: string[] = [];
        let crowded = false;
        let unheard = 0;
        const outside: Deps["outside"] = async (request) => {
          const hook = new URL(request.url).pathname.slice(1);
          const fate = left.shift() ?? "taken";
          const body = await request.text();
          const id = `p${/"s(\d)"/.exec(body)?.[1]}`;
          if (gone.has(hook)) {
            late.push(id);
            return new Response("", { status: 410 });
          }
          if (fate === "slow") world.clock.ms += 301_000;
          if (fate === "lost" || fate === "slow") unheard += 1;
          if (fate === "taken" || fate === "lost" || fate === "slow") taken.push({ id, body });
          switch (fate) {
            case "taken":
            case "slow":
              return new Response("ok");
            case "busy":
              return new Response("", { status: 503 });
            case "moved":
              return new Response("", { status: 308, headers: { Location: "https://elsewhere.example.org/" } });
            case "gone":
              gone.add(hook);
              return new Response("", { status: 410 });
            case "down":
              throw new TypeError("fetch failed", { cause: new NotConnected("connect ECONNREFUSED") });
            case "cut":
            case "lost":
              throw new TypeError("fetch failed", { cause: new Error("cut") });
          }
        };
        const deps: Deps = { ...world.deps, outside };
        for (const [id, template] of [
          ["a", "json"],
          ["b", "slack"],
        ] as const) {
          const url = `https://chat.example.org/${id}`;
          const address = await sealAddress(deps, id, { url, secret: "whsec_c2VjcmV0" });
          const nowAt = Math.floor(begunAt / 1000);
          await addWebhook(sql, {
            id,
            userUuid: "u",
            address,
            template,
            kinds: ["request"],
            providerUuid: "",
            createdAt: nowAt,
          });
        }
        for (const [n, recipient] of posts.entries()) {
          const message = JSON.stringify({
            event: "test",
            subject: `s${n}`,
            intro: "",
            items: [],
            more: "",
            links: [],
          });
          const row = { id: `p${n}`, cause: `c${n}`, recipient, channel: "webhook", message } as const;
          await sql.batch([addToOutbox(row, Math.floor(begunAt / 1000))]);
        }
        const limits = { requests: 30, statements: 1000 };
        const send = async (own: Deps) =>
          sendPosts(own, await listDuePosts(own, limits), { ...limits, until: Number.POSITIVE_INFINITY });
        for (const step of steps) {
          if (step.kind === "wait") world.clock.ms += step.seconds * 1000;
          else {
            if (step.processes.length > 1) crowded = true;
            unheard += step.processes.filter(({ diesAt }) => diesAt !== 0).length;
            await Promise.all(step.processes.map(async (one) => live(deps, one, send)));
          }
        }
        left.length = 0;
        for (let hour = 0; hour < 8; hour += 1) {
          await send(deps);
          await send(deps);
          world.clock.ms += 3_700_000;
        }
        const rows = await sql.all("SELECT id, recipient, state, unclear FROM outbox ORDER BY n");
        const bodies = (id: string): string[] => taken.filter((one) => one.id === id).map(({ body }) => body);
        for (const row of rows) {
          const id = String(row["id"]);
          expect(row["state"]).toMatch(/^(?:sent|failed)$/);
          const program = row["recipient"] === "a";
          expect(bodies(id).length).toBeLessThanOrEqual(1 + (program ? unheard : Math.min(unheard, 1)));
          expect(new Set(bodies(id)).size).toBeLessThan(2);
          if (row["state"] === "sent") expect(bodies(id)).not.toEqual([]);
          else if (!gone.has(String(row["recipient"]))) expect(row["unclear"]).toBe(program ? 5 : 2);
          else reached += 1;
        }
        const ended = await sql.all("SELECT id FROM webhooks WHERE ended_at IS NOT NULL");
        expect(ended.every((row) => gone.has(String(row["id"])))).toBe(true);
        if (unheard === 0 && !crowded) expect(late).toEqual([]);
      }),
      { numRuns: runs },
    );
    expect(reached).toBeGreaterThan(0);
  });
});

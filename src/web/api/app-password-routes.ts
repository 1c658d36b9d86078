import { Hono } from "hono";
import { makeAppPassword, ownAppPasswords, revokeAppPassword, shownUserName } from "../../account/app-passwords.ts";
import type { Env } from "../env.ts";
import { davAddress } from "../request/public-url.ts";
import { isoTime } from "./feed-json.ts";
import { readNewAppPassword } from "./input.ts";
import { readBody } from "./read-body.ts";
import type * as json from "./responses.ts";

/** `/api/v1/app-passwords`: passwords with which calendar programs sign in for the caller. */
export function appPasswordRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/", async (c) => {
      const { viewer } = c.var;
      const passwords = (await ownAppPasswords(c.env, viewer)).map(({ id, name, createdAt, usedAt, client }) => ({
        id,
        name,
        createdAt: isoTime(createdAt),
        usedAt: isoTime(usedAt),
        client: client || null,
      }));
      const userName = shownUserName(viewer.account);
      const address = davAddress(c.env.config);
      return c.json({ address, userName, userId: viewer.account.id, passwords } satisfies json.AppPasswordsJson);
    })
    .post("/", async (c) => {
      const { viewer } = c.var;
      const made = await makeAppPassword(c.env, viewer, readNewAppPassword(await readBody(c)).name);
      const about = { address: davAddress(c.env.config), userName: shownUserName(viewer.account) };
      c.header("Cache-Control", "no-store");
      return c.json({ ...made, ...about } satisfies json.NewAppPasswordJson, 201);
    })
    .delete("/:id", async (c) => {
      const id = c.req.param("id");
      await revokeAppPassword(c.env, c.var.viewer, id);
      return c.json({ id, state: "revoked" } satisfies json.RevokedAppPasswordJson);
    });
}

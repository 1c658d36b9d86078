import { Hono } from "hono";
import { authenticateCalendarUser } from "../../account/calendar-sign-in.ts";
import { takeTurn } from "../../account/turns.ts";
import { codeOf } from "../../errors.ts";
import { ownVapidKey } from "../../push/vapid.ts";
import { logFailure } from "../../log.ts";
import type { Env, PageContext } from "../env.ts";
import { requestNetwork } from "../request/address.ts";
import { readRequestText } from "../request/body.ts";
import { keepsSecrets } from "../request/own-machine.ts";
import { clientName } from "../request/user-agent.ts";
import { readAddress } from "./address.ts";
import { answer } from "./answer.ts";
import { maxBodyBytes } from "./read-body.ts";
import {
  challengeResponse,
  notFoundResponse,
  optionsResponse,
  plainResponse,
  unavailableResponse,
} from "./responses.ts";
import { makeScene } from "./scene.ts";

/** Requests of calendar programs: one reads its objects ten at a time, several of these at once. */
const programPace = { name: "calendars", burst: 300, earnMilliseconds: 50, mostAtOnce: 30 } as const;

/** The addresses at which discovery begins (RFC 6764 5, RFC 4918). Programs that ignore the first address ask the root. */
const wellKnown = "/.well-known/caldav";

/** Returns the routes of CalDAV: `/.well-known/caldav`, `/dav/` and what is below, and discovery at `/`, which Apple's programs also PROPPATCH. */
export function caldavRoutes(): Hono<Env> {
  const app = new Hono<Env>();
  for (const path of [wellKnown, `${wellKnown}/`]) {
    app.all(path, () => plainResponse(301, "", { Location: "/dav/", "Content-Length": "0" }));
  }
  for (const method of ["OPTIONS", "PROPFIND", "PROPPATCH"]) app.on(method, "/", async (c) => serve(c));
  for (const path of ["/dav", "/dav/*"]) app.all(path, async (c) => serve(c));
  return app;
}

/**
 * Answers one request of a calendar program, with its body read: what is left of one may be taken for the next request on the
 * connection. Never rejects.
 */
async function serve(c: PageContext): Promise<Response> {
  // GNOME's accounts try a password with OPTIONS alone.
  if (c.req.method === "OPTIONS" && clientOf(c) !== "GNOME Online Accounts") return answerOptions(c);
  const response = await answerRequest(c);
  const { body, bodyUsed } = c.req.raw;
  if (body !== null && !bodyUsed) await readRequestText(c, maxBodyBytes).catch(() => "");
  return response;
}

function clientOf({ req }: PageContext): string {
  return clientName(req.header("User-Agent") ?? null);
}

/** Answers OPTIONS, which programs ask before they sign in. WebDAV-Push is told of calendars alone. */
async function answerOptions({ env, req }: PageContext): Promise<Response> {
  const address = readAddress(new URL(req.url).pathname);
  // GNOME's accounts take a server that knows `remote.php/dav` below its address for a Nextcloud.
  if (address === null) return notFoundResponse();
  return optionsResponse(address.kind === "calendar" && (await ownVapidKey(env)) !== null);
}

/** Answers a request; what fails is a 503, after which programs ask again. */
async function answerRequest(c: PageContext): Promise<Response> {
  const deps = c.env;
  try {
    if (!keepsSecrets(deps.config, c.req.url))
      return plainResponse(403, "Use https: this would send a password openly.\n");
    const client = clientOf(c);
    const user = await authenticateCalendarUser(deps, {
      authorization: c.req.header("Authorization") ?? null,
      client,
      network: requestNetwork(c),
    });
    if (user === null) return challengeResponse();
    if (c.req.method === "OPTIONS") return await answerOptions(c);
    const address = readAddress(new URL(c.req.url).pathname);
    const { account } = user.viewer;
    return await takeTurn(deps, account.userUuid ?? account.id, programPace, async () =>
      answer(c, await makeScene(deps, user, client), address),
    );
  } catch (error) {
    const code = codeOf(error);
    if (code === "bad_input") return plainResponse(400, "The request is not well-formed.\n");
    if (code === "too_large") return plainResponse(413, "The request is too large, or names too many properties.\n");
    logFailure(deps, "caldav_failed", error);
    return unavailableResponse();
  }
}

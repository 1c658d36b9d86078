import { describe, expect, it } from "vitest";
import { apiRoutes } from "../../src/web/api/routes.ts";
import { feedPageRoutes } from "../../src/web/pages/feed.tsx";
import { targetPageRoutes } from "../../src/web/pages/target.tsx";
import { setColumns } from "../rows.ts";
import { beginMirror, connectThere, login } from "./mirrored.ts";
import { origin, visitor, wholeForm } from "./visitor.ts";

const adminToken = "the-operator-of-these-tests";

/** A person's feed and a mirror of it that is on, a colleague, and the operator's API. */
async function begin() {
  const begun = await beginMirror({}, { config: { adminToken } });
  const { world, owner, feedId, caldav } = begun;
  const page = await connectThere(begun);
  await owner.send(`${page}/resume`, {}, page);
  await world.settle();
  const colleague = visitor(world);
  await colleague.signIn(world.sample.tokens.providerManager);
  const api = async (method: string, path: string, body: object = {}, token = adminToken): Promise<Response> =>
    world.app.fetch(
      new Request(`${origin}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
      world.deps,
    );
  const targetId = page.split("/")[2] ?? "";
  const source = { kind: "provider", uuid: world.sample.providerUuid };
  const calendar = caldav.calendarUrl();
  return { world, owner, colleague, api, source, calendar, feed: `/feeds/${feedId}`, feedId, target: page, targetId };
}
type Begun = Awaited<ReturnType<typeof begin>>;

/** Each route that changes a feed or a target, and one good call of it. */
const apiCalls: Readonly<Record<string, (begun: Begun) => Promise<Response>>> = {
  "POST /feeds": ({ api, source }) => api("POST", "/feeds", { source }),
  "PATCH /feeds/:id": ({ api, feed }) => api("PATCH", feed, { detail: "busy" }),
  "DELETE /feeds/:id": ({ api, feed }) => api("DELETE", feed),
  "POST /feeds/:id/rotate": ({ api, feed }) => api("POST", `${feed}/rotate`),
  "POST /feeds/:id/take-over": ({ api, feed, world }) =>
    api("POST", `${feed}/take-over`, {}, world.sample.tokens.providerManager),
  "POST /targets": async ({ api, feedId, calendar, target }) => {
    await api("DELETE", `${target}?events=leave`);
    return api("POST", "/targets", { feed: feedId, url: calendar, ...login });
  },
  "POST /targets/:id/probe": ({ api, target }) => api("POST", `${target}/probe`),
  "POST /targets/:id/pause": ({ api, target }) => api("POST", `${target}/pause`),
  "POST /targets/:id/resume": ({ api, target }) => api("POST", `${target}/resume`),
  "POST /targets/:id/restore": async ({ api, target, world }) => {
    await setColumns(world.deps.sql, "targets", { lost: 1 });
    return api("POST", `${target}/restore`);
  },
  "POST /targets/:id/credentials": ({ api, target }) => api("POST", `${target}/credentials`, login),
  "DELETE /targets/:id": ({ api, target }) => api("DELETE", `${target}?events=remove`),
};

/** Routes that write and start no run, with the reason. */
const apiWithout = {
  "POST /app-passwords": "no feed or target changes",
  "DELETE /app-passwords/:id": "no feed or target changes",
  "POST /check/mail": "it only sends",
  "DELETE /people/:user": "ends all at once, and leaves events to be removed to the next minute",
  "POST /sync": "is a run itself",
  "POST /targets/:id/sync": "is a run itself",
  "POST /targets/calendars": "changes nothing",
  "POST /bookings/:uuid/:action{accept|reject}": "brings every feed up to date itself",
};

const pageCalls: Readonly<Record<string, (begun: Begun) => Promise<Response>>> = {
  "POST /feeds/new": ({ owner, source }) =>
    owner.send("/feeds/new", { ...wholeForm, ...source, do: "save" }, `/feeds/new?kind=provider&uuid=${source.uuid}`),
  "POST /feeds/:id/edit": ({ owner, feed }) => owner.send(`${feed}/edit`, { ...wholeForm, do: "save" }),
  "POST /feeds/:id/rename": ({ owner, feed }) => owner.send(`${feed}/rename`, { name: "Another" }, feed),
  "POST /feeds/:id/rotate": ({ owner, feed }) => owner.send(`${feed}/rotate`, { sure: "yes" }, feed),
  "POST /feeds/:id/revoke": ({ owner, feed }) => owner.send(`${feed}/revoke`, { sure: "yes" }, feed),
  "POST /feeds/:id/take-over": ({ colleague, feed }) => colleague.send(`${feed}/take-over`, {}, "/"),
  "POST /targets/:id/rename": ({ owner, target }) => owner.send(`${target}/rename`, { name: "Another" }, target),
  "POST /targets/:id/pause": ({ owner, target }) => owner.send(`${target}/pause`, {}, target),
  "POST /targets/:id/resume": ({ owner, target }) => owner.send(`${target}/resume`, {}, target),
  "POST /targets/:id/probe": ({ owner, target }) => owner.send(`${target}/probe`, {}, target),
  "POST /targets/:id/allow": ({ owner, target }) => owner.send(`${target}/allow`, { sure: "yes" }, target),
  "POST /targets/:id/restore": async ({ owner, target, world }) => {
    await setColumns(world.deps.sql, "targets", { lost: 1 });
    return owner.send(`${target}/restore`, { sure: "yes" }, target);
  },
  "POST /targets/:id/credentials": ({ owner, target }) => owner.send(`${target}/credentials`, login, target),
  "POST /targets/:id/remove": ({ owner, target }) =>
    owner.send(`${target}/remove`, { sure: "yes", events: "leave" }, target),
};

/** The routes that write, each once. */
function writing(routes: readonly { readonly method: string; readonly path: string }[]): string[] {
  const names = routes.map(({ method, path }) => `${method} ${path}`);
  return [...new Set(names)].filter((name) => /^(POST|PATCH|PUT|DELETE) /.test(name)).toSorted();
}

describe("a run starts at once", () => {
  it("is tried over every route that writes", () => {
    expect(Object.keys({ ...apiCalls, ...apiWithout }).toSorted()).toEqual(writing(apiRoutes().routes));
    expect(Object.keys(pageCalls).toSorted()).toEqual(
      writing([...feedPageRoutes().routes, ...targetPageRoutes().routes]),
    );
  });

  it.each([
    ...Object.entries(apiCalls).map(([name, call]) => [`${name} of the API`, call] as const),
    ...Object.entries(pageCalls).map(([name, call]) => [`${name} of the pages`, call] as const),
  ])("after %s", async (_, call) => {
    const begun = await begin();
    await begun.world.settle();
    begun.world.log.entries.splice(0);
    const { status } = await call(begun);
    expect(status).toBeLessThan(304);
    await begun.world.settle();
    expect(begun.world.log.entries.map(({ event }) => event)).toContain("run");
  });
});

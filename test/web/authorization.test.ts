import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { describe, expect, it } from "vitest";
import { feedAddress } from "../../src/feed/commands.ts";
import { addTarget } from "../../src/mirror/commands.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { makeWorld, type World } from "../world.ts";
import { login } from "./mirrored.ts";
import { origin, type Visitor, visitor, wholeForm } from "./visitor.ts";

/** The person who asks. `former`: made the calendar, and lost the role; `expired`: the owner, whose session or token is over. */
const people = ["nobody", "other", "colleague", "former", "expired", "owner", "operator"] as const;
type Who = (typeof people)[number];

const adminToken = "the-operator-of-these-tests";
const views = "(?:agenda|day|week|month|offerings-day|offerings-week)";
const same = (status: number): number[] => people.map(() => status);
/** Status for nobody, other, colleague, former, expired, owner, operator. */
const table: Readonly<Record<string, readonly number[]>> = {
  "GET /": [303, 200, 200, 200, 303, 200, 200],
  "OPTIONS /": same(200),
  // A calendar program shows an app password: test/web/caldav/authorization.test.ts.
  "PROPFIND /": same(401),
  "PROPPATCH /": same(401),
  "GET /sign-in": same(200),
  "POST /sign-in": same(400),
  "POST /sign-out": same(303),
  "GET /sign-in/waldur/:provider": same(404),
  "GET /oauth_login_completed/:provider": same(403),
  "GET /oauth_login_completed/:provider/": same(403),
  "GET /sign-in/continue": same(403),
  "POST /sign-in/continue": same(403),
  "GET /notices": [303, 200, 200, 200, 303, 200, 200],
  // Without hours it is no choice; the operator is nobody in Waldur.
  "POST /notices": [401, 400, 400, 400, 401, 400, 403],
  "GET /notices/address": same(303),
  "POST /notices/address": [401, 200, 200, 200, 401, 200, 403],
  "GET /notices/mailboxes": [303, 200, 200, 200, 303, 200, 200],
  // Without invitations there is none.
  "POST /notices/mailboxes": [401, 400, 400, 400, 401, 400, 400],
  "GET /notices/webhooks": same(303),
  // Without an address it is no choice, and there is none of that id.
  "POST /notices/webhooks": [401, 400, 400, 400, 401, 400, 403],
  "POST /notices/webhooks/:id/test": [401, 404, 404, 404, 401, 404, 403],
  "POST /notices/webhooks/:id/remove": [401, 404, 404, 404, 401, 404, 403],
  "GET /notices/webhooks/:id/:deed{test|remove}": same(303),
  "GET /notices/stop/:token": same(404),
  "POST /notices/stop/:token": same(404),
  "GET /notices/prove/:token": same(404),
  "POST /notices/prove/:token": same(404),
  "GET /calendars": [303, 200, 200, 200, 303, 200, 200],
  "GET /bookings/accept": same(303),
  "POST /bookings/accept": [401, 200, 200, 200, 401, 200, 200],
  "GET /bookings/:uuid": [303, 404, 200, 404, 303, 200, 200],
  "GET /bookings/:uuid/:action{accept|reject}": [303, 404, 200, 404, 303, 200, 200],
  "POST /bookings/:uuid/:action{accept|reject}": [401, 404, 200, 404, 401, 200, 200],
  // `former` has no role at all any more.
  "GET /feeds/new": [303, 400, 200, 403, 303, 200, 200],
  "POST /feeds/new": [401, 400, 303, 403, 401, 303, 303],
  "GET /feeds/:id": [303, 404, 404, 200, 303, 200, 200],
  "GET /feeds/:id/edit": [303, 404, 404, 404, 303, 200, 200],
  "POST /feeds/:id/edit": [401, 404, 404, 404, 401, 303, 303],
  "POST /feeds/:id/rename": [401, 404, 404, 404, 401, 303, 303],
  "POST /feeds/:id/rotate": [401, 404, 404, 404, 401, 303, 303],
  "POST /feeds/:id/revoke": [401, 404, 404, 303, 401, 303, 303],
  "POST /feeds/:id/take-over": [401, 404, 303, 404, 401, 404, 404],
  "GET /feeds/:id/:deed{rename|rotate|revoke}": [303, 404, 404, 303, 303, 303, 303],
  "GET /feeds/:id/take-over": same(303),
  "GET /schedule": same(303),
  [`GET /schedule/:view{${views}}`]: [303, 200, 200, 200, 303, 200, 200],
  [`GET /schedule/:view{${views}}/events`]: [303, 200, 200, 200, 303, 200, 200],
  [`GET /feeds/:id/:view{${views}}`]: [303, 404, 404, 404, 303, 200, 200],
  [`GET /feeds/:id/:view{${views}}/events`]: [303, 404, 404, 404, 303, 200, 200],
  "GET /feeds/:id/targets/new": [303, 404, 404, 404, 303, 200, 200],
  "POST /feeds/:id/targets/new": [401, 404, 404, 404, 401, 303, 303],
  "GET /feeds/:id/targets/new/sign-in": [303, 404, 404, 404, 303, 303, 303],
  "POST /feeds/:id/targets/new/sign-in": [401, 404, 404, 404, 401, 303, 303],
  "GET /feeds/:id/targets/new/calendar": [303, 404, 404, 404, 303, 303, 303],
  "POST /feeds/:id/targets/new/calendar": [401, 404, 404, 404, 401, 303, 303],
  "GET /feeds/:id/targets/new/google": [303, 404, 404, 404, 303, 303, 303],
  "GET /google/callback": [303, 403, 403, 403, 303, 403, 403],
  "GET /targets/:id": [303, 404, 404, 200, 303, 200, 200],
  // Nobody: it is not a calendar of Google.
  "GET /targets/:id/google": [303, 404, 404, 404, 303, 404, 404],
  "POST /targets/:id/rename": [401, 404, 404, 404, 401, 303, 303],
  "POST /targets/:id/pause": [401, 404, 404, 404, 401, 303, 303],
  "POST /targets/:id/resume": [401, 404, 404, 404, 401, 303, 303],
  "POST /targets/:id/probe": [401, 404, 404, 404, 401, 303, 303],
  // A conflict: nothing is missing.
  "POST /targets/:id/restore": [401, 404, 404, 404, 401, 409, 409],
  "POST /targets/:id/allow": [401, 404, 404, 404, 401, 303, 303],
  "POST /targets/:id/credentials": [401, 404, 404, 404, 401, 303, 303],
  "POST /targets/:id/remove": [401, 404, 404, 303, 401, 303, 303],
  "GET /targets/:id/:deed{rename|pause|resume|probe|restore|allow|credentials|remove}": [
    303, 404, 404, 303, 303, 303, 303,
  ],
  "GET /history": [303, 200, 200, 200, 303, 200, 200],
  "GET /programs": [303, 200, 200, 200, 303, 200, 200],
  "POST /programs": [401, 200, 200, 200, 401, 200, 403],
  "POST /programs/:id/revoke": [401, 404, 404, 404, 401, 404, 404],
  "GET /programs/:id/revoke": same(303),
  "GET /you": [303, 200, 200, 200, 303, 200, 200],
  "POST /you": [401, 303, 303, 303, 401, 303, 303],
  "GET /you/language": [303, 303, 303, 303, 303, 303, 303],
  "POST /you/language": [401, 303, 303, 303, 401, 303, 303],
  "GET /brand.css": same(200),
  "GET /robots.txt": same(200),
  "POST /h/:secret": same(404),
  "GET /healthz": same(200),
  "GET /readyz": same(200),
  "GET /a/:token": same(404),
  "GET /a/:token/:action{accept|reject}": same(404),
  "GET /a/:token/login": same(404),
  "GET /a/:token/:form{sign-in|forget}": same(404),
  "POST /a/:token": same(404),
  "POST /a/:token/sign-in": same(404),
  "POST /a/:token/forget": same(404),
  "OPTIONS /a/*": same(204),
  "GET /api/v1/providers": [401, 200, 200, 200, 401, 200, 200],
  "GET /api/v1/bookings": [401, 200, 200, 200, 401, 200, 200],
  "GET /api/v1/providers/:uuid/bookings": [401, 200, 200, 200, 401, 200, 200],
  "GET /api/v1/providers/:uuid/calendar.ics": [401, 400, 200, 400, 401, 200, 200],
  "GET /api/v1/feeds": [401, 200, 200, 200, 401, 200, 200],
  "POST /api/v1/feeds": [401, 400, 201, 403, 401, 201, 201],
  "GET /api/v1/feeds/:id": [401, 404, 200, 200, 401, 200, 200],
  "PATCH /api/v1/feeds/:id": [401, 404, 404, 404, 401, 200, 200],
  "DELETE /api/v1/feeds/:id": [401, 404, 404, 200, 401, 200, 200],
  "POST /api/v1/feeds/:id/rotate": [401, 404, 404, 404, 401, 200, 200],
  "POST /api/v1/feeds/:id/take-over": [401, 404, 200, 404, 401, 404, 404],
  "GET /api/v1/feeds/:id/calendar.ics": [401, 404, 404, 404, 401, 200, 200],
  "GET /api/v1/targets": [401, 200, 200, 200, 401, 200, 200],
  "POST /api/v1/targets": [401, 404, 404, 404, 401, 201, 201],
  "POST /api/v1/targets/calendars": [401, 200, 200, 200, 401, 200, 200],
  "GET /api/v1/targets/:id": [401, 404, 200, 200, 401, 200, 200],
  "DELETE /api/v1/targets/:id": [401, 404, 404, 200, 401, 200, 200],
  "POST /api/v1/targets/:id/probe": [401, 404, 404, 404, 401, 200, 200],
  "POST /api/v1/targets/:id/pause": [401, 404, 404, 404, 401, 200, 200],
  "POST /api/v1/targets/:id/resume": [401, 404, 404, 404, 401, 200, 200],
  "POST /api/v1/targets/:id/restore": [401, 404, 404, 404, 401, 409, 409],
  "POST /api/v1/targets/:id/credentials": [401, 404, 404, 404, 401, 200, 200],
  "POST /api/v1/targets/:id/sync": [401, 404, 404, 404, 401, 200, 200],
  "GET /api/v1/app-passwords": [401, 200, 200, 200, 401, 200, 200],
  "POST /api/v1/app-passwords": [401, 201, 201, 201, 401, 201, 403],
  "DELETE /api/v1/app-passwords/:id": [401, 404, 404, 404, 401, 404, 404],
  "GET /api/v1/runs": [401, 200, 200, 200, 401, 200, 200],
  "POST /api/v1/sync": [401, 403, 403, 403, 401, 403, 200],
  "POST /api/v1/bookings/:uuid/:action{accept|reject}": [401, 404, 200, 404, 401, 200, 200],
  "GET /api/v1/decisions": [401, 200, 200, 200, 401, 200, 200],
  "DELETE /api/v1/people/:user": [401, 403, 403, 403, 401, 403, 404],
  "GET /api/v1/check": [401, 403, 403, 403, 401, 403, 200],
  // It names nobody to send to.
  "POST /api/v1/check/mail": [401, 403, 403, 403, 401, 403, 400],
};

interface Scene {
  readonly world: World;
  readonly asking: Visitor;
  readonly feedId: string;
  readonly targetId: string;
  readonly booking: string;
  /** The secret in the calendar's address. */
  readonly secret: string;
  /** Address of the calendar that mirrors it. */
  readonly mirror: string;
  readonly bearer: string | null;
}

/** The owner's calendar, and somebody else, or the owner, who asks. */
async function scene(who: Who): Promise<Scene> {
  const caldav = makeCaldav({ origin: "https://caldav.example.org" });
  caldav.addCalendar("other");
  const world = await makeWorld({ bookings: 8, outside: caldav.fetch, config: { adminToken } });
  const { tokens, providerUuid } = world.sample;
  const booking = world.sample.request({ name: "Microscope please" });
  const owner = visitor(world);
  await owner.signIn(tokens.providerOwner);
  const form = `/feeds/new?kind=provider&uuid=${providerUuid}`;
  const made = await owner.send(
    "/feeds/new",
    { ...wholeForm, kind: "provider", uuid: booking.offering.customer.uuid, do: "save" },
    form,
  );
  const feedId = /^\/feeds\/([0-9a-f]+)/.exec(made.headers.get("Location") ?? "")?.[1] ?? "";
  await world.settle();
  const secret = (await feedAddress(world.deps, await world.feed(feedId))).split("/")[4] ?? "";
  const credentials = { kind: "password", ...login } as const;
  const mirror = {
    text: caldav.calendarUrl(),
    preset: null,
    calendar: caldav.calendarUrl(),
    create: null,
    credentials,
  };
  const target = await addTarget(world.deps, environmentAccount, {
    feedId,
    ...mirror,
    edits: "mirror",
    cancelled: null,
  });
  const asking = who === "owner" || who === "former" || who === "expired" ? owner : visitor(world);
  const bearers: Record<Who, string | null> = {
    nobody: null,
    other: tokens.otherProviderOwner,
    colleague: tokens.providerManager,
    former: tokens.providerOwner,
    expired: tokens.providerOwner,
    owner: tokens.providerOwner,
    operator: adminToken,
  };
  const bearer = bearers[who];
  if (who === "other" || who === "colleague" || who === "operator") await asking.signIn(bearer ?? "");
  if (who === "former") {
    world.sample.revokeRole("providerOwner");
    world.wait(61);
  }
  if (who === "expired") {
    world.sample.expireToken("providerOwner");
    world.wait(8 * 3600 + 1);
  }
  const ids = { feedId, targetId: target.id, booking: booking.uuid };
  return { world, asking, ...ids, secret, mirror: target.calendarUrl, bearer };
}

const bodies: Readonly<Record<string, (one: Scene) => unknown>> = {
  "POST /api/v1/feeds": ({ world }) => ({ source: { kind: "provider", uuid: world.sample.providerUuid } }),
  "PATCH /api/v1/feeds/:id": () => ({ name: "Renamed" }),
  "POST /api/v1/app-passwords": () => ({ name: "Thunderbird" }),
  "POST /api/v1/targets": ({ feedId, mirror }) => {
    const other = mirror.replace("work", "other");
    return { feed: feedId, url: other, calendar: other, ...login };
  },
  "POST /api/v1/targets/calendars": ({ mirror }) => ({ url: mirror, ...login }),
  "POST /api/v1/targets/:id/credentials": () => login,
};

async function ask(route: string, one: Scene): Promise<Response> {
  const [method = "", pattern = ""] = route.split(" ");
  const path = pattern
    .replace(/:action\{.*\}/, "accept")
    .replace(/:form\{.*\}/, "sign-in")
    .replace(/:deed\{(\w+).*\}/, "$1")
    .replace(`:view{${views}}`, "week")
    .replace(":uuid", pattern.includes("providers") ? one.world.sample.providerUuid : one.booking)
    .replace(":id", pattern.includes("/targets/:id") ? one.targetId : one.feedId)
    .replace(/:token|:secret|:user/, "forged")
    .replace(":provider", "keycloak")
    .replace("*", "forged");
  const { world, asking, bearer } = one;
  if (path.startsWith("/api/") || ["OPTIONS", "PROPFIND", "PROPPATCH"].includes(method)) {
    const body = method === "GET" || method === "OPTIONS" ? null : JSON.stringify(bodies[route]?.(one) ?? {});
    const headers: Record<string, string> = bearer === null ? {} : { Authorization: `Bearer ${bearer}` };
    const query = method === "DELETE" && path.includes("/targets/") ? "?events=leave" : "";
    return world.app.fetch(new Request(origin + path + query, { method, headers, body }), world.deps);
  }
  const about = { kind: "provider", uuid: world.sample.providerUuid };
  if (method === "GET") return asking.get(pattern === "/feeds/new" ? `${path}?${new URLSearchParams(about)}` : path);
  const connecting = { preset: "", text: one.mirror, events: "leave", ...login };
  const fields = {
    ...wholeForm,
    ...about,
    ...connecting,
    do: "save",
    sure: "yes",
    token: "",
    me: "yes",
    program: "Thunderbird",
  };
  return asking.send(path, fields, path.startsWith("/sign-in") ? "/sign-in" : "/");
}

describe("who may do what", () => {
  it("is told for every route there is", async () => {
    const { app } = await makeWorld({ bookings: 0 });
    const routes = new Set(
      app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`),
    );
    expect([...routes].toSorted()).toEqual(Object.keys(table).toSorted());
  });

  it.each(people)("%s", async (who) => {
    const column = people.indexOf(who);
    const unchanged = await scene(who);
    const found: Record<string, number> = {};
    const leaks: string[] = [];
    for (const [route, row] of Object.entries(table)) {
      // What only reads, or is refused, leaves the scene as it was.
      const shares = route.startsWith("GET ") || (row[column] ?? 0) >= 400;
      const one = shares ? unchanged : await scene(who);
      const response = await ask(route, one);
      found[route] = response.status;
      const told = (await response.text()) + JSON.stringify([...response.headers]);
      if (who !== "owner" && told.includes(one.secret)) leaks.push(route);
      if (told.includes(login.password)) leaks.push(route);
      // The list of calendars is told to whoever has the password, and only what they asked for.
      const open = who === "owner" || who === "operator" || route === "POST /api/v1/targets/calendars";
      // A failure keeps what was sent, to be sent again.
      const said = response.status < 400 ? told : told.replace(/<form [^>]*class="card">.*?<\/form>/s, "");
      if (!open && [one.mirror, login.username].some((secret) => said.includes(secret))) leaks.push(route);
      await one.world.settle();
    }
    expect(found).toEqual(Object.fromEntries(Object.entries(table).map(([route, row]) => [route, row[column]])));
    expect(leaks).toEqual([]);
  });
});

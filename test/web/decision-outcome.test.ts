import { describe, expect, it } from "vitest";
import type { Action } from "../../src/calendar/profile.ts";
import type { SampleBooking } from "../../src/demo/bookings.ts";
import type { Decision } from "../../src/decision/decide.ts";
import { listAccounts } from "../../src/store/accounts/accounts.ts";
import { countTries } from "../../src/store/accounts/attempts.ts";
import { makeCase, origin, seen } from "../decision/decided.ts";
import type { World } from "../world.ts";
import { visitor } from "./visitor.ts";
import { holdLease } from "../rows.ts";

/** The token of the operator, who acts as the owner of the provider. */
const adminToken = "the-operator-of-these-tests";

interface Cause {
  /** "accept" unless given. */
  readonly action?: Action;
  /** Makes the decision that follows come to the result. */
  readonly arrange?: (world: World, booking: SampleBooking) => unknown;
}

const answering = (answer: () => Response | Error) => (world: World) =>
  world.fault((request) => (request.method === "POST" ? answer() : null));

/** `moved` comes of an answer by mail alone. */
const causes: Readonly<Record<Exclude<Decision["result"], "moved">, Cause>> = {
  done: {},
  already: { arrange: ({ sample }, { uuid }) => sample.accept(uuid) },
  other: { arrange: ({ sample }, { uuid }) => sample.reject(uuid) },
  past: { arrange: (_, booking) => Object.assign(booking, { slots: [], schedules: [{ start: 1, end: 2 }] }) },
  "not-yours": {
    arrange: (world, { uuid }) =>
      world.fault(async (request) => {
        if (!request.url.includes(uuid)) return null;
        return Response.json({ ...(await (await world.sample.fetch(request)).json()), provider_uuid: "e".repeat(32) });
      }),
  },
  refused: { action: "reject" },
  "not-ready": { arrange: (_, { orders: [order] }) => Object.assign(order, { state: "pending-provider" }) },
  gone: { arrange: ({ sample }, { uuid }) => sample.unlink(uuid) },
  expired: { arrange: answering(() => Response.json({ detail: "Invalid token." }, { status: 401 })) },
  unchanged: { arrange: answering(() => new Response("down", { status: 500 })) },
  unknown: { arrange: answering(() => Object.assign(new Error("too late"), { name: "TimeoutError" })) },
  busy: {
    arrange: async ({ deps }, { uuid }) => holdLease(deps.sql, "booking", uuid, Math.floor(deps.now() / 1000)),
  },
  limited: {
    arrange: async ({ deps, clock }, { uuid }) => {
      const nowAt = Math.floor(clock.ms / 1000);
      for (const id of (await listAccounts(deps.sql)).keys()) {
        for (const via of ["sign-in", "api"]) {
          await countTries(deps.sql, `decide ${id} ${via} ${uuid}`, nowAt - (nowAt % 600), 20);
        }
      }
    },
  },
};

/** A world in which a decision comes to the result, as soon as `arrange` was called. */
async function begin({ action = "accept", arrange }: Cause) {
  const one = await makeCase({ config: { adminToken } });
  const { booking, link } = await one.request();
  return { ...one, booking, link, action, arrange: async () => arrange?.(one.world, booking) };
}

async function decideOnPage(cause: Cause) {
  const { signedIn, link, arrange, action } = await begin(cause);
  const { browser, page } = await signedIn("providerOwner", link);
  await arrange();
  return browser.decide(page, action);
}

async function decideOnRequests(cause: Cause) {
  const { world, booking, arrange, action } = await begin(cause);
  const operator = visitor(world);
  await operator.signIn(adminToken);
  const nonce = await operator.nonceOf("/");
  await arrange();
  const shown = await seen(await operator.post(`/bookings/${booking.uuid}/${action}`, { nonce, sure: "yes" }));
  return shown;
}

async function decideOverApi(cause: Cause) {
  const { world, booking, arrange, action } = await begin(cause);
  await arrange();
  const headers = { Authorization: `Bearer ${adminToken}` };
  const request = new Request(`${origin}/api/v1/bookings/${booking.uuid}/${action}`, { method: "POST", headers });
  const response = await world.app.fetch(request, world.deps);
  const { result, message, error } = await response.json();
  return { status: response.status, result, note: message ?? error.message };
}

describe("the outcome of a decision", () => {
  it.each(Object.entries(causes))(
    "%s is told alike on its page, among the requests and over the API",
    async (result, cause) => {
      const { status, tone, note } = await decideOnPage(cause);
      expect(note).not.toBe("");
      expect(await decideOnRequests(cause)).toMatchObject({ status, tone, note });
      const link = result === "not-ready" ? /^ See the order in Waldur \(https:\S+\/[0-9a-f]{32}\/\)\.$/ : /^$/;
      const api = await decideOverApi(cause);
      expect(api).toMatchObject({ status, result });
      expect(api.note.slice(0, note.length)).toBe(note);
      expect(api.note.slice(note.length)).toMatch(link);
    },
  );
});

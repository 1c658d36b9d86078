import { setColumns } from "../../rows.ts";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { FeedFilter } from "../../../src/calendar/profile.ts";
import { operations } from "../../../src/web/api/operations.ts";
import { closedTarget, failure, newAppPassword, openTarget } from "../../../src/web/api/responses.ts";
import { openPostOffice } from "../../mail/post-office.ts";
import { beginMirror, connectThere, login } from "../mirrored.ts";
import { origin } from "../visitor.ts";

const adminToken = "the-operator-of-these-tests";

/** A loaded feed with a mirror that is on, and the API as the operator, the feed's owner and a colleague call it. */
async function begin() {
  const mail = openPostOffice().transport;
  const mailFrom = "Waldur calendar <calendar@calendar.example>";
  const begun = await beginMirror({}, { config: { adminToken, mailFrom }, mail });
  const { world, owner, feedId } = begun;
  const page = await connectThere(begun);
  await owner.send(`${page}/resume`, {}, page);
  await world.settle();
  const call = async (token: string, route: string, body?: object) => {
    const [method = "", path = ""] = route.split(" ");
    const request = new Request(`${origin}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await world.app.fetch(request, world.deps);
    return { status: response.status, body: await response.json() };
  };
  return { ...begun, call, feedId, targetId: page.split("/")[2] ?? "" };
}

/** Expects the answer to fit the schema, and to hold no member that the schema does not name. */
function expectFit(schema: v.GenericSchema, body: unknown): void {
  const { output, issues } = v.safeParse(schema, body);
  expect(issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`)).toBeUndefined();
  expect(output).toEqual(body);
}

describe("what the API answers", () => {
  it("fits the schemas, on every route with JSON", async () => {
    const { world, call, caldav, feedId, targetId } = await begin();
    const [pending, other] = [world.sample.request(), world.sample.request()];
    const uuid = world.sample.providerUuid;
    const uuids = ["a".repeat(32)];
    // Each filter there is.
    const filter: Required<FeedFilter> = {
      states: ["OK"],
      offerings: uuids,
      customers: uuids,
      projects: uuids,
      requesters: ["maria.naidis"],
      text: "a",
    };
    const bodies: Readonly<Record<string, object>> = {
      "POST /feeds": { source: { kind: "provider", uuid }, expiresAt: "2030-01-01T00:00:00Z" },
      "PATCH /feeds/{id}": { zone: "Europe/Tallinn", filter },
      "POST /targets": { feed: feedId, url: caldav.calendarUrl(), ...login },
      "POST /targets/calendars": { url: "https://caldav.example.org/", ...login },
      "POST /targets/{id}/credentials": login,
      "POST /targets/{id}/sync": { dryRun: true },
      "POST /app-passwords": { name: "Phone" },
      "POST /check/mail": { to: "liis@example.org" },
    };
    const last = [
      "DELETE /targets/{id}",
      "POST /targets",
      "POST /feeds/{id}/take-over",
      "DELETE /feeds/{id}",
      "DELETE /people/{user}",
    ];
    const order = operations.toSorted((a, b) => last.indexOf(a.route) - last.indexOf(b.route));
    const tried: string[] = [];
    let passwordId = "";
    for (const { route, response, status = 200 } of order) {
      if (response === "calendar") continue;
      const ofPassword = route.includes("/app-passwords");
      const id = ofPassword ? passwordId : route.includes("/feeds/") ? feedId : targetId;
      const booking = route.endsWith("accept") ? pending.uuid : other.uuid;
      const path = route
        .replace("{id}", id)
        .replace("{user}", "maria.naidis")
        .replace("{uuid}", route.includes("/bookings/{uuid}") ? booking : uuid)
        .replace(/^DELETE \/targets.*/, "$&?events=leave");
      // ADMIN_TOKEN takes no feed over, and has no calendar programs.
      const token = route.endsWith("take-over") || ofPassword ? world.sample.tokens.providerManager : adminToken;
      if (route.endsWith("/restore")) await setColumns(world.deps.sql, "targets", { lost: 1 });
      if (route.endsWith("/resume")) expect((await row(call, targetId)).state).toBe("paused");
      const { status: seen, body } = await call(token, path, bodies[route]);
      await world.settle();
      if (route.endsWith("reject")) {
        // Only the provider's own organisation may, without WALDUR_DECISION_TOKEN.
        expect(seen).toBe(403);
        expectFit(operations.find((one) => one.route === route)?.failure ?? failure, body);
      } else {
        expect([route, seen]).toEqual([route, status]);
        expectFit(response, body);
      }
      if (route === "POST /app-passwords") passwordId = v.parse(newAppPassword, body).id;
      tried.push(route);
    }
    expect(tried).toHaveLength(operations.filter(({ response }) => response !== "calendar").length);
  });

  it("is a target's name and state for a colleague, and all for the operator", async () => {
    const { world, call, targetId } = await begin();
    expectFit(closedTarget, (await call(world.sample.tokens.providerManager, `GET /targets/${targetId}`)).body);
    expectFit(openTarget, (await call(adminToken, `GET /targets/${targetId}`)).body);
  });

  it("goes to whom the table of routes says", async () => {
    const { world, call, feedId, targetId } = await begin();
    const colleague = world.sample.tokens.providerManager;
    for (const { route, right } of operations) {
      const path = route.replace("{id}", route.includes("/feeds/") ? feedId : targetId);
      if (right === "operator") expect([route, (await call(colleague, path)).status]).toEqual([route, 403]);
      else if (path !== route && right !== "takeOver") {
        const query = route.startsWith("DELETE /targets") ? "?events=leave" : "";
        expect([route, (await call(colleague, path + query)).status]).toEqual([route, right === "name" ? 200 : 404]);
        expect([route, (await call(world.sample.tokens.otherProviderOwner, path + query)).status]).toEqual([
          route,
          404,
        ]);
      }
    }
  });

  it("is a failure of one shape otherwise", async () => {
    const { call } = await begin();
    for (const route of ["GET /feeds/none", "POST /feeds", "GET /nothing"]) {
      expectFit(failure, (await call(adminToken, route)).body);
    }
    expectFit(failure, (await call("wrong", "GET /feeds")).body);
  });
});

async function row(call: Awaited<ReturnType<typeof begin>>["call"], id: string) {
  return v.parse(openTarget, (await call(adminToken, `GET /targets/${id}`)).body);
}

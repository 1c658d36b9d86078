import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../src/errors.ts";
import { fakeClient, nowMs } from "../../waldur/fake.ts";
import { type Exchange, isRow, names, recorded, rowsOf } from "./recorded.ts";

/** Only the columns that are asked for, as Waldur does it. */
function select(body: unknown, fields: readonly string[]): unknown {
  if (Array.isArray(body)) return body.map((row: unknown) => select(row, fields));
  if (!isRow(body) || fields.length === 0) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => fields.includes(name)));
}

function answer({ response: { status, headers, body } }: Exchange, request: Request): Response {
  const fields = new URL(request.url).searchParams.getAll("field");
  const shown = status < 300 ? select(body, fields) : body;
  return new Response(shown === null ? null : typeof shown === "string" ? shown : JSON.stringify(shown), {
    status,
    headers,
  });
}

/** A client that gets these recorded answers, one for each request; each must have been asked for where it was recorded. */
function replay(...files: readonly string[]) {
  const exchanges = files.map(recorded);
  const made = fakeClient((request, attempt) => {
    const next = exchanges[Math.min(attempt, exchanges.length) - 1];
    if (next === undefined) throw new Error("nothing was recorded");
    const wanted = new URL(next.request.path, "https://waldur.example.org");
    const got = new URL(request.url);
    // The client writes each uuid without dashes, however it was given.
    const path = wanted.pathname.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/, (uuid) =>
      uuid.replaceAll("-", ""),
    );
    expect(`${request.method} ${got.pathname}`).toBe(`${next.request.method} ${path}`);
    return answer(next, request);
  });
  return { ...made, exchanges };
}

/** The parameters that were asked, besides columns and page size. */
function filters(url: string): Record<string, string> {
  const query = new URL(url, "https://waldur.example.org").searchParams;
  for (const name of ["field", "page_size"]) query.delete(name);
  return Object.fromEntries(query);
}

/** Microseconds of Waldur's date-times, worked out in another way than the client's. */
function microsOf(value: unknown): number {
  const [, whole = "", fraction = "0"] = /^(.*?)(?:\.(\d+))?Z$/.exec(String(value)) ?? [];
  return Number(BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.padEnd(6, "0")));
}

const uuidOf = (path: string): string => /booking-resources\/([^/]+)\//.exec(path)?.[1] ?? "";

describe("lists", () => {
  it("five pages and one past the end: each booking once, as many as counted", async () => {
    const pages = [1, 2, 3, 4, 5].map((page) => `list-provider-owner-fields-page${page}`);
    const { client, requests, exchanges } = replay(...pages, "list-provider-owner-fields-page6-404");
    const uuids: string[] = [];
    const counts = new Set<number>();
    for (let page: number | null = 1; page !== null;) {
      const listed = await client.richBookings({ page_size: 15 }, page);
      expect(listed.skipped).toEqual([]);
      uuids.push(...listed.rows.map(({ uuid }) => uuid));
      counts.add(listed.count);
      page = listed.next;
    }
    expect(counts).toEqual(new Set([64]));
    expect(new Set(uuids).size).toBe(64);
    expect(uuids).toEqual(exchanges.flatMap(rowsOf).map(({ uuid }) => uuid));
    expect(await client.richBookings({ page_size: 15 }, 6)).toMatchObject({ rows: [], count: 0, next: null });
    const asked = requests.map(({ url }) => ({ page: "1", ...filters(url) }));
    expect(asked).toEqual(exchanges.map(({ request }) => filters(request.path)));
  });

  it("every kind of booking fits, slim and rich, in the order of the list", async () => {
    const { client, exchanges } = replay("list-full-every-state-staff");
    const [rich, slim] = [await client.richBookings({}, 1), await client.slimBookings({}, 1)];
    expect([...rich.skipped, ...slim.skipped]).toEqual([]);
    expect(rich.count).toBe(70);
    expect(rich.rows.map(({ uuid }) => uuid)).toEqual(exchanges.flatMap(rowsOf).map(({ uuid }) => uuid));
    expect(new Set(rich.rows.map(({ state }) => state))).toEqual(new Set(["Creating", "OK", "Erred", "Terminated"]));
    expect(rich.rows).toMatchObject(slim.rows);
  });

  it("the count of a query", async () => {
    const { client } = replay("list-field-one");
    expect(await client.countBookings({})).toBe(Number(recorded("list-field-one").response.headers["X-Result-Count"]));
  });

  it("an older server refuses times, and is asked by day", async () => {
    const { client, requests, learnt } = replay("filter-modified-datetime-400", "filter-modified-date-today");
    const { rows } = await client.slimBookings({ modified: nowMs * 1000 }, 1);
    expect(rows.length).toBeGreaterThan(0);
    expect(requests.map(({ url }) => filters(url)["modified"])).toEqual(["2026-11-23T12:00:00.000000Z", "2026-11-23"]);
    expect(learnt).toEqual([{ dateTimes: false, offeringLists: true }]);
  });

  it("an older server refuses several offerings, and is asked for each", async () => {
    const one = "filter-offering-uuid";
    const { client, learnt } = replay("filter-offering-uuid-comma-400", one, one, one);
    const offerings = ["23990393ed6a43cc8ce0dbcbe2235f0f", "cfce4775742944bb92832bb34ba7399a"];
    const { count, rows } = await client.slimBookings({ offering_uuid: offerings }, 1);
    expect(count).toBe(2 * Number(recorded(one).response.headers["X-Result-Count"]));
    expect(rows.map(({ uuid }) => uuid)).toEqual(rowsOf(recorded(one)).map(({ uuid }) => uuid));
    expect(learnt).toEqual([{ dateTimes: true, offeringLists: false }]);
  });

  it.each(names.filter((name) => /^filter-.*-400\.json$/.test(name)))("%s is a bad request", async (name) => {
    const { client } = replay(name);
    await expect(client.slimBookings({}, 1)).rejects.toMatchObject({ code: "waldur_bad_request" });
  });

  it("an order that breaks Waldur is its failure", async () => {
    const { client, requests } = replay("filter-order-by-type-500");
    await expect(client.slimBookings({ o: ["type"] }, 1)).rejects.toMatchObject({ code: "waldur_failed" });
    expect(requests).toHaveLength(3);
  });

  it.each([
    ["list-expired-token-401", undefined],
    ["list-inactive-user-401", true],
  ])("%s: inactive is %s", async (name, inactive) => {
    const { client } = replay(name);
    const facts = expect.toSatisfy((found: { inactive?: boolean }) => found.inactive === inactive);
    await expect(client.slimBookings({}, 1)).rejects.toMatchObject({ code: "waldur_refused_token", facts });
  });
});

describe("one booking", () => {
  const retrieved = names
    .filter((name) => /^(?:booking-|stale-|retrieve-uuid)/.test(name))
    .map((name) => ({ name, ...recorded(name) }))
    .filter(({ request }) => uuidOf(request.path) !== "");

  it.each(retrieved.filter(({ response }) => response.status === 200))("$name", async ({ name, request, response }) => {
    const { client } = replay(name);
    const booking = await client.booking(uuidOf(request.path));
    const body = v.parse(
      v.looseObject({
        attributes: v.looseObject({ schedules: v.optional(v.array(v.unknown())) }),
        slots: v.array(v.unknown()),
      }),
      response.body,
    );
    expect(booking).toMatchObject({
      uuid: body["uuid"],
      name: body["name"],
      state: body["state"],
      createdMicros: microsOf(body["created"]),
      modifiedMicros: microsOf(body["modified"]),
      offeringUuid: body["offering_uuid"],
      providerName: body["provider_name"],
      customerUuid: body["customer_uuid"],
      projectName: body["project_name"],
      requesterName: body["created_by_full_name"] ?? "",
      errorMessage: body["error_message"],
      slots: body.slots.map(() => ({ start: expect.any(Number), end: expect.any(Number) })),
      schedules: (body.attributes.schedules ?? []).map(() => ({ start: expect.any(Number), backendId: "" })),
    });
  });

  it.each(retrieved.filter(({ response }) => response.status === 404))(
    "$name is not found",
    async ({ name, request }) => {
      const { client } = replay(name);
      await expect(client.booking(uuidOf(request.path))).rejects.toMatchObject({ code: "waldur_not_found" });
    },
  );

  it.each([
    ["booking-non-string-name-and-description-staff", { description: expect.stringContaining(", ") }],
    ["booking-end-before-start-staff", { slots: [{ start: 1_796_720_400, end: 1_796_713_200 }] }],
    ["booking-microseconds-staff", { slots: [{ start: 1_796_724_000, end: 1_796_729_400 }] }],
    ["booking-schedules-without-slots-staff", { slots: [], schedules: [{ start: 1_800_835_200, end: 1_800_907_200 }] }],
    ["booking-no-creation-order-staff", { requesterName: "", requesterUsername: "" }],
    ["booking-empty-name-staff", { name: "" }],
    ["booking-hostile-text-staff", { name: expect.stringContaining("\r\nBEGIN:VEVENT") }],
  ])("%s is taken as it is", async (name, wanted) => {
    const { client } = replay(name);
    expect(await client.booking(uuidOf(recorded(name).request.path))).toMatchObject(wanted);
  });
});

describe("decisions by role", () => {
  const codes: Readonly<Record<number, ErrorCode>> = {
    400: "waldur_not_ready",
    401: "waldur_refused_token",
    403: "waldur_forbidden",
    404: "waldur_not_found",
    409: "waldur_conflict",
  };
  const decisions = names
    .filter((name) => /^(?:accept|reject|localised-(?:conflict|forbidden))-/.test(name))
    .map((name) => ({ name, ...recorded(name) }))
    .filter(
      ({ request }) => request.method === "POST" && /\/[0-9a-f-]{32,36}\/(?:accept|reject)\/$/.test(request.path),
    );

  it("there are some of every outcome", () => {
    const statuses = decisions.map(({ response }) => response.status);
    expect(decisions.length).toBeGreaterThan(40);
    expect(new Set(statuses)).toEqual(new Set([200, 400, 401, 403, 404, 409]));
  });

  it.each(decisions)("$name", async ({ name, request, response }) => {
    const { client, requests, pauses } = replay(name);
    const work = request.path.endsWith("/accept/")
      ? client.accept(uuidOf(request.path))
      : client.reject(uuidOf(request.path));
    if (response.status === 200) await expect(work).resolves.toBeUndefined();
    else await expect(work).rejects.toMatchObject({ code: codes[response.status] });
    expect(requests).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  it("a redirect of a decision is not followed", async () => {
    const moved = recorded("accept-no-trailing-slash-post-301");
    const { client, requests } = fakeClient((request) => answer(moved, request));
    await expect(client.accept("88d7719593214bf087aa836110df6b4c")).rejects.toMatchObject({
      code: "waldur_bad_answer",
    });
    expect(requests).toHaveLength(1);
  });
});

describe("who am I", () => {
  it.each([
    ["staff", true, []],
    ["support", false, []],
    ["outsider", false, []],
    ["provider-owner", false, ["CUSTOMER.OWNER"]],
    ["provider-manager", false, ["CUSTOMER.MANAGER"]],
    ["offering-manager", false, ["CUSTOMER.MANAGER", "OFFERING.MANAGER"]],
    ["consumer-member", false, ["PROJECT.MEMBER"]],
  ])("as %s", async (role, isStaff, roles) => {
    const { client } = replay(`users-me-${role}`);
    const user = await client.whoAmI();
    expect(user).toMatchObject({ isStaff, isActive: true, tokenLifetime: 172_800, tokenExpiresAt: null });
    expect(user.roles.map(({ name }) => name).toSorted()).toEqual(roles);
  });

  it("the organisation that a provider's roles are held in", async () => {
    for (const name of ["users-me-provider-owner", "users-me-offering-manager", "users-me-provider-owner-fields"]) {
      const { roles } = await replay(name).client.whoAmI();
      expect(new Set(roles.map(({ customerUuid }) => customerUuid))).toEqual(
        new Set(["248b04be9b73491185020c70321e8330"]),
      );
    }
  });

  it.each(names.filter((name) => /^(?:users-me|localised-bad-token)-.*401\.json$/.test(name)))("%s", async (name) => {
    const { client } = replay(name);
    const error: unknown = await client.whoAmI().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "waldur_refused_token" });
    expect(error).not.toHaveProperty("facts.inactive");
  });
});

describe("the rest", () => {
  it.each(["staff", "provider-owner", "outsider"])("providers as %s", async (role) => {
    const { client } = replay(`service-providers-${role}`);
    const providers = await client.serviceProviders();
    expect(providers.map(({ customerName }) => customerName).toSorted()).toEqual([
      "Baltic Compute",
      "Nordic Imaging Centre",
    ]);
    expect(providers).toContainEqual({
      uuid: "62b28c19fbdd421594668ee3759485ca",
      customerUuid: "248b04be9b73491185020c70321e8330",
      customerName: "Nordic Imaging Centre",
    });
  });

  it.each([
    ["provider-owner", ["Confocal microscope", "Meeting room Aurora"]],
    ["other-provider-owner", ["GPU node, whole machine"]],
    ["consumer-member", []],
  ])("offerings as %s", async (role, wanted) => {
    const { client } = replay(`provider-offerings-${role}`);
    const offerings = await client.offerings({});
    expect(offerings.map(({ name }) => name).toSorted()).toEqual(wanted);
  });

  it("an offering tells where it is", async () => {
    const { client } = replay("provider-offerings-provider-owner");
    expect(await client.offerings({})).toContainEqual({
      uuid: "23990393ed6a43cc8ce0dbcbe2235f0f",
      name: "Confocal microscope",
      customerUuid: "248b04be9b73491185020c70321e8330",
      latitude: 59.437,
      longitude: 24.7536,
      thumbnail: "",
    });
  });

  it("HomePort's address, the name and the colour", async () => {
    const { client } = replay("configuration-anonymous");
    expect(await client.site()).toEqual({ homeport: "https://portal.example.org/", name: "Waldur", colour: "#3a8500" });
  });

  it("the order list as a feed of changes", async () => {
    const { client, exchanges, requests } = replay("orders-change-feed-provider-owner");
    const { rows, skipped, count, next } = await client.orders(
      { modifiedMicros: Date.UTC(2026, 10, 23, 12, 50) * 1000 },
      1,
    );
    expect([skipped, count, next]).toEqual([[], 10, null]);
    expect(rows).toEqual(
      exchanges.flatMap(rowsOf).map((order) => ({
        uuid: order["uuid"],
        bookingUuid: order["marketplace_resource_uuid"],
        type: order["type"],
        state: order["state"],
        modifiedMicros: microsOf(order["modified"]),
      })),
    );
    expect(new Set(rows.map(({ type }) => type))).toEqual(new Set(["Create", "Terminate"]));
    expect(requests.map(({ url }) => filters(url)["modified"])).toEqual(["2026-11-23T12:50:00.000000Z"]);
  });

  it.each(["staff", "provider-owner", "provider-manager", "consumer-member", "outsider"])(
    "orders as %s",
    async (role) => {
      const { client, exchanges } = replay(`orders-${role}`);
      const { rows, skipped, count } = await client.orders({}, 1);
      expect(skipped).toEqual([]);
      expect(rows).toHaveLength(exchanges.flatMap(rowsOf).length);
      expect(count).toBe(Number(exchanges[0]?.response.headers["X-Result-Count"]));
    },
  );
});

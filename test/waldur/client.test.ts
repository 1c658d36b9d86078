import { describe, expect, it } from "vitest";
import { readTraits } from "../../src/waldur/client.ts";
import { fakeClient, json, list, newest, nowMs, row } from "./fake.ts";

const micros = (nowMs + 1) * 1000 + 5;
const [first, second] = ["1".repeat(32), "2".repeat(32)];

/** Returns the requests made, without their columns. */
function asked(request: Request | undefined): string {
  const { pathname, searchParams } = new URL(request?.url ?? "");
  searchParams.delete("field");
  return `${request?.method} ${pathname} ${decodeURIComponent(searchParams.toString())}`;
}

describe("the booking list", () => {
  it("is asked by creation, 300 a page, with only the columns that are read", async () => {
    const { client, requests } = fakeClient(() => list([]));
    await client.slimBookings({ provider_uuid: first, state: ["OK", "Creating"] }, 1);
    await client.richBookings({}, 3);
    expect(requests.map(asked)).toEqual([
      `GET /api/booking-resources/ o=created&provider_uuid=${first}&state=OK&state=Creating&page_size=300`,
      "GET /api/booking-resources/ o=created&page_size=300&page=3",
    ]);
    const fields = requests.map(({ url }) => new URL(url).searchParams.getAll("field"));
    expect(fields[0]).toEqual(["uuid", "name", "state", "created", "modified", "slots", "project_name"]);
    expect(fields[1]).toEqual(expect.arrayContaining(["attributes", "offering_uuid", "created_by_full_name"]));
    for (const stale of ["creation_order", "consumer_reviewed_by"]) expect(fields[1]).not.toContain(stale);
  });

  it("takes order and page size from the query, and gives up neither columns nor page for it", async () => {
    const { client, requests } = fakeClient(() => list([row()]));
    const { rows } = await client.richBookings({ o: ["-name"], page_size: 15, page: 9, field: ["uuid"] }, 2);
    expect(rows).toHaveLength(1);
    expect(requests.map(asked)).toEqual(["GET /api/booking-resources/ o=-name&page_size=15&page=2"]);
  });

  it("gives what fits, and each row that does not once with its reason; none is lost", async () => {
    const rows = [row(), row({ uuid: first, state: "Dozing" }), null, row({ uuid: second }), row({ uuid: "x" }), []];
    const { client } = fakeClient(() => list(rows));
    for (const page of [await client.richBookings({}, 1), await client.slimBookings({}, 1)]) {
      expect(page.rows.map(({ uuid }) => uuid)).toEqual(["a".repeat(32), second]);
      expect(page.skipped).toEqual([
        { uuid: first, reason: "state is a state this program does not know" },
        { uuid: null, reason: "row is no object" },
        { uuid: null, reason: "uuid is no uuid" },
        { uuid: null, reason: "uuid is missing" },
      ]);
      expect(page.count).toBe(6);
    }
  });

  it("the next page is a number; the host of the link is not used", async () => {
    const { client, requests } = fakeClient((_request, attempt) => list([row()], 400, attempt === 1 ? 2 : null));
    expect(await client.slimBookings({}, 1)).toMatchObject({ count: 400, next: 2 });
    expect(await client.slimBookings({}, 2)).toMatchObject({ count: 400, next: null });
    expect(new Set(requests.map(({ url }) => new URL(url).host))).toEqual(new Set(["waldur.example.org"]));
  });

  it("past its end it is empty", async () => {
    const { client } = fakeClient(() => json({ detail: "Invalid page." }, 404));
    expect(await client.slimBookings({}, 4)).toEqual({ rows: [], skipped: [], count: 0, next: null });
    await expect(client.slimBookings({}, 1)).rejects.toMatchObject({ code: "waldur_not_found" });
  });

  it.each([
    ["lacks its count", () => json([]), /lacks the header X-Result-Count/],
    ["has an odd count", () => json([], 200, { "X-Result-Count": "many" }), /lacks the header X-Result-Count/],
    ["has more pages and no link", () => json([row()], 200, { "X-Result-Count": "400" }), /lacks the header Link/],
    ["leads back to itself", () => list([row()], 400, 1), /page 1 says that page 1 follows it/],
    ["is an object", () => json({ results: [] }), /a list was expected/],
    ["is nothing", () => new Response(null), /a list was expected/],
  ])("a list that %s is none of Waldur's", async (_what, answer, message) => {
    const { client } = fakeClient(answer);
    await expect(client.slimBookings({}, 1)).rejects.toMatchObject({
      code: "waldur_bad_answer",
      message: expect.stringMatching(message),
    });
  });

  it("is counted by its cheapest page", async () => {
    const { client, requests } = fakeClient(() => list([{ uuid: first }], 5000, 2));
    expect(await client.countBookings({ state: ["OK"], page: 3, page_size: 50, field: ["name"] })).toBe(5000);
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(["?o=created&state=OK&field=uuid&page_size=1"]);
  });
});

describe("servers of another age", () => {
  const datesOnly = (request: Request): Response =>
    /T\d\d/.test(new URL(request.url).searchParams.get("modified") ?? "")
      ? json({ modified: ["Enter a valid date."] }, 400)
      : list([]);
  const timesOnly = (request: Request): Response =>
    /T\d\d/.test(new URL(request.url).searchParams.get("modified") ?? "") ? list([]) : json({ modified: ["No."] }, 400);

  it("one that wants dates gets them, and is remembered", async () => {
    const { client, requests, learnt } = fakeClient(datesOnly);
    await client.slimBookings({ modified: micros }, 1);
    await client.slimBookings({ modified: micros }, 1);
    await client.countBookings({ modified: micros });
    expect(requests.map((request) => new URL(request.url).searchParams.get("modified"))).toEqual([
      "2026-11-23T12:00:00.001005Z",
      "2026-11-23",
      "2026-11-23",
      "2026-11-23",
    ]);
    expect(learnt).toEqual([{ dateTimes: false, offeringLists: true }]);
  });

  it("counting finds it out as well", async () => {
    const { client, learnt } = fakeClient(datesOnly);
    expect(await client.countBookings({ modified: micros })).toBe(0);
    expect(learnt).toEqual([{ dateTimes: false, offeringLists: true }]);
  });

  it("one that was updated meanwhile gets times again", async () => {
    const { client, learnt } = fakeClient(timesOnly, { traits: { dateTimes: false, offeringLists: false } });
    await client.slimBookings({ modified: micros }, 1);
    expect(learnt).toEqual([{ dateTimes: true, offeringLists: false }]);
  });

  it("nothing is learnt of a refusal that has another reason, or that stays", async () => {
    const other = fakeClient(() => json({ state: ["Select a valid choice."] }, 400));
    await expect(other.client.slimBookings({ modified: micros }, 1)).rejects.toMatchObject({
      code: "waldur_bad_request",
    });
    expect(other.requests).toHaveLength(1);
    const both = fakeClient(() => json({ modified: ["No."] }, 400));
    await expect(both.client.slimBookings({ modified: micros }, 1)).rejects.toMatchObject({
      code: "waldur_bad_request",
    });
    expect(both.requests).toHaveLength(2);
    expect([...other.learnt, ...both.learnt]).toEqual([]);
  });

  it("orders take a date-time from every server", async () => {
    const { client, requests } = fakeClient(() => list([]), { traits: { dateTimes: false, offeringLists: false } });
    await client.orders({ providerUuid: first, modifiedMicros: micros }, 1);
    expect(requests.map(asked)).toEqual([
      "GET /api/marketplace-orders/ page_size=300&offering_type=Marketplace.Booking&o=created" +
        `&provider_uuid=${first}&modified=2026-11-23T12:00:00.001005Z`,
    ]);
  });

  const bookingsOf: Readonly<Record<string, number>> = { [first]: 3, [second]: 2 };
  /** Takes one offering, and gives pages of two. */
  const oneOffering = (request: Request): Response => {
    const query = new URL(request.url).searchParams;
    const uuid = query.get("offering_uuid") ?? "";
    if (uuid.includes(",")) return json({ offering_uuid: ["Enter a valid UUID."] }, 400);
    const total = bookingsOf[uuid] ?? 0;
    const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("page_size"))];
    const numbers = Array.from({ length: total }, (_, index) => index).slice((page - 1) * size, page * size);
    const rows = numbers.map((number) => row({ uuid: `${uuid.slice(1)}${number}`, offering_uuid: uuid }));
    return list(rows, total, page * size < total ? page + 1 : null);
  };

  it("one that takes one offering is asked for each in turn, page after page", async () => {
    const { client, learnt } = fakeClient(oneOffering);
    const query = { offering_uuid: [first, second, first], page_size: 2 };
    const found: string[] = [];
    let pages = 0;
    for (let page: number | null = 1; page !== null; pages += 1) {
      const listed = await client.richBookings(query, page);
      expect(listed.count).toBe(5);
      found.push(...listed.rows.map(({ uuid }) => `${uuid[0]}${uuid.at(-1)}`));
      page = listed.next;
    }
    expect([found, pages]).toEqual([["10", "11", "12", "20", "21"], 3]);
    expect(await client.countBookings(query)).toBe(5);
    expect(learnt).toEqual([{ dateTimes: true, offeringLists: false }]);
  });

  it("a newer one gets several offerings in one request", async () => {
    const { client, requests } = fakeClient(() => list([row()]));
    await client.slimBookings({ offering_uuid: [first, second] }, 1);
    await client.slimBookings({ offering_uuid: [first, first] }, 1);
    expect(requests.map(asked)).toEqual([
      `GET /api/booking-resources/ o=created&offering_uuid=${first},${second}&page_size=300`,
      `GET /api/booking-resources/ o=created&offering_uuid=${first}&page_size=300`,
    ]);
  });

  it.each([
    [null, newest],
    ["{}", newest],
    ["null", newest],
    ['{"dateTimes":false}', { dateTimes: false, offeringLists: true }],
    ['{"dateTimes":true,"offeringLists":false}', { dateTimes: true, offeringLists: false }],
  ])("what was stored as %s is read back", (stored, traits) => {
    expect(readTraits(stored)).toEqual(traits);
  });
});

describe("one booking", () => {
  it("is read and decided by its uuid in Waldur's form", async () => {
    const { client, requests } = fakeClient(({ method }) =>
      method === "GET" ? json(row()) : json({ order_uuid: first }),
    );
    const dashed = "AAAAAAAA-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
    expect(await client.booking(dashed)).toMatchObject({ uuid: "a".repeat(32), offeringName: "Confocal microscope" });
    await client.accept(dashed);
    await client.reject(dashed);
    expect(requests.map(asked)).toEqual([
      `GET /api/booking-resources/${"a".repeat(32)}/ `,
      `POST /api/booking-resources/${"a".repeat(32)}/accept/ `,
      `POST /api/booking-resources/${"a".repeat(32)}/reject/ `,
    ]);
  });

  it.each(["", "x", "../users/me", `${first}/accept`])("%j is no booking, and nothing is sent", async (uuid) => {
    const { client, requests } = fakeClient(() => json(row()));
    for (const work of [client.booking(uuid), client.accept(uuid), client.reject(uuid)]) {
      await expect(work).rejects.toMatchObject({ code: "bad_input" });
    }
    expect(requests).toEqual([]);
  });

  it("that does not fit says why", async () => {
    const { client } = fakeClient(() => json(row({ modified: "never" })));
    expect(await client.booking("a".repeat(32))).toEqual({ skipped: "modified is no time" });
  });

  it.each([
    ["another booking", () => json(row({ uuid: first }))],
    ["nothing", () => new Response(null)],
    ["text", () => json("hello")],
  ])("an answer with %s is not the booking", async (_what, answer) => {
    const { client } = fakeClient(answer);
    await expect(client.booking("a".repeat(32))).rejects.toMatchObject({ code: "waldur_bad_answer" });
  });

  it.each([
    ["an order's uuid", () => json({ order_uuid: first })],
    ["nothing", () => new Response(null, { status: 200 })],
    ["anything else", () => json("OK")],
  ])("a decision answered with %s is done", async (_what, answer) => {
    const { client, requests } = fakeClient(answer);
    await expect(client.accept("a".repeat(32))).resolves.toBeUndefined();
    expect(requests).toHaveLength(1);
  });
});

describe("who am I", () => {
  const me = { uuid: first, username: "ingrid", permissions: [] };

  it("does not ask for the token", async () => {
    const { client, requests } = fakeClient(() => json(me));
    await client.whoAmI();
    const fields = new URL(requests[0]?.url ?? "").searchParams.getAll("field");
    expect(fields).toEqual(expect.arrayContaining(["uuid", "permissions", "is_staff", "token_lifetime"]));
    expect(fields).not.toContain("token");
  });

  it.each([
    ["w_1800000000_abcDEF", {}, 1_800_000_000],
    ["0123456789abcdef", { token_expires_at: "2026-11-23T13:00:00+00:00" }, 1_795_438_800],
    ["0123456789abcdef", { token_expires_at: null }, null],
    ["w_soon_abcDEF", {}, null],
  ])("%s with %j ends at %s", async (token, told, expiresAt) => {
    const { client } = fakeClient(() => json({ ...me, ...told }), { token });
    expect((await client.whoAmI()).tokenExpiresAt).toBe(expiresAt);
  });

  it("roles that cannot be read are a bad answer, not a lost role", async () => {
    const { client } = fakeClient(() => json({ uuid: first, username: "ingrid" }));
    await expect(client.whoAmI()).rejects.toMatchObject({
      code: "waldur_bad_answer",
      message: /permissions is missing/,
    });
  });
});

describe("providers and offerings", () => {
  it("are read to the last page, and a row that does not fit hides no other", async () => {
    const provider = (uuid: string): unknown => ({ uuid, customer_uuid: second, customer_name: "Nordic" });
    const { client, requests } = fakeClient((_request, attempt) =>
      attempt === 1 ? list([provider(first), { uuid: "x" }], 3, 2) : list([provider(second)], 3),
    );
    expect((await client.serviceProviders()).map(({ uuid }) => uuid)).toEqual([first, second]);
    expect(requests.map(asked)).toEqual([
      "GET /api/marketplace-service-providers/ page_size=300",
      "GET /api/marketplace-service-providers/ page_size=300&page=2",
    ]);
  });

  it("offerings are those that can be booked, of one organisation if wanted", async () => {
    const { client, requests } = fakeClient(() => list([]));
    await client.offerings({});
    await client.offerings({ customerUuid: first });
    expect(requests.map(asked)).toEqual([
      "GET /api/marketplace-provider-offerings/ page_size=300&type=Marketplace.Booking",
      `GET /api/marketplace-provider-offerings/ page_size=300&type=Marketplace.Booking&customer_uuid=${first}`,
    ]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  readBooking,
  readOffering,
  readOrder,
  readProvider,
  readSite,
  readSlim,
  readUser,
} from "../../src/waldur/schema.ts";
import { row } from "./fake.ts";

function bookingOf(change: Readonly<Record<string, unknown>>) {
  const found = readBooking(row(change));
  if ("skipped" in found) throw new Error(found.skipped.reason);
  return found.value;
}

const readAnyOffering = (row: unknown) => readOffering(row, "https://waldur.example.org");

describe("readBooking", () => {
  it("reads every column", () => {
    expect(readBooking(row())).toEqual({
      value: {
        uuid: "a".repeat(32),
        name: "Confocal session",
        description: "",
        state: "OK",
        createdMicros: 1_795_437_469_795_141,
        modifiedMicros: 1_795_437_469_849_366,
        slots: [{ start: 1_796_292_000, end: 1_796_299_200, backendId: "booking_1" }],
        schedules: [{ start: 1_796_292_000, end: 1_796_299_200, backendId: "" }],
        offeringUuid: "b".repeat(32),
        offeringName: "Confocal microscope",
        providerUuid: "c".repeat(32),
        providerName: "Nordic Imaging Centre",
        customerUuid: "d".repeat(32),
        customerName: "Karolin Cell Laboratory",
        projectUuid: "e".repeat(32),
        projectName: "Cell cycle",
        requesterName: "Anna Berg",
        requesterUsername: "anna.berg",
        errorMessage: "",
      },
    });
  });

  it.each([
    ["a number", 42, "42"],
    ["a fraction", 1.5, "1.5"],
    ["true", true, "true"],
    ["a list", ["bring", "gloves", 2], "bring, gloves, 2"],
    ["a list in a list", [["a", "b"], "c"], "a, b, c"],
    ["an object", { text: "x" }, ""],
    ["null", null, ""],
    ["left out", undefined, ""],
    ["half a character", "a\ud83d", "a\ufffd"],
  ])("a name or description that is %s is read as text", (_what, given, wanted) => {
    const { name, description } = bookingOf({ name: given, description: given });
    expect([name, description]).toEqual([wanted, wanted]);
  });

  it("a text without end is cut, not refused, and no character is halved", () => {
    const { description } = bookingOf({ description: `x${"🔬".repeat(1_000_000)}` });
    expect(description.length).toBe(20_000);
    expect(description.isWellFormed()).toBe(true);
  });

  it("lists nested without end do no harm", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    expect(bookingOf({ name: deep }).name).toBe("");
  });

  it("slots come in order of start, however odd they are", () => {
    const slot = (start: string, end: string, backend_id: unknown): unknown => ({ start, end, backend_id });
    const { slots } = bookingOf({
      slots: [
        slot("2026-12-08T09:00:00Z", "2026-12-08T07:00:00Z", "backwards"),
        slot("2026-12-07T09:00:00Z", "2026-12-07T09:00:00Z", "zero"),
        slot("2026-12-08T09:00:00.123456Z", "2026-12-08T10:00:00Z", null),
        slot("2026-12-08T09:00:00Z", "2026-12-08T07:00:00Z", "again"),
        slot("2026-12-07T00:00:00Z", "2026-12-09T00:00:00Z", "long"),
      ],
    });
    expect(slots.map(({ start, end, backendId }) => [start - 1_796_601_600, end - start, backendId])).toEqual([
      [0, 172_800, "long"],
      [32_400, 0, "zero"],
      [118_800, -7200, "again"],
      [118_800, -7200, "backwards"],
      [118_800, 3600, ""],
    ]);
  });

  it.each([
    ["left out", undefined],
    ["null", null],
    ["text", "tomorrow"],
    ["an object without schedules", {}],
    ["schedules that are text", { schedules: "tomorrow" }],
    [
      "schedules of anything",
      { schedules: [null, 7, [], {}, { start: "x", end: "y" }, { start: "2026-12-08T09:00:00Z" }] },
    ],
  ])("attributes that are %s mean no schedules", (_what, attributes) => {
    expect(bookingOf({ attributes }).schedules).toEqual([]);
  });

  it("schedules with an offset are UTC", () => {
    const schedules = [{ start: "2026-12-08T12:00:00.123456+02:00", end: "2026-12-08T13:30:00+02:00", allDay: false }];
    expect(bookingOf({ attributes: { schedules } }).schedules).toEqual([
      { start: 1_796_724_000, end: 1_796_729_400, backendId: "" },
    ]);
  });

  it("a booking without requester or slots is a booking", () => {
    const bare = row({ slots: undefined });
    delete bare["created_by_full_name"];
    delete bare["created_by_username"];
    expect(readBooking(bare)).toMatchObject({ value: { requesterName: "", requesterUsername: "", slots: [] } });
  });

  it("uuids are compared in one form", () => {
    expect(bookingOf({ uuid: "ABCDEF01-2345-6789-abcd-ef0123456789" }).uuid).toBe("abcdef0123456789abcdef0123456789");
  });

  it.each([
    [{ uuid: "nonsense" }, null, "uuid is no uuid"],
    [{ state: "Sleeping" }, "a".repeat(32), "state is a state this program does not know"],
    [{ created: "yesterday" }, "a".repeat(32), "created is no time"],
    [{ modified: null }, "a".repeat(32), "modified is no time"],
    [{ slots: "none" }, "a".repeat(32), "slots is no list"],
    [{ slots: [7] }, "a".repeat(32), "slots.0 is no object"],
    [{ slots: [{ start: "2026-12-08T09:00:00Z" }] }, "a".repeat(32), "slots.0.end is missing"],
    [{ slots: [{ start: "2026-12-08T09:00:00Z", end: "later" }] }, "a".repeat(32), "slots.0.end is no time"],
    [{ offering_uuid: null }, "a".repeat(32), "offering_uuid is no uuid"],
    [{ provider_uuid: "" }, "a".repeat(32), "provider_uuid is no uuid"],
  ])("%j is skipped with its reason", (change, uuid, reason) => {
    expect(readBooking(row(change))).toEqual({ skipped: { uuid, reason } });
  });

  it("one slot that cannot be read does not hide the others", () => {
    const good = { start: "2026-12-08T09:00:00Z", end: "2026-12-08T10:00:00Z", backend_id: "x" };
    const found = bookingOf({ slots: [{ ...good, start: "soon", backend_id: "y" }, good, 7] });
    expect(found.slots).toEqual([{ start: 1_796_720_400, end: 1_796_724_000, backendId: "x" }]);
    expect(found.unreadSlots).toEqual(["y", ""]);
    expect(bookingOf({ slots: [good] })).not.toHaveProperty("unreadSlots");
  });

  it("a column that is missing is told", () => {
    const cut = row();
    delete cut["state"];
    expect(readSlim(cut)).toEqual({ skipped: { uuid: "a".repeat(32), reason: "state is missing" } });
  });

  it("whatever stands in a row, it is read or skipped with a short reason", () => {
    const columns = Object.keys(row());
    const hostile = fc.dictionary(fc.constantFrom(...columns), fc.anything({ maxDepth: 3 }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), hostile.map(row)), (one) => {
        for (const read of [readBooking, readSlim, readOrder, readAnyOffering, readProvider]) {
          const found = read(one);
          if ("skipped" in found) expect(found.skipped.reason).toMatch(/^[\w.]{1,80} (is|Invalid)[^\n]{1,80}$/);
          else expect(found.value.uuid).toMatch(/^[0-9a-f]{32}$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("readUser", () => {
  const nowAt = 1_795_435_200;
  const role = {
    role_name: "CUSTOMER.OWNER",
    scope_type: "customer",
    scope_uuid: "c".repeat(32),
    expiration_time: null,
  };
  const user = (change: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
    uuid: "a".repeat(32),
    username: "ingrid",
    permissions: [role],
    ...change,
  });

  it("what ordinary users are not told means no staff, and active", () => {
    expect(readUser(user({}), nowAt)).toMatchObject({
      value: { isStaff: false, isActive: true, tokenExpiresAt: null },
    });
    expect(readUser(user({ is_staff: true, is_active: false }), nowAt)).toMatchObject({
      value: { isStaff: true, isActive: false },
    });
  });

  it.each([
    ["without end", { expiration_time: null }, true],
    ["that ends in a second", { expiration_time: "2026-11-23T12:00:01Z" }, true],
    ["that ended now", { expiration_time: "2026-11-23T12:00:00Z" }, false],
    ["that is switched off", { is_active: false }, false],
  ])("a role %s: in force is %s", (_what, change, inForce) => {
    const found = readUser(user({ permissions: [{ ...role, ...change }] }), nowAt);
    expect(found).toMatchObject({ value: { roles: inForce ? [{ name: "CUSTOMER.OWNER" }] : [] } });
  });

  it("the organisation of a role is its scope, or told beside it", () => {
    const offering = { ...role, role_name: "OFFERING.MANAGER", scope_type: "offering", customer_uuid: "d".repeat(32) };
    expect(readUser(user({ permissions: [role, offering] }), nowAt)).toMatchObject({
      value: { roles: [{ customerUuid: "c".repeat(32) }, { customerUuid: "d".repeat(32), scopeUuid: "c".repeat(32) }] },
    });
  });

  it.each([
    [undefined, "permissions is missing"],
    [null, "permissions is no list"],
    [[{ ...role, role_name: undefined, scope_type: "customer" }, 7], "permissions.1 is no object"],
    [[{ scope_type: "customer" }], "permissions.0.role_name is missing"],
  ])("roles that cannot be read are not taken for lost ones: %j", (permissions, reason) => {
    const given = permissions === undefined ? { uuid: "a".repeat(32), username: "x" } : user({ permissions });
    expect(readUser(given, nowAt)).toEqual({ skipped: { uuid: "a".repeat(32), reason } });
  });
});

describe("the rest of what is read", () => {
  it.each([
    ["https://portal.example.org/", "https://portal.example.org/"],
    ["https://portal.example.org", "https://portal.example.org/"],
    ["https://example.com/", null],
    ["javascript:alert(1)", null],
    ["", null],
    [7, null],
    [undefined, null],
  ])("HomePort at %j is %j", (url, homeport) => {
    expect(readSite({ WALDUR_CORE: { HOMEPORT_URL: url } }).homeport).toBe(homeport);
  });

  it.each([null, "text", {}, { WALDUR_CORE: null }])("a configuration that is %j tells no HomePort", (answer) => {
    expect(readSite(answer)).toEqual({ homeport: null, name: "", colour: null });
  });

  it.each([
    [59.437, 59.437],
    [0, 0],
    [null, null],
    ["59.4", null],
    [undefined, null],
  ])("an offering at latitude %j is at %j", (latitude, wanted) => {
    const found = readAnyOffering({ uuid: "b".repeat(32), name: "Room", customer_uuid: "c".repeat(32), latitude });
    const value = { uuid: "b".repeat(32), name: "Room", customerUuid: "c".repeat(32), longitude: null, thumbnail: "" };
    expect(found).toEqual({ value: { ...value, latitude: wanted } });
  });

  it.each([
    ["https://waldur.example.org/media/room one.png", "https://waldur.example.org/media/room%20one.png"],
    ["https://waldur.example.org:8443/media/room.png", ""],
    ["https://elsewhere.example.org/media/room.png", ""],
    ["http://waldur.example.org/media/room.png", ""],
    ["https://waldur.example.org/media/room.png?signature=1", ""],
    ["https://u:p@waldur.example.org/media/room.png", ""],
    ["/media/room.png", ""],
    ["javascript:alert(1)", ""],
    [null, ""],
  ])("the picture of an offering at %j is at %j", (thumbnail, wanted) => {
    const row = { uuid: "b".repeat(32), name: "Room", customer_uuid: "c".repeat(32), thumbnail };
    expect(readAnyOffering(row)).toMatchObject({ value: { thumbnail: wanted } });
  });

  it("an order of a state to come is skipped with its reason", () => {
    const order = {
      uuid: "a".repeat(32),
      marketplace_resource_uuid: "b".repeat(32),
      type: "Create",
      state: "dreaming",
      modified: "2026-11-23T12:00:00Z",
    };
    expect(readOrder(order)).toEqual({
      skipped: { uuid: "a".repeat(32), reason: "state is a state this program does not know" },
    });
    expect(readOrder({ ...order, state: "done" })).toMatchObject({
      value: { bookingUuid: "b".repeat(32), state: "done" },
    });
  });
});

import { describe, expect, it } from "vitest";
import { bookingParameters, encodeQuery, parseQuery, readUuid } from "../../src/waldur/parameters.ts";

const uuid = "23990393ed6a43cc8ce0dbcbe2235f0f";
const other = "cfce4775742944bb92832bb34ba7399a";
const offering = `https://waldur.example.org/api/marketplace-provider-offerings/${uuid}/`;

/** name, what a person gives, what Waldur gets. */
const table: readonly (readonly [keyof typeof bookingParameters, string | readonly string[], string])[] = [
  ["backend_id", "booking 1", "backend_id=booking+1"],
  ["category_uuid", uuid.toUpperCase(), `category_uuid=${uuid}`],
  ["component_count", "3", "component_count=3"],
  ["connected_customer_uuid", uuid, `connected_customer_uuid=${uuid}`],
  ["created", "2026-11-23", "created=2026-11-23T00%3A00%3A00.000000Z"],
  ["created_before", "2026-11-23T14:00:00+02:00", "created_before=2026-11-23T12%3A00%3A00.000000Z"],
  ["customer", offering, `customer=${encodeURIComponent(offering)}`],
  ["customer_uuid", "23990393-ed6a-43cc-8ce0-dbcbe2235f0f", `customer_uuid=${uuid}`],
  ["downscaled", "false", "downscaled=false"],
  ["field", ["uuid", "slots"], "field=uuid&field=slots"],
  ["flavor_name", "m1.small", "flavor_name=m1.small"],
  ["has_terminate_date", "true", "has_terminate_date=true"],
  ["image_name", "Ubuntu", "image_name=Ubuntu"],
  ["is_attached", "true", "is_attached=true"],
  ["lexis_links_supported", "true", "lexis_links_supported=true"],
  ["limit_based", "true", "limit_based=true"],
  ["limit_component_count", "0", "limit_component_count=0"],
  ["modified", "2026-11-23T12:00:00.123456Z", "modified=2026-11-23T12%3A00%3A00.123456Z"],
  ["modified_before", "2026-11-23T12:00:00Z", "modified_before=2026-11-23T12%3A00%3A00.000000Z"],
  ["name", "a, b & c = d", "name=a%2C+b+%26+c+%3D+d"],
  ["name_exact", "Ülo 100 %", "name_exact=%C3%9Clo+100+%25"],
  ["o", ["-created", "name"], "o=-created%2Cname"],
  ["offering", offering, `offering=${encodeURIComponent(offering)}`],
  ["offering_billable", "true", "offering_billable=true"],
  ["offering_shared", "true", "offering_shared=true"],
  ["offering_slug", "confocal-1,meeting--1", "offering_slug=confocal-1%2Cmeeting--1"],
  ["offering_type", "Marketplace.Booking", "offering_type=Marketplace.Booking"],
  ["offering_uuid", [uuid, other], `offering_uuid=${uuid}%2C${other}`],
  ["only_limit_based", "false", "only_limit_based=false"],
  ["only_usage_based", "false", "only_usage_based=false"],
  ["order_state", ["pending-consumer", "executing"], "order_state=pending-consumer&order_state=executing"],
  ["page", "2", "page=2"],
  ["page_size", "300", "page_size=300"],
  ["parent_offering_uuid", uuid, `parent_offering_uuid=${uuid}`],
  ["paused", "false", "paused=false"],
  ["plan_uuid", uuid, `plan_uuid=${uuid}`],
  ["project_name", "phase II", "project_name=phase+II"],
  ["project_uuid", uuid, `project_uuid=${uuid}`],
  ["provider_uuid", uuid, `provider_uuid=${uuid}`],
  ["query", "10.0.0.1", "query=10.0.0.1"],
  ["resource_attributes", '{"a":1}', "resource_attributes=%7B%22a%22%3A1%7D"],
  ["restrict_member_access", "false", "restrict_member_access=false"],
  ["runtime_state", "ACTIVE", "runtime_state=ACTIVE"],
  ["service_manager_uuid", uuid, `service_manager_uuid=${uuid}`],
  ["slug", "confocal-1", "slug=confocal-1"],
  ["state", "OK, Creating", "state=OK&state=Creating"],
  ["usage_based", "false", "usage_based=false"],
  ["visible_to_providers", "true", "visible_to_providers=true"],
  ["visible_to_username", "anna.berg", "visible_to_username=anna.berg"],
];

describe("parameters of the booking list", () => {
  it("are the 40 of the reference and the 9 of newer servers, each proven here", () => {
    expect(Object.keys(bookingParameters)).toHaveLength(49);
    expect(table.map(([name]) => name).toSorted()).toEqual(Object.keys(bookingParameters).toSorted());
  });

  it.each(table)("%s goes out as Waldur wants it, and comes back the same", (name, given, wanted) => {
    const query = parseQuery({ [name]: given });
    const encoded = encodeQuery(query, { dateTimes: true });
    expect(encoded.toString()).toBe(wanted);
    const back: Record<string, string[]> = {};
    for (const key of encoded.keys()) back[key] = encoded.getAll(key);
    expect(parseQuery(back)).toEqual(query);
  });

  it("the public address of an offering, as rows have it, becomes the provider's, which finds it", () => {
    const shown = `https://waldur.example.org/api/marketplace-public-offerings/${uuid}/`;
    expect(parseQuery({ offering: shown })).toEqual({ offering });
  });

  it("older servers get the day of a time", () => {
    const query = parseQuery({ modified: "2026-11-24T01:00:00+02:00" });
    expect(encodeQuery(query, { dateTimes: false }).toString()).toBe("modified=2026-11-23");
  });

  it.each([
    ["nonsense", "1", /nonsense: .*no such parameter/],
    ["__proto__", "1", /no such parameter/],
    ["state", "ok", /state: must be one of Creating, OK/],
    ["state", "", /state: must be one of/],
    ["order_state", "new", /order_state: must be one of pending-consumer/],
    ["o", "modified", /o: must be one of created, -created/],
    // Waldur answers 500 to it.
    ["o", "type", /o: must be one of created, -created, name, -name, schedules, -schedules$/],
    ["provider_uuid", "xyz", /provider_uuid: must be a uuid/],
    ["offering_uuid", `${uuid},xyz`, /offering_uuid: must be a uuid/],
    ["created", "23.11.2026", /created: must be a date or a time/],
    ["created", "2026-02-30", /created: must be a date or a time/],
    ["paused", "yes", /paused: must be true or false/],
    ["page", "0", /page: must be a whole number from 1/],
    ["page_size", "301", /page_size: .* from 1 to 300/],
    ["page_size", "-1", /page_size: .* from 1 to 300/],
    ["component_count", "1.5", /component_count: must be a whole number/],
    ["customer", uuid, /customer: must be an address/],
    ["resource_attributes", "{", /resource_attributes: must be JSON/],
    ["name", "", /name: may not be empty/],
    ["field", "uuid&x=1", /field: must be a name/],
  ])("%s=%s is refused with what would fit", (name, value, message) => {
    expect(() => parseQuery(Object.fromEntries([[name, value]]))).toThrow(message);
  });

  it("all faults are told at once", () => {
    expect(() => parseQuery({ state: "ok", page: "x", colour: "red", name: ["a", "b"] })).toThrow(
      /state: .*; page: .*; colour: .*; name: takes one value/,
    );
  });
});

describe("readUuid", () => {
  it.each([
    [uuid, uuid],
    ["23990393-ED6A-43cc-8ce0-dbcbe2235f0f", uuid],
    [uuid.toUpperCase(), uuid],
    [uuid.slice(1), null],
    [`${uuid}0`, null],
    [`${uuid.slice(1)}g`, null],
    [7, null],
    [null, null],
  ])("%j is %j", (given, wanted) => {
    expect(readUuid(given)).toBe(wanted);
  });
});

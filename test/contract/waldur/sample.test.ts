import { describe, expect, it } from "vitest";
import type { SampleBooking } from "../../../src/demo/bookings.ts";
import { category, offerings, organisations, people, projects, type RoleName } from "../../../src/demo/people.ts";
import { sampleWaldur } from "../../../src/demo/sample.ts";
import { type Exchange, isRow, names, recorded, type Row, rowsOf } from "./recorded.ts";

/** The sample Waldur against what a real one answered: each recorded question is put to the sample. */
const base = "https://waldur.example.org";
const clock = { ms: Date.UTC(2026, 10, 24, 18) };
const sample = sampleWaldur({ now: () => clock.ms, begunAt: clock.ms / 1000, bookings: 70, baseUrl: base });
const [lab, workshop, institute] = organisations;

/** A name in the recorded Waldur, and the sample's name for the like of it. */
const words: readonly (readonly [recorded: string, sample: string | null | undefined])[] = [
  ["248b04be9b73491185020c70321e8330", lab?.uuid],
  ["62b28c19fbdd421594668ee3759485ca", lab?.providerUuid],
  ["e2477dde1cbb4330ad866aa45164e0d7", workshop?.uuid],
  ["55adaf9f28a643939c920cfc300c87ca", institute?.uuid],
  ["23990393ed6a43cc8ce0dbcbe2235f0f", offerings[0]?.uuid],
  ["23990393-ed6a-43cc-8ce0-dbcbe2235f0f", dashed(offerings[0]?.uuid ?? "")],
  ["cfce4775742944bb92832bb34ba7399a", offerings[1]?.uuid],
  ["0451233c87d54bff906a875800465f79", projects[0]?.uuid],
  ["c8beafdc48ea43eaac30a59b7efd13c5", category.uuid],
  ["48d3db9238aa43769a19059c253e102f", people.offeringManager.uuid],
  ["liis.saar", people.consumerOwner.username],
  // The bookings of the sample were made over forty days.
  ["2026-11-23", "2026-10-01"],
  ["11/23/2026", "10/01/2026"],
  ["2026-11-24", "2026-11-25"],
];

/** Questions that are not put to the sample. */
const leftOut: readonly (readonly [which: RegExp, why: string])[] = [
  [/-options\.json$|-options-200\.json$|preflight/, "nobody asks with OPTIONS"],
  [/^localised-/, "the sample speaks English only"],
  [/impersonated/, "nobody impersonates"],
];

const served =
  /^\/api\/(?:booking-resources|users\/me|configuration|marketplace-service-providers|marketplace-orders|marketplace-provider-offerings)\/?(?:\?|$)|^\/api\/booking-resources\/[^/?]+(?:\/(?:accept|reject))?\/?(?:\?|$)/;

const asked = names
  .filter((name) => !/^(?:hook-deliver|stale-)/.test(name) && !leftOut.some(([which]) => which.test(name)))
  .map((name) => ({ name, ...recorded(name) }))
  .filter(
    ({ request }) =>
      served.test(request.path) && !(request.method === "POST" && request.path.startsWith("/api/marketplace-orders")),
  );

function dashed(uuid: string): string {
  return uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function roleOf(name: string): RoleName | null {
  const role = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  if (role === "consumerMember") return "requester";
  if (role === "consumerProjectManager") return "projectManager";
  return Object.keys(sample.tokens).find((known): known is RoleName => known === role) ?? null;
}

/** A booking of the sample in the state in which the recorded one was. */
function like(name: string, role: RoleName | null): SampleBooking {
  const creator = /-creator(?!-404)/.test(name.replace("not-creator", "")) && role !== null;
  const requester = creator ? people[role] : role === "requester" ? people.consumerOwner : people.requester;
  const own = name.includes("own-organisation") && name.startsWith("reject-provider");
  const approved = !/not-approved|pending-consumer/.test(name);
  let booking = sample.request({ requester, approved });
  while (booking.offering.customer !== lab || booking.project.customer !== (own ? lab : institute)) {
    booking = sample.request({ requester, approved });
  }
  if (/409-repeat|409-accepted|^booking-(?:accepted|terminated)|409-terminated/.test(name)) sample.accept(booking.uuid);
  if (/terminated/.test(name)) sample.terminate(booking.uuid);
  if (/rejected/.test(name)) sample.reject(booking.uuid);
  if (/before-slots/.test(name)) booking.slots = [];
  return booking;
}

async function put({ name, request }: { name: string } & Exchange): Promise<Response> {
  const role = roleOf(request.as);
  let path = request.path;
  for (const [theirs, ours] of words) path = path.replaceAll(theirs, ours ?? "");
  const [, uuid] = /booking-resources\/([0-9a-f-]{32,36})/.exec(path) ?? [];
  const known = !/unknown|not-found|after-unlink/.test(name);
  if (uuid !== undefined && known) {
    const booking = like(name, role).uuid;
    path = path.replace(uuid, uuid.includes("-") ? dashed(booking) : booking);
  }
  path = path.replace("88d7719593214bf087aa836110df6b4c", sample.bookings[0]?.uuid ?? "");
  const headers = new Headers({ Accept: "application/json", ...request.headers });
  if (role !== null) headers.set("Authorization", `Token ${sample.tokens[role]}`);
  if (name.includes("bad-token")) headers.set("Authorization", `Token ${"0".repeat(40)}`);
  const state = /expired-token|inactive-user/.exec(name)?.[0];
  if (role !== null && state === "expired-token") sample.expireToken(role);
  if (role !== null && state === "inactive-user") sample.deactivate(role);
  const body = request.method === "POST" ? { body: name.includes("malformed") ? "{" : "" } : {};
  const response = await sample.fetch(new Request(base + path, { method: request.method, headers, ...body }));
  if (role !== null) {
    sample.renewToken(role);
    sample.activate(role);
  }
  return response;
}

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : value === undefined ? "absent" : typeof value;

/** Returns the kind of an answer's rows: rows of one kind have the same columns wherever they come from. */
const subjectOf = (path: string): string =>
  path.split("?")[0]?.replace(/\/booking-resources\/.+/, "/booking-resources/") ?? "";

/** Returns the kinds of value seen in each column. */
function kindsOf(subject: string): Map<string, Set<string>> {
  const kinds = new Map<string, Set<string>>();
  for (const one of asked) {
    if (subjectOf(one.request.path) !== subject || one.request.method === "POST") continue;
    for (const row of rowsOf(one)) {
      for (const [column, value] of Object.entries(row)) {
        kinds.set(column, (kinds.get(column) ?? new Set()).add(kindOf(value)));
      }
    }
  }
  return kinds;
}

/** Columns that depend on what happened to a booking, not on the question. */
const sometimes = /^(?:created_by|consumer_reviewed_|error_traceback$)/;

function expectSameColumns(row: Row, theirs: Row, kinds: Map<string, Set<string>>): void {
  const always = (one: Row): string[] => Object.keys(one).filter((column) => !sometimes.test(column));
  expect(always(row)).toEqual(always(theirs));
  for (const [column, value] of Object.entries(row)) {
    if (sometimes.test(column) && value === null) continue;
    expect({ column, seen: [...(kinds.get(column) ?? [])] }).toEqual({
      column,
      seen: expect.arrayContaining([kindOf(value)]),
    });
  }
}

/** The names in an object and in those within it. */
function keysOf(value: unknown, above = ""): string[] {
  if (!isRow(value)) return [];
  return Object.entries(value).flatMap(([name, within]) => [above + name, ...keysOf(within, `${above}${name}.`)]);
}

/** The links with the numbers of pages taken out, which depend on how many rows there are. */
function links(header: string | null | undefined): string[] {
  return (header ?? "").split(", ").map((link) => link.replace(/([?&]page=)\d+/, "$1n"));
}

const howMany = (count: number, all: number): string => (count === 0 ? "none" : count === all ? "all" : "some");

function countAll(role: RoleName | null): number {
  const mine = (booking: SampleBooking): boolean =>
    role === "staff" || (role?.startsWith("provider") === true && booking.offering.customer === lab);
  return sample.bookings.filter(mine).length;
}

describe("the sample Waldur answers as a real one did", () => {
  it("to most of what was recorded of its addresses", () => {
    expect(asked.length).toBeGreaterThan(200);
    expect(leftOut.filter(([which]) => !names.some((name) => which.test(name)))).toEqual([]);
  });

  // First, while it holds as many bookings as the real one did.
  const inTurn = asked.toSorted((a, b) => Number(b.name.startsWith("list-")) - Number(a.name.startsWith("list-")));

  it.each(inTurn)("$name", async (one) => {
    const { response: theirs, request, name } = one;
    const ours = await put(one);
    expect(ours.status).toBe(theirs.status);
    const text = await ours.text();
    const compared = [
      "Content-Type",
      "Allow",
      "Vary",
      "Content-Language",
      "X-Frame-Options",
      "WWW-Authenticate",
    ] as const;
    const pick = (get: (header: string) => string | null | undefined) =>
      Object.fromEntries(compared.map((header) => [header, get(header) ?? null]));
    expect(pick((header) => ours.headers.get(header))).toEqual(pick((header) => theirs.headers[header]));
    expect(ours.headers.has("Location")).toBe("Location" in theirs.headers);
    expect(ours.headers.has("ETag")).toBe(false);
    expect(ours.headers.has("Set-Cookie")).toBe(false);
    if (theirs.status === 301) expect(ours.headers.get("Location")).toMatch(/^\/api\/.*\/$/);
    if (request.method === "HEAD" || theirs.status === 301) return expect(text).toBe("");
    if (theirs.headers["Content-Type"]?.startsWith("text/html") === true) return expect(text).toContain("<h1>");
    const body: unknown = JSON.parse(text);
    if (theirs.status >= 400) return expect(body).toEqual(theirs.body);
    if (request.method === "POST") return expect(body).toEqual({ order_uuid: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const kinds = kindsOf(subjectOf(request.path));
    const count = theirs.headers["X-Result-Count"];
    if (count === undefined) {
      if (request.path === "/api/configuration/")
        return expect(keysOf(theirs.body)).toEqual(expect.arrayContaining(keysOf(body)));
      expect(isRow(body)).toBe(true);
      return isRow(body) && isRow(theirs.body) ? expectSameColumns(body, theirs.body, kinds) : undefined;
    }
    const rows = Array.isArray(body) ? body.filter(isRow) : [];
    for (const row of rows) for (const their of rowsOf(one).slice(0, 1)) expectSameColumns(row, their, kinds);
    const number = Number(ours.headers.get("X-Result-Count"));
    expect(howMany(number, name.startsWith("filter-") ? countAll(roleOf(request.as)) : number)).toBe(
      howMany(Number(count), name.startsWith("filter-") ? 70 : Number(count)),
    );
    const wanted = words.reduce(
      (header, [their, our]) => header.replaceAll(encodeURIComponent(their), encodeURIComponent(our ?? "")),
      theirs.headers["Link"] ?? "",
    );
    const found = links(ours.headers.get("Link"));
    expect(found.filter((link) => /first|last/.test(link)).length).toBe(2);
    if (!name.startsWith("orders-") && !/88d771/.test(wanted)) {
      expect(found.slice(0, 1)).toEqual(links(wanted).slice(0, 1));
      if (name.startsWith("list-")) expect(found).toEqual(links(wanted));
    }
  });
});

describe("a client of the sample trips over what it would trip over in Waldur", () => {
  const owner = { Authorization: `Token ${sample.tokens.providerOwner}` };
  const rows = async (path: string): Promise<Row[]> => {
    const body: unknown = await (await sample.fetch(new Request(base + path, { headers: owner }))).json();
    return (Array.isArray(body) ? body : [body]).filter(isRow);
  };

  it("approval writes the slots and moves the order, not the booking", async () => {
    const { uuid } = like("pending-consumer", null);
    const [before] = await rows(`/api/booking-resources/${uuid}/?field=modified&field=slots`);
    clock.ms += 60_000;
    const since = new Date(clock.ms).toISOString();
    sample.approve(uuid);
    const [after] = await rows(`/api/booking-resources/${uuid}/?field=modified&field=slots`);
    expect([before?.["slots"], after?.["modified"]]).toEqual([[], before?.["modified"]]);
    expect(after?.["slots"]).not.toEqual([]);
    const moved = await rows(`/api/marketplace-orders/?modified=${since}&field=marketplace_resource_uuid`);
    expect(moved).toEqual([{ marketplace_resource_uuid: uuid }]);
  });

  it("a moved slot moves nothing else, and an unlinked booking takes its orders along", async () => {
    const { uuid } = like("booking-accepted", null);
    const of = `/api/booking-resources/${uuid}/?field=modified&field=slots`;
    const [before] = await rows(of);
    clock.ms += 60_000;
    sample.moveSlot(uuid, 3600);
    const [after] = await rows(of);
    expect(after?.["modified"]).toBe(before?.["modified"]);
    expect(after?.["slots"]).not.toEqual(before?.["slots"]);
    sample.unlink(uuid);
    const orders = await rows("/api/marketplace-orders/?page_size=300&field=marketplace_resource_uuid");
    expect(orders.some((order) => order["marketplace_resource_uuid"] === uuid)).toBe(false);
  });

  it("slots end before they start, take no time or are there twice, and a description is no text", async () => {
    const all = await rows("/api/booking-resources/?page_size=300&field=slots&field=description");
    const slots = all.map((row) => (Array.isArray(row["slots"]) ? row["slots"].filter(isRow) : []));
    const ends = slots.flat().map(({ start, end }) => Math.sign(Date.parse(String(end)) - Date.parse(String(start))));
    expect(new Set(ends)).toEqual(new Set([-1, 0, 1]));
    const twice = slots.filter(([one, other]) => other !== undefined && one?.["start"] === other["start"]);
    expect(twice.length).toBeGreaterThan(0);
    expect(twice[0]?.[0]?.["backend_id"]).not.toBe(twice[0]?.[1]?.["backend_id"]);
    expect(new Set(all.map((row) => kindOf(row["description"])))).toEqual(new Set(["string", "array"]));
  });
});

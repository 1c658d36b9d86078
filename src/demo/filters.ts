import { bookingStates, orderStates } from "../calendar/booking.ts";
import type { SampleBooking } from "./bookings.ts";
import type { OrderOf } from "./orders.ts";
import { category, people } from "./people.ts";

export type Version = "7.0" | "8.1";
/** Errors by parameter, as Waldur puts them. */
export type ParameterErrors = Record<string, string[]>;
type Test<T> = (of: T) => boolean;
type Read<T> = (value: string, values: readonly string[], version: Version) => Test<T> | string;

const uuidForm = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const plain = (text: string): string => text.replaceAll("-", "").toLowerCase();

function byUuid(of: (booking: SampleBooking) => readonly string[]): Read<SampleBooking> {
  return (value) => {
    if (!uuidForm.test(value)) return "Enter a valid UUID.";
    const wanted = plain(value);
    return (booking) => of(booking).includes(wanted);
  };
}

/** Filters by the address of a thing, whatever server it names. */
function byUrl(kind: string, of: (booking: SampleBooking) => string): Read<SampleBooking> {
  return (value) => {
    const wanted = new RegExp(`/api/${kind}/([0-9a-f]{32})/?$`).exec(value)?.[1];
    return (booking) => of(booking) === wanted;
  };
}

/** Dates on 7.0, date-times on 8.1; both include the moment itself. */
function byTime(of: (booking: SampleBooking) => number, before = false): Read<SampleBooking> {
  return (value, _values, version) => {
    const at = parseFilterTime(value, version === "8.1");
    if (at === null) return version === "8.1" ? "Enter a valid date/time." : "Enter a valid date.";
    return (booking) => (before ? of(booking) <= at : of(booking) >= at);
  };
}

function parseFilterTime(value: string, withTime: boolean): number | null {
  const [, month, day, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(value) ?? [];
  if (!withTime && year !== undefined) return Date.parse(`${year}-${month}-${day}T00:00:00Z`) * 1000;
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return Date.parse(`${value}T00:00:00Z`) * 1000;
  const [, whole, fraction = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(value) ?? [];
  if (!withTime || whole === undefined) return null;
  return Date.parse(`${whole}Z`) * 1000 + Number(fraction.padEnd(6, "0"));
}

function choice<T>(values: readonly string[], known: readonly string[], of: (item: T) => string): Test<T> | string {
  const wrong = values.find((value) => !known.includes(value));
  if (wrong !== undefined) return `Select a valid choice. ${wrong} is not one of the available choices.`;
  return (item) => values.includes(of(item));
}

const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

/** The filters that do something; every other parameter is ignored, as Waldur does. */
const bookingFilters: Readonly<Record<string, { read: Read<SampleBooking>; since?: "8.1" }>> = {
  offering_uuid: {
    read: (value, values, version) => {
      const list = version === "8.1" ? value.split(",") : [values.at(-1) ?? ""];
      if (list.some((one) => !uuidForm.test(one))) return "Enter a valid UUID.";
      const wanted = list.map(plain);
      return ({ offering }) => wanted.includes(offering.uuid);
    },
  },
  created: { read: byTime(({ createdMicros }) => createdMicros) },
  modified: { read: byTime(({ modifiedMicros }) => modifiedMicros) },
  created_before: { read: byTime(({ createdMicros }) => createdMicros, true), since: "8.1" },
  modified_before: { read: byTime(({ modifiedMicros }) => modifiedMicros, true), since: "8.1" },
  provider_uuid: { read: byUuid(({ offering }) => [offering.customer.uuid]) },
  customer_uuid: { read: byUuid(({ project }) => [project.customer.uuid]) },
  connected_customer_uuid: { read: byUuid(({ project, offering }) => [project.customer.uuid, offering.customer.uuid]) },
  project_uuid: { read: byUuid(({ project }) => [project.uuid]) },
  category_uuid: { read: byUuid(() => [category.uuid]) },
  customer: { read: byUrl("customers", ({ project }) => project.customer.uuid) },
  // The rows name the public address of the offering; only the provider's finds it.
  offering: { read: byUrl("marketplace-provider-offerings", ({ offering }) => offering.uuid) },
  // Taken for a uuid by mistake on 7.0.
  offering_billable: {
    read: (value, _values, version) =>
      version === "8.1" || uuidForm.test(value) ? (): boolean => true : "Enter a valid UUID.",
  },
  paused: {
    read: (value) => () => value !== "true",
  },
  // No sample booking is any of these.
  downscaled: { read: (value) => () => value !== "true" },
  restrict_member_access: { read: (value) => () => value !== "true" },
  lexis_links_supported: { read: (value) => () => value !== "true" },
  runtime_state: { read: () => () => false },
  backend_id: { read: () => () => false },
  service_manager_uuid: {
    read: byUuid(({ offering }) =>
      Object.values(people)
        .filter(({ grants }) => grants.some(({ scope, uuid }) => scope === "offering" && uuid === offering.uuid))
        .map(({ uuid }) => uuid),
    ),
  },
  visible_to_username: {
    read: (value) => {
      const person = Object.values(people).find(({ username }) => username === value);
      return ({ project }) =>
        person?.grants.some(({ uuid }) => uuid === project.uuid || uuid === project.customer.uuid) === true;
    },
  },
  project_name: {
    read:
      (value) =>
      ({ project }) =>
        contains(project.name, value),
  },
  name: { read: (value) => (booking) => contains(booking.name, value) },
  name_exact: { read: (value) => (booking) => booking.name === value },
  query: {
    read: (value) => (booking) =>
      contains(booking.name, value) || (uuidForm.test(value) && booking.uuid === plain(value)),
  },
  offering_type: { read: (value) => () => value === "Marketplace.Booking" },
  state: { read: (_value, values) => choice(values, bookingStates, ({ state }) => state) },
  order_state: { read: (_value, values) => choice(values, orderStates, ({ orders }) => orders[0].state), since: "8.1" },
};

const orderFilters: Readonly<Record<string, Read<OrderOf>>> = {
  offering_type: (value) => () => value === "Marketplace.Booking",
  modified: (value) => {
    const at = parseFilterTime(value, true);
    return at === null ? "Enter a valid date/time." : ({ order }) => order.modifiedMicros >= at;
  },
  state: (_value, values) => choice(values, orderStates, ({ order }) => order.state),
  type:
    (value) =>
    ({ order }) =>
      order.type === value,
  provider_uuid: ofBooking(byUuid(({ offering }) => [offering.customer.uuid])),
  offering_uuid: ofBooking(byUuid(({ offering }) => [offering.uuid])),
  customer_uuid: ofBooking(byUuid(({ project }) => [project.customer.uuid])),
  project_uuid: ofBooking(byUuid(({ project }) => [project.uuid])),
};

function ofBooking(read: Read<SampleBooking>): Read<OrderOf> {
  return (value, values, version) => {
    const test = read(value, values, version);
    return typeof test === "string" ? test : ({ booking }) => test(booking);
  };
}

/** Returns the bookings a query lets through, or what is wrong with it. */
export function filterBookings(
  query: URLSearchParams,
  version: Version,
): { tests: Test<SampleBooking>[]; faults: ParameterErrors } {
  const known = Object.entries(bookingFilters).filter(([, { since }]) => since === undefined || since === version);
  return readFilters(query, version, new Map(known.map(([name, { read }]) => [name, read])));
}

export function filterOrders(
  query: URLSearchParams,
  version: Version,
): { tests: Test<OrderOf>[]; faults: ParameterErrors } {
  return readFilters(query, version, new Map(Object.entries(orderFilters)));
}

function readFilters<T>(query: URLSearchParams, version: Version, filters: ReadonlyMap<string, Read<T>>) {
  const tests: Test<T>[] = [];
  const faults: ParameterErrors = {};
  for (const [name, read] of filters) {
    const values = query.getAll(name);
    const value = values.at(-1);
    if (value === undefined || (value === "" && name !== "state")) continue;
    const test = read(value, values, version);
    if (typeof test === "string") faults[name] = [test];
    else tests.push(test);
  }
  return { tests, faults };
}

const orders: Readonly<Record<string, (a: SampleBooking, b: SampleBooking) => number>> = {
  created: (a, b) => a.createdMicros - b.createdMicros,
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  schedules: (a, b) => (a.schedules[0]?.start ?? 0) - (b.schedules[0]?.start ?? 0),
};

/** Returns the order asked for by `o` (several with commas); by name without. "broken" where Waldur answers 500. */
export function orderBookings(
  query: URLSearchParams,
): { compare: ((a: SampleBooking, b: SampleBooking) => number) | null; faults: ParameterErrors } | "broken" {
  const asked = (query.getAll("o").at(-1) ?? "name").split(",");
  if (asked.some((name) => name.replace(/^-/, "") === "type")) return "broken";
  const wrong = asked.find((name) => !(name.replace(/^-/, "") in orders));
  if (wrong !== undefined) {
    return { compare: null, faults: { o: [`Select a valid choice. ${wrong} is not one of the available choices.`] } };
  }
  // The list is kept in order of creation.
  if (asked[0] === "created") return { compare: null, faults: {} };
  const parts = asked.map((name) => {
    const order = orders[name.replace(/^-/, "")];
    return (a: SampleBooking, b: SampleBooking) => (order?.(a, b) ?? 0) * (name.startsWith("-") ? -1 : 1);
  });
  return { compare: (a, b) => parts.reduce((found, part) => found || part(a, b), 0), faults: {} };
}

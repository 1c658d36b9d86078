import { AppError } from "../errors.ts";
import { bookingStates, orderStates } from "../calendar/booking.ts";
import { parseJson } from "../lib/json.ts";
import { readMicros } from "./time.ts";

export type ParameterKind = "text" | "name" | "state" | "url" | "uuid" | "number" | "boolean" | "time" | "json";

/** One parameter of the booking list. */
export interface Parameter {
  readonly kind: ParameterKind;
  /** The form of several values: the name repeated, or one value with commas. Absent: takes one. */
  readonly many?: "repeat" | "comma";
  /** The only values Waldur takes. */
  readonly oneOf?: readonly string[];
  /** The largest number it takes; numbers that have one begin at 1. */
  readonly most?: number;
  readonly help: string;
}

// The reference also has type: every server that was seen answers 500 to it.
const orders = ["created", "name", "schedules"];

/** Every parameter of `GET /api/booking-resources/`, as its reference and newer servers have it. */
export const bookingParameters = {
  backend_id: { kind: "text", help: "the back end's id" },
  category_uuid: { kind: "uuid", help: "category of the offering" },
  component_count: { kind: "number", help: "number of components" },
  connected_customer_uuid: { kind: "uuid", help: "consumer or provider organisation" },
  created: { kind: "time", help: "created at or after" },
  created_before: { kind: "time", help: "created before" },
  customer: { kind: "url", help: "consumer organisation" },
  customer_uuid: { kind: "uuid", help: "consumer organisation" },
  downscaled: { kind: "boolean", help: "downscaled or not" },
  field: { kind: "name", many: "repeat", help: "column of the answer" },
  flavor_name: { kind: "text", help: "name of the flavour" },
  has_terminate_date: { kind: "boolean", help: "has a date to be terminated or not" },
  image_name: { kind: "text", help: "name of the image" },
  is_attached: { kind: "boolean", help: "attached or not" },
  lexis_links_supported: { kind: "boolean", help: "supports LEXIS links or not" },
  limit_based: { kind: "boolean", help: "has limit-based components or not" },
  limit_component_count: { kind: "number", help: "number of limit-based components" },
  modified: { kind: "time", help: "modified at or after" },
  modified_before: { kind: "time", help: "modified before" },
  name: { kind: "text", help: "part of the name" },
  name_exact: { kind: "text", help: "the whole name" },
  o: {
    kind: "name",
    many: "comma",
    oneOf: orders.flatMap((name) => [name, `-${name}`]),
    help: "order: created, name or schedules; with - in front the other way round",
  },
  offering: { kind: "url", help: "offering, by its address among the provider's offerings" },
  offering_billable: { kind: "boolean", help: "offering is billed or not" },
  offering_shared: { kind: "boolean", help: "offering is shared or not" },
  offering_slug: { kind: "text", many: "comma", help: "slug of the offering" },
  offering_type: { kind: "text", help: "type of the offering" },
  offering_uuid: { kind: "uuid", many: "comma", help: "offering" },
  only_limit_based: { kind: "boolean", help: "only limit-based components" },
  only_usage_based: { kind: "boolean", help: "only usage-based components" },
  order_state: {
    kind: "state",
    many: "repeat",
    oneOf: orderStates,
    help: `state of the order that created it: ${orderStates.join(", ")}`,
  },
  page: { kind: "number", most: 999_999_999, help: "only this page, the first is 1" },
  page_size: { kind: "number", most: 300, help: "bookings on a page, at most 300" },
  parent_offering_uuid: { kind: "uuid", help: "parent of the offering" },
  paused: { kind: "boolean", help: "paused or not" },
  plan_uuid: { kind: "uuid", help: "plan" },
  project_name: { kind: "text", help: "name of the project" },
  project_uuid: { kind: "uuid", help: "project" },
  provider_uuid: { kind: "uuid", help: "organisation of the provider" },
  query: { kind: "text", help: "uuid, name, slug, back end's id or address" },
  resource_attributes: { kind: "json", help: "attributes, as JSON" },
  restrict_member_access: { kind: "boolean", help: "closed to members or not" },
  runtime_state: { kind: "text", help: "state at the back end" },
  service_manager_uuid: { kind: "uuid", help: "service manager" },
  slug: { kind: "text", help: "slug" },
  state: {
    kind: "state",
    many: "repeat",
    oneOf: bookingStates,
    help: `state of the booking: ${bookingStates.join(", ")}`,
  },
  usage_based: { kind: "boolean", help: "has usage-based components or not" },
  visible_to_providers: { kind: "boolean", help: "visible to providers or not" },
  visible_to_username: { kind: "text", help: "visible to the user of that name" },
} as const satisfies Record<string, Parameter>;

/** Parameters that servers of 7.0 ignore: they answer as if these were not given. */
export const doubtfulParameters = [
  "component_count",
  "created_before",
  "flavor_name",
  "has_terminate_date",
  "image_name",
  "is_attached",
  "limit_based",
  "limit_component_count",
  "modified_before",
  "offering_shared",
  "offering_slug",
  "only_limit_based",
  "only_usage_based",
  "order_state",
  "parent_offering_uuid",
  "plan_uuid",
  "resource_attributes",
  "slug",
  "usage_based",
  "visible_to_providers",
] as const satisfies readonly (keyof typeof bookingParameters)[];

type ParameterTable = typeof bookingParameters;
export type ParameterName = keyof ParameterTable;
interface ValueOf {
  text: string;
  name: string;
  state: string;
  url: string;
  uuid: string;
  number: number;
  boolean: boolean;
  /** Epoch microseconds. */
  time: number;
  json: string;
}
type Value<P> = P extends { oneOf: readonly (infer V)[] }
  ? V
  : P extends { kind: infer K extends ParameterKind }
    ? ValueOf[K]
    : never;

/** A query of the booking list: Waldur's names, our types. Times are epoch microseconds. */
export type BookingQuery = {
  readonly [N in ParameterName]?: ParameterTable[N] extends { many: string }
    ? readonly Value<ParameterTable[N]>[]
    : Value<ParameterTable[N]>;
};

/** Differences between servers in how a query must be written. */
export interface QueryTraits {
  /** False: `created` and `modified` take only a date (7.x). */
  readonly dateTimes: boolean;
}

/** Returns the query as Waldur wants it: lists repeated or with commas, booleans as words, times in UTC. */
export function encodeQuery(query: BookingQuery, traits: QueryTraits): URLSearchParams {
  const encoded = new URLSearchParams();
  const given = new Map<string, unknown>(Object.entries(query));
  for (const [name, parameter] of Object.entries(bookingParameters)) {
    const value = given.get(name);
    if (value === undefined) continue;
    const values = (Array.isArray(value) ? value : [value]).map((one) => encode(parameter.kind, one, traits));
    if ("many" in parameter && parameter.many === "repeat") for (const one of values) encoded.append(name, one);
    else encoded.append(name, values.join(","));
  }
  return encoded;
}

/** Returns epoch microseconds as Waldur takes them: a date-time in UTC to the microsecond, or only its date. */
export function formatMicros(micros: number, { dateTimes }: QueryTraits): string {
  const seconds = new Date(Math.floor(micros / 1_000_000) * 1000).toISOString();
  if (!dateTimes) return seconds.slice(0, 10);
  return `${seconds.slice(0, 19)}.${String(((micros % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, "0")}Z`;
}

function encode(kind: ParameterKind, value: unknown, traits: QueryTraits): string {
  return kind === "time" && typeof value === "number" ? formatMicros(value, traits) : String(value);
}

/**
 * Reads a query from texts, as a command line or a URL gives them; lists may repeat or have commas.
 * Throws `bad_input` that names every parameter that is unknown or does not fit, and what would.
 */
export function parseQuery(given: Readonly<Record<string, string | readonly string[]>>): BookingQuery {
  const faults: string[] = [];
  const query: Record<string, unknown> = {};
  const table = new Map<string, Parameter>(Object.entries(bookingParameters));
  for (const [name, value] of Object.entries(given)) {
    const parameter = table.get(name);
    if (parameter === undefined) {
      faults.push(`${name}: Waldur's booking list has no such parameter`);
      continue;
    }
    const texts = (typeof value === "string" ? [value] : value).flatMap((text) =>
      parameter.many === undefined ? [text] : text.split(",").map((part) => part.trim()),
    );
    if (parameter.many === undefined && texts.length > 1) faults.push(`${name}: takes one value`);
    const values = texts.map((text) => parseParameter(parameter, text));
    const wrong = values.find((one) => typeof one === "object");
    if (wrong !== undefined && typeof wrong === "object") faults.push(`${name}: ${wrong.wanted}`);
    else query[name] = parameter.many === undefined ? values[0] : values;
  }
  if (faults.length > 0) throw new AppError("bad_input", faults.join("; "));
  return query;
}

function parseParameter(
  { kind, oneOf, most }: Parameter,
  text: string,
): string | number | boolean | { wanted: string } {
  if (oneOf !== undefined) return oneOf.includes(text) ? text : { wanted: `must be one of ${oneOf.join(", ")}` };
  switch (kind) {
    case "text":
    case "state":
      return text === "" ? { wanted: "may not be empty" } : text;
    case "uuid": {
      const uuid = readUuid(text);
      return uuid ?? { wanted: "must be a uuid: 32 hexadecimal digits" };
    }
    case "name":
      return /^\w+$/.test(text) ? text : { wanted: "must be a name" };
    case "url":
      // Rows name the public address of their offering; the list is found by the provider's.
      return /^https?:\/\/\S+$/.test(text)
        ? text.replace("/api/marketplace-public-offerings/", "/api/marketplace-provider-offerings/")
        : { wanted: "must be an address, as Waldur shows it in url" };
    case "number": {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
      const fits = number >= (most === undefined ? 0 : 1) && number <= (most ?? number);
      return fits ? number : { wanted: `must be a whole number${most === undefined ? "" : ` from 1 to ${most}`}` };
    }
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : { wanted: "must be true or false" };
    case "time":
      return (
        readMicros(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text) ?? {
          wanted: "must be a date or a time, such as 2027-01-31 or 2027-01-31T09:00:00Z",
        }
      );
    case "json":
      return parseJson(text) !== undefined ? text : { wanted: "must be JSON" };
  }
}

/** Returns a uuid in any of the forms Waldur takes, as the 32 lower-case digits it answers; null for anything else. */
export function readUuid(text: unknown): string | null {
  if (typeof text !== "string") return null;
  const digits = text.length === 32 ? text : text.replaceAll("-", "");
  return /^[0-9a-f]{32}$/.test(digits) ? digits : /^[0-9A-Fa-f]{32}$/.test(digits) ? digits.toLowerCase() : null;
}
